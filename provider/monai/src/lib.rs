//! The Terraform provider for MONAI bundles: one folder per thing that a user can name.

mod bundle;
mod endpoint;
mod provider;

pub use provider::Monai;

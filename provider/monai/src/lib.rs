//! The Terraform provider for MONAI bundles.

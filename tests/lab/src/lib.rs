//! Real programs for tests and demonstrations: the project's own, as built, and a Terraform core.

mod error;
mod programs;
mod terraform;
mod workspace;

pub use error::Error;
pub use programs::{Programs, root};
pub use terraform::Terraform;
pub use workspace::Workspace;

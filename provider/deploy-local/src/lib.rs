//! Endpoints as supervised processes on this machine: the provider's side of local supervision.

mod error;
mod local;
mod process;
mod store;

pub use error::Error;
pub use local::{Found, Local};
pub use store::{DigestOf, file_digest};

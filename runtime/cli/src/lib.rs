//! The command line of the runtime: one file per command.

mod error;
pub mod serve;
mod settings;
pub mod supervise;

pub use error::Error;

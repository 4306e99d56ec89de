//! The command line of the runtime: one file per command.

pub mod check;
mod error;
pub mod serve;
mod settings;
pub mod supervise;

pub use error::Error;

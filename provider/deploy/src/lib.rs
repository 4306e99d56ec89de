//! What an endpoint needs on a platform, as pure data: the wanted endpoint, the documents that bring it about, what a
//! change means, and what the facts found on the platform say. Does no IO.

mod change;
mod condition;
mod endpoint;
mod error;
pub mod local;

pub use change::{Change, Effect, changes};
pub use condition::{Condition, Copy, Drift, Facts};
pub use endpoint::{Endpoint, Name, Pinned};
pub use error::Error;

//! The contract between the provider and the runtime: settings, the documents of local supervision, the types and
//! errors of the HTTP interface. Does no IO.

pub mod api;
mod api_key;
mod auth;
mod digest;
mod error;
mod error_code;
pub mod keys;
pub mod quantity;
pub mod settings;
pub mod supervision;

pub use api_key::{ApiKey, Secret};
pub use auth::Auth;
pub use digest::Digest;
pub use error::Error;
pub use error_code::{ErrorBody, ErrorCode};
pub use settings::Settings;

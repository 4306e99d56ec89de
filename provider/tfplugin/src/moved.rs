//! A resource that becomes one of another type.

use serde_json::Value as Json;

use crate::Private;

/// What a `moved` block brings from another resource type, of this provider or of another.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The address of the provider that it comes from, such as `registry.terraform.io/hashicorp/random`.
    pub provider: String,
    /// The type that it was.
    pub type_name: String,
    /// The version of its state.
    pub version: i64,
    /// Its state, as the state file has it. It may hold secrets.
    pub state: Json,
    /// Its identity, where it has one.
    pub identity: Option<Json>,
    /// The version of its identity; some cores always say 0.
    pub identity_version: i64,
    /// Its private data; empty where another framework wrote it.
    pub private: Private,
}

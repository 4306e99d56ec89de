//! The Terraform plugin protocol 6 for Rust.
//!
//! One struct is model, schema and documentation of a resource; a handler per operation; [`serve`] is the whole of
//! `main`. `examples/note.rs` is a complete provider:
//!
//! ```no_run
#![doc = include_str!("../examples/note.rs")]
//! ```
//!
//! Attributes of a model are written `#[attr(..)]`; see [`macro@Model`] for the words.

extern crate self as tfplugin_rust;

mod action;
mod attr;
mod call;
mod data_source;
mod deferral;
mod diagnostic;
pub mod docs;
mod dump;
mod ephemeral;
mod erased;
pub mod function;
#[doc(hidden)]
pub mod generated;
mod identity;
mod list;
pub mod log;
pub mod model;
mod moved;
mod path;
mod plan;
mod private;
mod provider;
mod resource;
mod rpc;
mod rules;
pub mod schema;
mod secrets;
mod server;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod timeouts;
pub mod types;
pub mod value;

pub use action::{Action, Progress};
pub use attr::Attr;
pub use call::Call;
pub use data_source::DataSource;
pub use deferral::Deferral;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use ephemeral::{Ephemeral, Opened};
pub use function::{Function, FunctionError, Parameters};
pub use identity::{ImportBy, NoIdentity};
pub use list::{Found, List, Listed};
pub use model::{Convert, Draft, Dynamic, Model, ReadError, Set, Typed};
pub use moved::Moved;
pub use path::{Path, Step};
pub use private::Private;
pub use provider::{Catalog, Provider};
pub use resource::{Create, Plan, Resource, Update};
pub use rpc::Service;
pub use schema::{Attribute, Rule, Schema};
pub use server::serve;
pub use tfplugin_derive::{Choice, Model, Parameters};
pub use timeouts::{TimeLimits, Timeouts};
pub use types::{Span, Spelling};
pub use value::{Number, Refined, Refinement, Type, Value};

//! The MONAI bundle language: metadata, config documents, references and a closed expression evaluator.
//!
//! A bundle is data. Nothing in it is executed: a `$` expression is read by a small parser of our own and evaluated over
//! a fixed list of names; whatever is outside the list is an error that names the expression and the id that holds it.
//! Resolution is lazy, so a config may hold datasets and evaluators that do not exist on a server.
//!
//! This crate knows no transform and no network: a `_target_` resolves to a [`Component`] with its arguments.

mod bundle;
mod config;
mod document;
mod error;
mod expression;
mod history;
mod id;
mod import;
mod json;
mod macros;
mod merge;
mod metadata;
mod nearest;
mod node;
mod place;
mod resolve;
mod value;
mod warning;
mod yaml;

pub use bundle::Bundle;
pub use config::Config;
pub use error::Error;
pub use history::{Part, Role};
pub use metadata::{Extent, Metadata, Tensor};
pub use nearest::nearest;
pub use node::{Data, Map, Node};
pub use place::Place;
pub use value::{Component, Mode, Value};
pub use warning::Warning;

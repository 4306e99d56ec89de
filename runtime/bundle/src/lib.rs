//! The MONAI bundle language: metadata, config documents, references and a closed expression evaluator.
//!
//! A bundle is data. Nothing in it is executed: a `$` expression is read by a small parser of our own and evaluated over
//! a fixed list of names; whatever is outside the list is an error that names the expression and the id that holds it.
//! Resolution is lazy, so a config may hold datasets and evaluators that do not exist on a server.
//!
//! This crate knows no transform and no network: a `_target_` resolves to a [`Component`] with its arguments.

mod bundle;
mod config;
mod error;
mod expression;
mod id;
mod json;
mod macros;
mod merge;
mod metadata;
mod node;
mod resolve;
mod value;
mod yaml;

pub use bundle::Bundle;
pub use config::{Config, Write};
pub use error::Error;
pub use metadata::{Extent, Metadata, Tensor};
pub use node::{Map, Node};
pub use value::{Component, Mode, Value};

//! A testing kit for authors of providers: feature `testing`.
//!
//! A test is a list of [`Step`]s. Each says what is configured and what must hold then; after each apply the plan must be
//! empty, before and after a refresh, and at the end everything is destroyed. The same list runs in process, without
//! Terraform, and under a real core:
//!
//! ```no_run
//! # use tfplugin_rust::Provider;
//! # async fn test<P: Provider>() -> Result<(), tfplugin_rust::testing::Failure> {
//! use serde_json::json;
//! use tfplugin_rust::testing::{Action, Core, Step, Steps, planned, state};
//!
//! let steps = Steps::<P>::new([
//!     Step::apply(json!({ "note_note.a": { "name": "a", "text": "hello" } }))
//!         .plans("note_note.a", Action::Create)
//!         .holds(planned("note_note.a", "id").is_unknown())
//!         .holds(state("note_note.a", "urgency").equals("low")),
//!     Step::import("note_note.a", "${note_note.a.id}"),
//!     Step::fails(json!({ "note_note.a": { "name": "a/b", "text": "hello" } }), "A name has no slash."),
//! ])
//! .provider(json!({ "folder": "/tmp/notes" }));
//! steps.run_in_process().await?;
//! steps.run_with(&Core::find()?).await
//! # }
//! ```
//!
//! A configuration is JSON: blocks by address, `TYPE.NAME` and `data.TYPE.NAME`, in the order in which they refer to each
//! other by `${TYPE.NAME.path}`. [`UNKNOWN`] is a value that is not known yet. In process the rules of Terraform are held to
//! each answer as Terraform does it, a plan is made anew when more is known, and states go through their JSON form.

mod check;
mod client;
mod configuration;
mod core;
mod engine;
mod failure;
mod literal;
mod process;
mod propose;
mod steps;
mod template;

pub use check::{Action, Check, Place, planned, state};
pub use core::Core;
pub use failure::{Failure, Fault};
pub use propose::propose;
pub use steps::{Step, Steps};
pub use template::UNKNOWN;

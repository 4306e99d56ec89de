//! A bundle as a checked, typed pipeline: what a plan links to say whether a bundle will run, and what a session runs.
//!
//! Opening reads the config, every argument, every `$` expression on the serving path and the headers of the weights.
//! It collects all problems, each with file, id and reason.

mod answer;
mod cells;
mod chain;
mod checkpoint;
mod digest;
mod estimate;
mod inferer;
mod input;
mod item;
mod keys;
mod member;
mod pipeline;
mod problem;
mod rates;
mod window_layout;

pub use answer::{Answer, AnswerKind};
pub use cells::Cells;
pub use digest::{DigestError, digest};
pub use estimate::{Estimate, EstimateError, Study, windows_at_once};
pub use inferer::{Blend, Inferer, InfererError, Padding, Slice, SlidingWindow};
pub use input::Input;
pub use item::{Item, ItemKind};
pub use member::Member;
pub use pipeline::Pipeline;
pub use problem::{Problem, Report};
pub use rates::Rates;
pub use window_layout::WindowLayout;

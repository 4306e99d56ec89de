//! Runs a pipeline on a device: the network's graph with its weights, and the inferers that cut an image into windows.

mod error;
mod executor;
mod features;
mod inferers;
mod operations;
mod passes;
mod plan;

pub use error::Error;
pub use executor::Executor;
pub use features::Features;
pub use inferers::{Blend, Padding, PerAxis, SlidingWindow, WindowLayout, importance_map, simple};

//! Runs a pipeline on a device: the network's graph with its weights, and the inferers that cut an image into windows.

mod cpu;
mod device;
mod error;
mod executor;
mod features;
mod inferers;
mod session;
mod tensors;
mod weights;

pub use device::{Absence, Device, Listed};
pub use error::Error;
pub use executor::Executor;
pub use features::Features;
pub use inferers::{WindowLayout, importance_map, simple, sliding_window};
pub use session::{Prediction, Session};

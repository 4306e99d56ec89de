//! Runs a pipeline on a device: the network's graph with its weights, and the inferers that cut an image into windows.

mod cpu;
mod device;
mod error;
mod executor;
mod features;
mod inferers;
mod precision;
mod prediction;
mod request;
mod session;
mod tensors;
mod threads;
mod weights;

pub use device::{Absence, Device, Listed};
pub use error::Error;
pub use executor::Executor;
pub use features::Features;
pub use inferers::{Finish, importance_map, mirrored, simple, slice, sliding_window};
pub use precision::Precision;
pub use prediction::{Answer, Prediction};
pub use request::Part;
pub use session::{Options, Session};
pub use threads::start_threads;

//! Checkpoints as tables of tensors: PyTorch's `.pt` (zip) by a restricted unpickler, and `.safetensors`.
//!
//! Opening reads headers only. Data is read tensor by tensor with positioned reads, and every size is checked against
//! the file before memory is taken. Nothing is executed: a pickle that names anything beyond tensors, ordered
//! dictionaries and NumPy scalars is refused with that name.

mod checkpoint;
mod dtype;
mod error;
mod pickle;
mod safetensors;
mod tensor;
mod torch_zip;

pub use checkpoint::{Checkpoint, Entry};
pub use dtype::Dtype;
pub use error::Error;

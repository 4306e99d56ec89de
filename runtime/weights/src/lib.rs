//! Checkpoints as tables of tensors: PyTorch's `.pt` (zip) and the weights of TorchScript's `.ts` by a restricted unpickler,
//! and `.safetensors`.
//!
//! Opening reads headers only. Data is read tensor by tensor with positioned reads, and every size is checked against
//! the file before memory is taken. Nothing is executed: a pickle that names anything beyond tensors, ordered
//! dictionaries, NumPy scalars and TorchScript's own classes is refused with that name, and the code in a TorchScript
//! archive is not read.

mod checkpoint;
mod dtype;
mod error;
mod pickle;
mod safetensors;
mod tensor;
mod torch_script;
mod torch_zip;

pub use checkpoint::{Checkpoint, Entry};
pub use dtype::Dtype;
pub use error::Error;

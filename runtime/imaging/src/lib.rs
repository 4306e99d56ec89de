//! Medical volumes and their codecs.

mod affine;
mod dtype;
mod error;
pub mod nifti;
mod volume;

pub use affine::Affine;
pub use dtype::Dtype;
pub use error::Error;
pub use volume::Volume;

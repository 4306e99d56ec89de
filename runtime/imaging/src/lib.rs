//! Medical volumes and their codecs.

#![expect(clippy::needless_range_loop, reason = "matrices and axes are indexed as their formulas are written")]

mod affine;
mod colours;
#[cfg(feature = "pictures")]
mod decode;
mod dtype;
mod error;
pub mod nifti;
#[cfg(feature = "pictures")]
pub mod picture;
mod stack;
mod volume;

pub use affine::Affine;
pub use colours::Colours;
#[cfg(feature = "pictures")]
pub use decode::{Decoded, Facts, decode};
pub use dtype::Dtype;
pub use error::Error;
pub use volume::Volume;

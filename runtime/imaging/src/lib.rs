//! Medical volumes and their codecs.

#![expect(clippy::needless_range_loop, reason = "matrices and axes are indexed as their formulas are written")]

mod affine;
mod dtype;
mod error;
pub mod nifti;
mod volume;

pub use affine::Affine;
pub use dtype::Dtype;
pub use error::Error;
pub use volume::Volume;

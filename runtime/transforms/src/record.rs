use monai_imaging::{Affine, Volume};

use crate::resample::Sampling;
use crate::resize::Scaling;

/// What a transform did to an image's grid, and how the image lay before.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The shape before.
    pub shape: [usize; 3],
    /// The number of spatial axes before.
    pub rank: u8,
    /// The affine before.
    pub affine: Affine,
    /// What was done.
    pub change: Change,
}

/// What was done to a grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// Axes were permuted and mirrored: axis `i`, where 0 is channels, was axis `from[i]`, mirrored where `flip[i]`.
    Permuted {
        /// Axis before of each axis.
        from: [usize; 4],
        /// Whether the axis was mirrored.
        flip: [bool; 4],
    },
    /// Cut to a box that may reach beyond the image.
    Placed {
        /// First voxel of the box on the grid before.
        start: [isize; 3],
    },
    /// Resampled onto another grid in the world.
    Resampled(Sampling),
    /// Interpolated to another shape.
    Resized(Scaling),
}

impl Record {
    /// What `change` is about to do to `volume`.
    pub(crate) fn of(volume: &Volume, change: Change) -> Record {
        Record { shape: volume.shape, rank: volume.rank, affine: volume.affine, change }
    }
}

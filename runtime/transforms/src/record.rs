use monai_imaging::Affine;

use crate::resample::{Interpolation, Padding};

/// What a transform did to an image's grid.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// `Orientationd`: input axis `i` became output axis `axis[i]`, mirrored where `flip[i]`.
    Oriented {
        /// Output axis of each input axis.
        axis: [usize; 3],
        /// Whether the axis was mirrored.
        flip: [bool; 3],
        /// The affine before.
        affine: Affine,
    },
    /// `Spacingd`: resampled onto another grid.
    Resampled {
        /// The affine before.
        affine: Affine,
        /// The shape before.
        shape: [usize; 3],
        /// How voxels were interpolated.
        mode: Interpolation,
        /// What lies outside.
        padding: Padding,
        /// Whether the corners' centres are the grid's ends.
        align_corners: bool,
    },
    /// `CropForegroundd`: cut to a box that may reach beyond the image.
    Cropped {
        /// First voxel of the box on the grid before.
        start: [isize; 3],
        /// The shape before.
        shape: [usize; 3],
        /// The affine before.
        affine: Affine,
    },
    /// `Resized`: interpolated to another shape.
    Resized {
        /// The shape before.
        shape: [usize; 3],
        /// The affine before.
        affine: Affine,
        /// How voxels were interpolated.
        mode: crate::resize::Mode,
        /// PyTorch's `align_corners`.
        align_corners: bool,
    },
}

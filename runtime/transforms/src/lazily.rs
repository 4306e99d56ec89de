//! MONAI's lazy resampling: what several transforms do to an image's grid is done to its voxels once.

use std::collections::BTreeSet;

use monai_imaging::{Affine, Error as Broken, Volume};

use crate::kernel::{self, Fill, Permutation, Placement};
use crate::resample::Matrix;
use crate::spacing::{TOLERANCE, resampling, xform};
use crate::{Error, Interpolation, Padding, Sample, Sampling, Transform, TypeName};

/// What `resample` of MONAI's `lazy` module takes where nothing overrides it; no transform does.
const MODE: Interpolation = Interpolation::Bilinear;
const PADDING: Padding = Padding::Border;

macro_rules! lazy {
    ($($name:ident),* $(,)?) => {
        impl Transform {
            /// The class names of those that a lazy `Compose` puts off, by their argument `lazy`.
            pub const LAZY: &'static [&'static str] = &[$(stringify!($name)),*];

            /// Whether the voxels are moved later, together with what other lazy transforms do to the grid.
            pub(crate) fn is_lazy(&self) -> bool {
                match self {
                    $(Transform::$name(inner) => inner.lazy.0,)*
                    _ => false,
                }
            }
        }
    };
}

lazy!(
    BorderPadd,
    CenterScaleCropd,
    CenterSpatialCropd,
    CropForegroundd,
    DivisiblePadd,
    Flipd,
    Orientationd,
    Padd,
    ResizeWithPadOrCropd,
    Resized,
    Spacingd,
    SpatialCropd,
    SpatialPadd,
);

impl Transform {
    /// Whether it must see the voxels as those before it leave them (MONAI's `requires_current_data`).
    pub(crate) fn needs_voxels(&self) -> bool {
        matches!(self, Transform::CropForegroundd(_))
    }

    /// PyTorch's `align_corners` of a key, where the transform says it.
    fn align_corners(&self, key: &str) -> Option<bool> {
        let index = self.keys().as_slice().iter().position(|own| own == key)?;
        match self {
            Transform::Spacingd(inner) => Some(inner.align_corners.get(index).0),
            Transform::Resized(inner) => inner.align_corners.get(index).map(|flag| flag.0),
            _ => None,
        }
    }
}

/// Applies lazy transforms: each changes the grid and leaves its record, then every image is sampled once onto the last grid, as
/// MONAI's `apply_pending` does it. Whatever mode and padding the transforms name, that is linear with the nearest voxel
/// outside; where all voxels fall onto voxels they are moved, with 0 outside.
pub(crate) fn apply(first: &Transform, then: &[Transform], sample: &mut Sample) -> Result<(), Error> {
    let region = match first {
        Transform::CropForegroundd(crop) => Some((crop, crop.region(sample)?)),
        _ => None,
    };
    let transforms = || std::iter::once(first).chain(then);
    let keys: BTreeSet<&String> = transforms().flat_map(|transform| transform.keys().as_slice()).collect();
    let mut before = Vec::with_capacity(keys.len());
    for key in keys {
        if let Some(image) = sample.images.get_mut(key) {
            let Volume { channels, shape, rank, affine, .. } = image.volume;
            let data = std::mem::take(&mut image.volume.data);
            before.push((key, Volume { channels, shape, rank, data, affine }));
        }
    }
    match region {
        Some((crop, region)) => crop.cut(sample, region)?,
        None => first.apply_now(sample)?,
    }
    then.iter().try_for_each(|transform| transform.apply_now(sample))?;
    for (key, before) in before {
        let Some(image) = sample.images.get_mut(key) else { continue };
        let after = std::mem::replace(&mut image.volume, before);
        if after.rank != image.volume.rank {
            let (expected, found) = (image.volume.rank, after.rank);
            return Err(Error::shape(first.name(), format!("{expected} axes throughout where it is lazy"), found));
        }
        let align_corners = transforms().filter_map(|transform| transform.align_corners(key)).next_back();
        let sampled = sample_onto(&mut image.volume, after.shape, &after.affine, align_corners.unwrap_or(false));
        sampled.map_err(|source| Error::Geometry { target: first.name(), source })?;
        image.dtype = TypeName::Float32;
    }
    Ok(())
}

/// Brings a volume onto a grid.
fn sample_onto(volume: &mut Volume, to: [usize; 3], target: &Affine, align_corners: bool) -> Result<(), Broken> {
    let Volume { channels, shape, rank, affine, .. } = *volume;
    let moves = if align_corners { None } else { moves(&xform(&affine, target, rank)?, shape) };
    if let Some((from, flip, start)) = moves {
        let [x, y, z] = shape;
        let permutation = Permutation { source: [channels, x, y, z], from, flip };
        if !permutation.mirror(&mut volume.data) {
            kernel::apply(&permutation, volume);
        }
        let [x, y, z] = volume.shape;
        if start != [0; 3] || volume.shape != to {
            let source = [channels, x, y, z];
            kernel::apply(&Placement { source, start, shape: to, fill: Fill::ZERO }, volume);
        }
        volume.affine = *target;
        return Ok(());
    }
    let sampling = Sampling { mode: MODE, padding: PADDING, align_corners };
    if let Some(step) = resampling(channels, (shape, &affine), (to, target), rank, sampling)? {
        kernel::apply(&*step, volume);
        volume.affine = *target;
    }
    Ok(())
}

/// Axes with their mirroring and the first voxel of the box, where a matrix from voxels to voxels of an image of this shape only
/// permutes, mirrors and shifts (MONAI's `requires_interp` and what `resample` makes of it).
fn moves(matrix: &Matrix, shape: [usize; 3]) -> Option<([usize; 4], [bool; 4], [isize; 3])> {
    let near = |value: f64, whole: f64| (value - whole).abs() <= TOLERANCE + 1e-5 * whole.abs();
    let (mut from, mut flip, mut start) = ([0; 4], [false; 4], [0; 3]);
    for axis in 0..3 {
        let shift = matrix[axis][3].round_ties_even();
        let steps: Vec<usize> = (0..3).filter(|&column| near(matrix[axis][column].abs(), 1.0)).collect();
        let [column] = steps[..] else { return None };
        let rest = (0..3).all(|other| other == column || near(matrix[axis][other], 0.0));
        if !rest || !near(matrix[axis][3], shift) || from[column + 1] != 0 {
            return None;
        }
        let mirrored = matrix[axis][column] < 0.0;
        (from[column + 1], flip[column + 1]) = (axis + 1, mirrored);
        start[column] = if mirrored { shape[axis] as isize - 1 - shift as isize } else { shift as isize };
    }
    Some((from, flip, start))
}

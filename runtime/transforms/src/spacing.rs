use monai_imaging::{Affine, Volume};
use serde::Deserialize;

use crate::arguments::floating;
use crate::cast_to_type::per_key;
use crate::kernel::{self, Kernel};
use crate::record::Change;
use crate::resample::{Matrix, resample};
use crate::resize;
use crate::{Error, Flag, Image, Interpolation, Keys, Number, Padding, PerKey, Record, Sample, Sampling, TypeName};

const NAME: &str = "Spacingd";
/// MONAI's `AFFINE_TOL`.
pub(crate) const TOLERANCE: f64 = 1e-3;

/// MONAI's `Spacingd`: resamples to voxels of `pixdim` millimetres, in 64 bit. The extent of the output along an axis
/// is the distance of the outer voxels' centres over the new size, rounded half to even, plus one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spacingd {
    /// Keys of the images.
    pub keys: Keys,
    /// Sizes in mm; a missing one repeats the last, one that is none or not positive keeps the image's.
    pub pixdim: PerKey<Option<Number>>,
    /// Whether the output's affine is diagonal.
    #[serde(default)]
    pub diagonal: Flag,
    /// Interpolation, by key.
    #[serde(default = "bilinear")]
    pub mode: PerKey<Interpolation>,
    /// What lies outside, by key.
    #[serde(default = "border")]
    pub padding_mode: PerKey<Padding>,
    /// PyTorch's `align_corners`, by key.
    #[serde(default = "no")]
    pub align_corners: PerKey<Flag>,
    /// Type for computing: 64 bit whatever float is named.
    pub dtype: Option<PerKey<Option<TypeName>>>,
    /// Whether the distance of the outer voxels' borders rather than of their centres is scaled, by key.
    #[serde(default = "no")]
    pub scale_extent: PerKey<Flag>,
    /// Whether the affine only says by how much the shape was scaled, as MONAI computes it: without rotation and place.
    #[serde(default)]
    pub recompute_affine: Flag,
    /// Sizes from here to `pixdim` are kept.
    pub min_pixdim: Option<PerKey<Option<Number>>>,
    /// Sizes from `pixdim` to here are kept.
    pub max_pixdim: Option<PerKey<Option<Number>>>,
    /// Whether images of equal grids get equal shapes.
    #[serde(default = "yes")]
    pub ensure_same_shape: Flag,
    /// Whether the voxels are moved later, together with what other lazy transforms do to the grid. A `Compose` says so for
    /// all of its transforms, and only where its own `lazy` is null each for itself.
    #[serde(default)]
    pub lazy: Flag,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn bilinear() -> PerKey<Interpolation> {
    PerKey::all(Interpolation::Bilinear)
}

fn border() -> PerKey<Padding> {
    PerKey::all(Padding::Border)
}

fn no() -> PerKey<Flag> {
    PerKey::all(Flag(false))
}

fn yes() -> Flag {
    Flag(true)
}

impl Spacingd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.lazy.0 && self.recompute_affine.0 {
            return Err(Error::unsupported(NAME, "recompute_affine", true, "false where it is lazy"));
        }
        per_key(NAME, "mode", Some(&self.mode), &self.keys)?;
        per_key(NAME, "padding_mode", Some(&self.padding_mode), &self.keys)?;
        per_key(NAME, "align_corners", Some(&self.align_corners), &self.keys)?;
        per_key(NAME, "dtype", self.dtype.as_ref(), &self.keys)?;
        for dtype in self.dtype.iter().flat_map(PerKey::values) {
            floating(NAME, *dtype)?;
        }
        per_key(NAME, "scale_extent", Some(&self.scale_extent), &self.keys)?;
        for axis in 0..3 {
            let bound = |bounds| bound(bounds, axis);
            if let (Some(least), Some(most)) = (bound(&self.min_pixdim), bound(&self.max_pixdim))
                && (most < least || least < 0.0)
            {
                return Err(Error::unsupported(NAME, "min_pixdim", least, "at least 0 and at most `max_pixdim`"));
            }
        }
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        let mut first: Option<([usize; 3], [f64; 3], [usize; 3])> = None;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |index, image| {
            let (shape, spacing) = (image.volume.shape, image.volume.affine.spacing());
            let matching = first.filter(|(other, sizes, _)| {
                let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-3 + 1e-5 * b.abs();
                self.ensure_same_shape.0 && *other == shape && sizes.iter().zip(&spacing).all(close)
            });
            self.one(image, index, matching.map(|(_, _, output)| output), most)?;
            first.get_or_insert((shape, spacing, image.volume.shape));
            Ok(())
        })
    }

    /// The voxel sizes to resample an image of `spacing` to.
    fn sizes(&self, spacing: [f64; 3], rank: u8) -> [f64; 3] {
        let given = self.pixdim.values();
        std::array::from_fn(|axis| {
            let Some(Number(target)) = given[axis.min(given.len() - 1)] else { return spacing[axis] };
            let least = bound(&self.min_pixdim, axis).map_or(target, |least| least.min(target));
            let most = bound(&self.max_pixdim, axis).map_or(target, |most| most.max(target));
            let kept = (least - TOLERANCE..=most + TOLERANCE).contains(&spacing[axis]);
            if kept || target <= 0.0 || axis >= usize::from(rank) { spacing[axis] } else { target }
        })
    }

    fn one(&self, image: &mut Image, key: usize, forced: Option<[usize; 3]>, most: usize) -> Result<(), Error> {
        let broken = |source| Error::Geometry { target: NAME, source };
        let Volume { channels, shape, rank, affine, .. } = image.volume;
        let source = in_rank(&affine, rank).map_err(broken)?;
        let sizes = self.sizes(source.spacing(), rank);
        let zoomed = zoom(&source, sizes, self.diagonal.0).map_err(broken)?;
        let whole_voxels = self.scale_extent.get(key).0;
        let (extents, target) = shape_and_offset(shape, &source, &zoomed, whole_voxels).map_err(broken)?;
        Sample::bound(NAME, channels, extents, most)?;
        let to = forced.unwrap_or(extents.map(|extent| extent as usize));
        if to.contains(&0) {
            return Err(Error::shape(NAME, "voxels small enough that some are left", format!("the shape {to:?}")));
        }
        let align_corners = self.align_corners.get(key).0;
        let sampling = Sampling { mode: *self.mode.get(key), padding: *self.padding_mode.get(key), align_corners };
        let step = resampling(channels, (shape, &source), (to, &target), rank, sampling).map_err(broken)?;
        image.records.push(Record::of(&image.volume, Change::Resampled(sampling)));
        if step.is_some() || self.lazy.0 {
            let xform = xform(&source, &target, rank).map_err(broken)?;
            image.volume.affine = affine.after(&xform).map_err(broken)?;
        }
        if let Some(step) = step {
            kernel::apply(&*step, &mut image.volume);
        }
        if self.recompute_affine.0 {
            image.volume.affine = Affine::new(resize::scale(shape, to, align_corners)).map_err(broken)?;
        }
        Ok(())
    }
}

/// The entry of an axis, where there is one.
fn bound(bounds: &Option<PerKey<Option<Number>>>, axis: usize) -> Option<f64> {
    bounds.as_ref().and_then(|bounds| bounds.values().get(axis).copied().flatten()).map(|number| number.0)
}

/// From voxels of `target` to voxels of `source`, both of an image of this rank.
pub(crate) fn xform(source: &Affine, target: &Affine, rank: u8) -> Result<Matrix, monai_imaging::Error> {
    Ok(*in_rank(source, rank)?.inverse().after(in_rank(target, rank)?.matrix())?.matrix())
}

/// What resamples one grid onto another: each a shape and an affine. Nothing where the grids are one.
pub(crate) fn resampling(
    channels: usize,
    (from, source): ([usize; 3], &Affine),
    (to, target): ([usize; 3], &Affine),
    rank: u8,
    sampling: Sampling,
) -> Result<Option<Box<dyn Kernel>>, monai_imaging::Error> {
    let (source, target) = (in_rank(source, rank)?, in_rank(target, rank)?);
    let xform = xform(&source, &target, rank)?;
    let same = |a: &Matrix, b: &Matrix| {
        a.iter().flatten().zip(b.iter().flatten()).all(|(a, b)| (a - b).abs() <= TOLERANCE + 1e-5 * b.abs())
    };
    let unchanged = same(source.matrix(), target.matrix()) || same(&xform, Affine::IDENTITY.matrix());
    Ok((!unchanged || from != to).then(|| resample(channels, &xform, from, to, sampling)))
}

/// The part of an affine that an image of this rank has (MONAI's `to_affine_nd`).
fn in_rank(affine: &Affine, rank: u8) -> Result<Affine, monai_imaging::Error> {
    if rank == 2 { plane(affine) } else { Ok(*affine) }
}

/// The part of an affine that a plane has (MONAI's `to_affine_nd(2, ..)`).
fn plane(affine: &Affine) -> Result<Affine, monai_imaging::Error> {
    let m = affine.matrix();
    Affine::new([
        [m[0][0], m[0][1], 0.0, m[0][3]],
        [m[1][0], m[1][1], 0.0, m[1][3]],
        [0.0, 0.0, 1.0, 0.0],
        [0.0, 0.0, 0.0, 1.0],
    ])
}

/// MONAI's `zoom_affine`: the rotation of `affine` with new sizes, without shear and translation.
fn zoom(affine: &Affine, sizes: [f64; 3], diagonal: bool) -> Result<Affine, monai_imaging::Error> {
    let mut out = [[0.0; 4]; 4];
    out[3][3] = 1.0;
    if diagonal {
        (0..3).for_each(|axis| out[axis][axis] = sizes[axis]);
        return Affine::new(out);
    }
    // rotation = A · U⁻¹ with AᵀA = UᵀU is what Gram and Schmidt make of A's columns.
    let m = affine.matrix();
    let mut columns: [[f64; 3]; 3] = std::array::from_fn(|axis| std::array::from_fn(|row| m[row][axis]));
    for axis in 0..3 {
        for before in 0..axis {
            let dot: f64 = (0..3).map(|row| columns[axis][row] * columns[before][row]).sum();
            (0..3).for_each(|row| columns[axis][row] -= dot * columns[before][row]);
        }
        let norm = columns[axis].iter().map(|value| value * value).sum::<f64>().sqrt();
        columns[axis].iter_mut().for_each(|value| *value /= norm);
        (0..3).for_each(|row| out[row][axis] = columns[axis][row] * sizes[axis]);
    }
    Affine::new(out)
}

/// MONAI's `compute_shape_offset`: the output's extents and `target` moved to where the input begins. Distances are those
/// between the outer voxels' centres, or where `whole_voxels` between their borders.
fn shape_and_offset(
    shape: [usize; 3],
    source: &Affine,
    target: &Affine,
    whole_voxels: bool,
) -> Result<([f64; 3], Affine), monai_imaging::Error> {
    let move_ = *target.inverse().after(source.matrix())?.matrix();
    let times = |m: &[[f64; 4]; 4], p: [f64; 3]| -> [f64; 3] {
        std::array::from_fn(|row| m[row][0] * p[0] + m[row][1] * p[1] + m[row][2] * p[2] + m[row][3])
    };
    let corner = |index: usize| -> [f64; 3] {
        let half = if whole_voxels { 0.5 } else { 0.0 };
        let end = |axis: usize| if whole_voxels { shape[axis] as f64 - half } else { shape[axis] as f64 - 1.0 };
        std::array::from_fn(|axis| if index >> (2 - axis) & 1 == 1 { end(axis) } else { -half })
    };
    let corners: [[f64; 3]; 8] = std::array::from_fn(|index| times(&move_, corner(index)));
    let bound = |axis: usize, pick: fn(f64, f64) -> f64| corners.iter().map(|c| c[axis]).reduce(pick).unwrap_or(0.0);
    let least: [f64; 3] = std::array::from_fn(|axis| bound(axis, f64::min));
    let more = if whole_voxels { 0.0 } else { 1.0 };
    let extents: [f64; 3] = std::array::from_fn(|axis| (bound(axis, f64::max) - least[axis] + more).round_ties_even());
    let first = (0..8).find(|&index| (0..3).all(|axis| (least[axis] - corners[index][axis]).abs() <= 1e-8));
    let mut offset: [f64; 3] = match first {
        Some(index) => times(source.matrix(), corner(index)),
        None => {
            let middle = times(source.matrix(), shape.map(|extent| extent as f64 / 2.0));
            let half = times(target.matrix(), extents.map(|extent| extent / 2.0));
            std::array::from_fn(|row| middle[row] - (half[row] - target.matrix()[row][3]))
        }
    };
    if whole_voxels {
        let inner =
            times(source.matrix(), [0, 1, 2].map(|axis: usize| 0.5 * (shape[axis] as f64 / extents[axis] - 1.0)));
        (0..3).for_each(|row| offset[row] = inner[row].abs() * sign(offset[row]));
    }
    let mut out = *target.matrix();
    (0..3).for_each(|row| out[row][3] = offset[row]);
    Ok((extents, Affine::new(out)?))
}

/// NumPy's `sign`: 0 for 0.
fn sign(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value.signum() }
}

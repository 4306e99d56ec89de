use monai_imaging::Affine;
use serde::Deserialize;

use crate::transpose::reorder;
use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "SqueezeDimd";

/// MONAI's `SqueezeDimd`: drops an axis of one voxel. A volume becomes a plane; without the axis of channels, the first
/// spatial axis counts as channels. [`Invertd`](crate::Invertd) brings the axis back.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqueezeDimd {
    /// Keys of the images.
    pub keys: Keys,
    /// The axis, where 0 is channels, from the end where negative; all of one voxel where none is named.
    #[serde(default = "channels")]
    pub dim: Option<i64>,
    /// Whether the affine loses the axis too; without effect for channels and where `dim` is none.
    #[serde(default = "yes")]
    pub update_meta: Flag,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn channels() -> Option<i64> {
    Some(0)
}

fn yes() -> Flag {
    Flag(true)
}

impl SqueezeDimd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let [x, y, z] = image.volume.shape;
            let (extents, axes) = ([image.volume.channels, x, y, z], usize::from(image.volume.rank) + 1);
            let dropped = match self.dim {
                None => (0..axes).filter(|&axis| extents[axis] == 1).collect(),
                Some(dim) => vec![single(dim, &extents[..axes])?],
            };
            let kept: Vec<usize> = (0..axes).filter(|axis| !dropped.contains(axis)).collect();
            if kept.len() < 3 {
                let found = format!("{} of {:?}", kept.len(), &extents[..axes]);
                return Err(Error::shape(NAME, "channels and at least two axes to be left", found));
            }
            let order = kept.iter().chain(&dropped).copied().chain(axes..4);
            let mut from = [0, 1, 2, 3];
            from.iter_mut().zip(order).for_each(|(from, axis)| *from = axis);
            let affine = match self.dim {
                Some(_) if self.update_meta.0 && dropped[0] > 0 => without(&image.volume.affine, dropped[0] - 1)
                    .map_err(|source| Error::Geometry { target: NAME, source })?,
                _ => image.volume.affine,
            };
            reorder(image, from, kept.len() as u8 - 1);
            image.volume.affine = affine;
            Ok(())
        })
    }
}

/// The axis that `dim` names, if it has one voxel.
fn single(dim: i64, extents: &[usize]) -> Result<usize, Error> {
    let axes = extents.len() as i64;
    let axis = (-axes..axes).contains(&dim).then_some(dim.rem_euclid(axes) as usize);
    match axis.filter(|&axis| extents[axis] == 1) {
        Some(axis) => Ok(axis),
        None => Err(Error::shape(NAME, format!("an axis {dim} of one voxel"), format!("{extents:?}"))),
    }
}

/// The affine of the plane that is left without a voxel axis and the world axis of the same number, as MONAI has it.
fn without(affine: &Affine, axis: usize) -> Result<Affine, monai_imaging::Error> {
    let m = affine.matrix();
    let [a, b] = match axis {
        0 => [1, 2],
        1 => [0, 2],
        _ => [0, 1],
    };
    Affine::new([
        [m[a][a], m[a][b], 0.0, m[a][3]],
        [m[b][a], m[b][b], 0.0, m[b][3]],
        [0.0, 0.0, 1.0, 0.0],
        [0.0, 0.0, 0.0, 1.0],
    ])
}

use serde::Deserialize;

use crate::center_spatial_crop::center;
use crate::padding::{self, Box3, ConstantValues, PadMode, constants, per_axis};
use crate::spatial_pad::Method;
use crate::{Error, Flag, Keys, Number, PerKey, Sample};

const NAME: &str = "ResizeWithPadOrCropd";

/// MONAI's `ResizeWithPadOrCropd`: cuts or pads each axis to an extent, cutting in the middle.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResizeWithPadOrCropd {
    /// Keys of the images.
    pub keys: Keys,
    /// The shape; what is not positive keeps an extent.
    pub spatial_size: PerKey<i64>,
    /// On which sides to pad.
    #[serde(default)]
    pub method: Method,
    /// What padding is filled with, by key.
    #[serde(default = "PadMode::constant")]
    pub mode: PerKey<PadMode>,
    /// The constant.
    pub value: Option<Number>,
    /// The constant, as NumPy writes it.
    pub constant_values: Option<ConstantValues>,
    /// Whether the voxels are moved later, together with what other lazy transforms do to the grid. A `Compose` says so for
    /// all of its transforms, and only where its own `lazy` is null each for itself.
    #[serde(default)]
    pub lazy: Flag,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl ResizeWithPadOrCropd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        PadMode::check(NAME, &self.keys, &self.mode, self.value, self.constant_values.as_ref())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |key, image| {
            let rank = image.volume.rank;
            let mut region = Box3::of(&image.volume);
            for (axis, size) in per_axis(NAME, "spatial_size", &self.spatial_size, rank)?.into_iter().enumerate() {
                center(&mut region, axis, size);
                let more = (size.max(0) as usize).saturating_sub(image.volume.shape[axis]);
                let (low, high) = self.method.split(more);
                region.pad(axis, low, high);
            }
            let numbers = constants(NAME, self.value, self.constant_values.as_ref(), rank)?;
            padding::place(NAME, image, region, *self.mode.get(key), numbers, most)
        })
    }
}

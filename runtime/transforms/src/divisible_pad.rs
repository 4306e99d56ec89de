use serde::Deserialize;

use crate::padding::{self, Box3, ConstantValues, PadMode, constants, per_axis};
use crate::spatial_pad::Method;
use crate::{Error, Flag, Keys, Number, PerKey, Sample};

const NAME: &str = "DivisiblePadd";

/// MONAI's `DivisiblePadd`: pads until each extent is a multiple of `k`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DivisiblePadd {
    /// Keys of the images.
    pub keys: Keys,
    /// The divisors: a number, or one for each axis; what is not positive keeps an extent.
    pub k: PerKey<i64>,
    /// On which sides.
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

impl DivisiblePadd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        PadMode::check(NAME, &self.keys, &self.mode, self.value, self.constant_values.as_ref())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |key, image| {
            let rank = image.volume.rank;
            let mut region = Box3::of(&image.volume);
            for (axis, k) in per_axis(NAME, "k", &self.k, rank)?.into_iter().enumerate() {
                let extent = image.volume.shape[axis];
                let more = extent.div_ceil(k.max(1) as usize).saturating_mul(k.max(1) as usize) - extent;
                let (low, high) = self.method.split(more);
                region.pad(axis, low, high);
            }
            let numbers = constants(NAME, self.value, self.constant_values.as_ref(), rank)?;
            padding::place(NAME, image, region, *self.mode.get(key), numbers, most)
        })
    }
}

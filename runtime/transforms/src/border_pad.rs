use serde::Deserialize;

use crate::padding::{self, Box3, ConstantValues, PadMode, constants};
use crate::{Error, Flag, Keys, Number, PerKey, Sample};

const NAME: &str = "BorderPadd";

/// MONAI's `BorderPadd`: adds a border.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BorderPadd {
    /// Keys of the images.
    pub keys: Keys,
    /// Voxels to add: a number for all sides, one for each axis, or two for each axis; less than 0 is 0.
    pub spatial_border: PerKey<i64>,
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

impl BorderPadd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        PadMode::check(NAME, &self.keys, &self.mode, self.value, self.constant_values.as_ref())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |key, image| {
            let rank = image.volume.rank;
            let mut region = Box3::of(&image.volume);
            let border: Vec<usize> = self.spatial_border.values().iter().map(|&size| size.max(0) as usize).collect();
            let axes = usize::from(rank);
            for axis in 0..axes {
                let (low, high) = match border.len() {
                    1 => (border[0], border[0]),
                    found if found == axes => (border[axis], border[axis]),
                    found if found == 2 * axes => (border[2 * axis], border[2 * axis + 1]),
                    found => {
                        let expected = format!("1, {axes} or {} values of `spatial_border`", 2 * axes);
                        return Err(Error::shape(NAME, expected, found));
                    }
                };
                region.pad(axis, low, high);
            }
            let numbers = constants(NAME, self.value, self.constant_values.as_ref(), rank)?;
            padding::place(NAME, image, region, *self.mode.get(key), numbers, most)
        })
    }
}

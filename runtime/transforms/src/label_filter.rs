use serde::Deserialize;

use crate::voxelwise::{self, Each, Voxelwise};
use crate::{Error, Flag, Keys, PerKey, Sample};

const NAME: &str = "LabelFilterd";

/// MONAI's `LabelFilterd`: voxels with other labels become 0.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelFilterd {
    /// Keys of the images.
    pub keys: Keys,
    /// Labels that stay.
    pub applied_labels: PerKey<i64>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl LabelFilterd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// What happens to the voxels of a key.
    pub(crate) fn act(&self, _: usize) -> impl Voxelwise + '_ {
        let stays = |value: f32| self.applied_labels.values().iter().any(|&label| label as f32 == value);
        let act = move |values: &mut [f32]| {
            // Neighbours are mostly alike.
            let (mut last, mut of_last) = (0f32, 0f32);
            for value in values {
                if value.to_bits() != last.to_bits() {
                    (last, of_last) = (*value, if stays(*value) { *value } else { 0.0 });
                }
                *value = of_last;
            }
        };
        Each { dtype: None, act }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        voxelwise::apply(NAME, &self.keys, self.allow_missing_keys.0, sample, |key| self.act(key))
    }
}

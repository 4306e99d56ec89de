use rayon::prelude::*;
use serde::Deserialize;

use crate::{Error, Flag, Keys, Number, Sample};

const NAME: &str = "ThresholdIntensityd";

/// MONAI's `ThresholdIntensityd`: voxels not beyond the threshold become `cval`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThresholdIntensityd {
    /// Keys of the images.
    pub keys: Keys,
    /// The threshold itself is not beyond it.
    pub threshold: Number,
    /// Whether larger voxels are kept, or smaller ones.
    #[serde(default = "yes")]
    pub above: Flag,
    /// The value of the others.
    #[serde(default = "zero")]
    pub cval: Number,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn yes() -> Flag {
    Flag(true)
}

fn zero() -> Number {
    Number(0.0)
}

impl ThresholdIntensityd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let (threshold, above, fill) = (self.threshold.0 as f32, self.above.0, self.cval.0 as f32);
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            image.volume.data.par_iter_mut().for_each(|voxel| {
                let keep = if above { *voxel > threshold } else { *voxel < threshold };
                *voxel = if keep { *voxel } else { fill };
            });
            Ok(())
        })
    }
}

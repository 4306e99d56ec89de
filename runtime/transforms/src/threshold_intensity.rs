use serde::Deserialize;

use crate::voxelwise::{self, Form, Voxelwise};
use crate::{Error, Flag, Keys, Number, Sample};

const NAME: &str = "ThresholdIntensityd";

/// MONAI's `ThresholdIntensityd`: voxels not beyond the threshold become `cval`, as the image's type holds it.
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

    /// What happens to the voxels of a key.
    pub(crate) fn act(&self, _: usize) -> impl Voxelwise + use<> {
        Threshold { threshold: self.threshold.0 as f32, above: self.above.0, fill: self.cval.0 as f32 }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        voxelwise::apply(NAME, &self.keys, self.allow_missing_keys.0, sample, |key| self.act(key))
    }
}

struct Threshold {
    threshold: f32,
    above: bool,
    fill: f32,
}

impl Voxelwise for Threshold {
    fn form(&self, before: Form) -> Result<Form, Error> {
        Ok(before)
    }

    fn map(&self, before: Form, parts: &mut [&mut [f32]]) -> Result<(), Error> {
        let (threshold, fill) = (self.threshold, before.dtype.cast(self.fill));
        for part in parts {
            for value in part.iter_mut() {
                let kept = if self.above { *value > threshold } else { *value < threshold };
                *value = if kept { *value } else { fill };
            }
        }
        Ok(())
    }
}

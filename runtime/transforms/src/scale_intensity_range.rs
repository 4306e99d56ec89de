use monai_imaging::Volume;
use rayon::prelude::*;
use serde::Deserialize;

use crate::arguments::{float32, floating};
use crate::{Error, Flag, Keys, Number, Sample, TypeName};

const NAME: &str = "ScaleIntensityRanged";

/// MONAI's `ScaleIntensityRanged`: maps `a_min..a_max` onto `b_min..b_max`, linearly.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleIntensityRanged {
    /// Keys of the images.
    pub keys: Keys,
    /// Start of the input range.
    pub a_min: Number,
    /// End of the input range.
    pub a_max: Number,
    /// Start of the output range; without both, the output range is 0..1.
    pub b_min: Option<Number>,
    /// End of the output range.
    pub b_max: Option<Number>,
    /// Whether what lies outside is set to the range's ends.
    #[serde(default)]
    pub clip: Flag,
    /// Type of the result.
    #[serde(default = "float32")]
    pub dtype: Option<TypeName>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl ScaleIntensityRanged {
    pub(crate) fn check(&self) -> Result<(), Error> {
        floating(NAME, self.dtype)
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let range = Range {
            a: [self.a_min.0, self.a_max.0],
            b: [self.b_min.map(|b| b.0), self.b_max.map(|b| b.0)],
            clip: self.clip.0,
        };
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let Volume { data, .. } = &mut image.volume;
            range.map(data);
            Ok(())
        })
    }
}

/// MONAI's `ScaleIntensityRange` on voxels.
pub(crate) struct Range {
    pub(crate) a: [f64; 2],
    pub(crate) b: [Option<f64>; 2],
    pub(crate) clip: bool,
}

impl Range {
    pub(crate) fn map(&self, data: &mut [f32]) {
        let [low, high] = self.a;
        let start = low as f32;
        let width = (high - low) as f32;
        if high - low == 0.0 {
            let shift = self.b[0].unwrap_or(0.0) as f32;
            data.par_iter_mut().for_each(|voxel| *voxel = *voxel - start + shift);
            return;
        }
        let (factor, shift) = match self.b {
            [Some(low), Some(high)] => ((high - low) as f32, low as f32),
            _ => (1.0, 0.0),
        };
        let least = self.b[0].filter(|_| self.clip).map_or(f32::NEG_INFINITY, |b| b as f32);
        let most = self.b[1].filter(|_| self.clip).map_or(f32::INFINITY, |b| b as f32);
        data.par_iter_mut().for_each(|voxel| {
            let scaled = (*voxel - start) / width * factor + shift;
            // Unlike f32::max, comparisons keep NaN.
            let raised = if scaled < least { least } else { scaled };
            *voxel = if raised > most { most } else { raised };
        });
    }
}

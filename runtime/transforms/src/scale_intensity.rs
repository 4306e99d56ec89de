use rayon::prelude::*;
use serde::Deserialize;

use crate::arguments::{float32, floating};
use crate::{Error, Flag, Keys, Number, Sample, TypeName};

const NAME: &str = "ScaleIntensityd";

/// MONAI's `ScaleIntensityd`: the image's own range onto `minv..maxv`, or a factor where both are none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleIntensityd {
    /// Keys of the images.
    pub keys: Keys,
    /// Start of the output range.
    #[serde(default = "zero")]
    pub minv: Option<Number>,
    /// End of the output range.
    #[serde(default = "one")]
    pub maxv: Option<Number>,
    /// Without a range: voxels are multiplied by 1 + `factor`.
    pub factor: Option<Number>,
    /// Whether each channel has its own range.
    #[serde(default)]
    pub channel_wise: Flag,
    /// Type of the result.
    #[serde(default = "float32")]
    pub dtype: Option<TypeName>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn zero() -> Option<Number> {
    Some(Number(0.0))
}

fn one() -> Option<Number> {
    Some(Number(1.0))
}

impl ScaleIntensityd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        floating(NAME, self.dtype)
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let (missing, channel_wise) = (self.allow_missing_keys.0, self.channel_wise.0);
        sample.each_part(NAME, &self.keys, missing, channel_wise, |part| self.map(part))
    }

    fn map(&self, data: &mut [f32]) {
        if self.minv.is_none() && self.maxv.is_none() {
            let factor = 1.0 + self.factor.map_or(0.0, |factor| factor.0);
            data.par_iter_mut().for_each(|voxel| *voxel *= factor as f32);
            return;
        }
        let ends = || (f32::INFINITY, f32::NEG_INFINITY);
        let (least, most) = data
            .par_iter()
            .fold(ends, |(least, most), &v| (least.min(v), most.max(v)))
            .reduce(ends, |a, b| (a.0.min(b.0), a.1.max(b.1)));
        if least == most {
            let factor = self.minv.map_or(1.0, |minv| minv.0 as f32);
            data.par_iter_mut().for_each(|voxel| *voxel *= factor);
            return;
        }
        let (factor, shift) = match (self.minv, self.maxv) {
            (Some(minv), Some(maxv)) => ((maxv.0 - minv.0) as f32, minv.0 as f32),
            _ => (1.0, 0.0),
        };
        let width = most - least;
        data.par_iter_mut().for_each(|voxel| *voxel = (*voxel - least) / width * factor + shift);
    }
}

use rayon::prelude::*;
use serde::Deserialize;

use crate::arguments::float32;
use crate::percentile::percentiles;
use crate::scale_intensity_range::{Range, Start, clips};
use crate::voxelwise::{BLOCK, Form, Voxelwise};
use crate::{Error, Flag, Keys, Number, Sample, TypeName};

const NAME: &str = "ScaleIntensityRangePercentilesd";

/// MONAI's `ScaleIntensityRangePercentilesd`: maps the range between two percentiles of the image linearly.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleIntensityRangePercentilesd {
    /// Keys of the images.
    pub keys: Keys,
    /// Lower percentile, 0 to 100.
    pub lower: Number,
    /// Upper percentile, 0 to 100.
    pub upper: Number,
    /// Start of the output range.
    pub b_min: Option<Number>,
    /// End of the output range.
    pub b_max: Option<Number>,
    /// Whether what lies outside is set to the output range's ends, as far as they are given.
    #[serde(default)]
    pub clip: Flag,
    /// Whether the output range is its part between the percentiles.
    #[serde(default)]
    pub relative: Flag,
    /// Whether each channel has its own percentiles.
    #[serde(default)]
    pub channel_wise: Flag,
    /// Type of the result; none: the image's.
    #[serde(default = "float32")]
    pub dtype: Option<TypeName>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl ScaleIntensityRangePercentilesd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        for (argument, value) in [("lower", self.lower.0), ("upper", self.upper.0)] {
            if !(0.0..=100.0).contains(&value) {
                return Err(Error::unsupported(NAME, argument, value, "0 to 100"));
            }
        }
        if self.relative.0 && (self.b_min.is_none() || self.b_max.is_none()) {
            return Err(Error::unsupported(NAME, "relative", true, "b_min and b_max beside it"));
        }
        clips(NAME, self.clip, self.b_min, self.b_max)
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let before = Form { channels: 1, dtype: image.dtype };
            let size = if self.channel_wise.0 { image.volume.voxels() } else { image.volume.data.len() };
            for part in image.volume.data.chunks_mut(size.max(1)) {
                let range = self.range(part, before.dtype)?;
                part.par_chunks_mut(BLOCK).try_for_each(|block| range.map_all(before, block))?;
                let after = self.dtype.unwrap_or(before.dtype);
                if range.form(before)?.dtype != after {
                    part.par_chunks_mut(BLOCK).for_each(|block| after.cast_all(block));
                }
            }
            image.dtype = self.dtype.unwrap_or(before.dtype);
            Ok(())
        })
    }

    fn range(&self, data: &[f32], dtype: TypeName) -> Result<Range, Error> {
        let [low, high] = percentiles(NAME, data, dtype, [self.lower.0, self.upper.0])?;
        let b = match (self.relative.0, self.b_min, self.b_max) {
            (true, Some(min), Some(max)) => {
                let part = |percent: f64| Some((max.0 - min.0) * (percent / 100.0) + min.0);
                [part(self.lower.0), part(self.upper.0)]
            }
            _ => [self.b_min.map(|b| b.0), self.b_max.map(|b| b.0)],
        };
        // MONAI subtracts the percentiles as tensors of the image's type.
        let start = Start { value: f64::from(low), integer: !dtype.is_floating() };
        Ok(Range { start, width: f64::from(high - low), b, clip: self.clip.0, dtype: self.dtype })
    }
}

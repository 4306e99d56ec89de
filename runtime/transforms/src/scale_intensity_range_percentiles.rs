use serde::Deserialize;

use crate::arguments::{float32, floating};
use crate::percentile::percentiles;
use crate::scale_intensity_range::Range;
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
    /// Whether what lies outside is set to the range's ends.
    #[serde(default)]
    pub clip: Flag,
    /// Whether the output range is its part between the percentiles.
    #[serde(default)]
    pub relative: Flag,
    /// Whether each channel has its own percentiles.
    #[serde(default)]
    pub channel_wise: Flag,
    /// Type of the result.
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
        floating(NAME, self.dtype)
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let (missing, channel_wise) = (self.allow_missing_keys.0, self.channel_wise.0);
        sample.each_part(NAME, &self.keys, missing, channel_wise, |part| self.map(part))
    }

    fn map(&self, data: &mut [f32]) {
        let [low, high] = percentiles(data, [self.lower.0, self.upper.0]);
        let b = match (self.relative.0, self.b_min, self.b_max) {
            (true, Some(min), Some(max)) => {
                let part = |percent: f64| Some((max.0 - min.0) * (percent / 100.0) + min.0);
                [part(self.lower.0), part(self.upper.0)]
            }
            _ => [self.b_min.map(|b| b.0), self.b_max.map(|b| b.0)],
        };
        // MONAI subtracts the percentiles as 32-bit tensors.
        Range { a: [f64::from(low), f64::from(low) + f64::from(high - low)], b, clip: self.clip.0 }.map(data);
    }
}

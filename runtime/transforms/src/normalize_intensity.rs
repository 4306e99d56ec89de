use rayon::prelude::*;
use serde::Deserialize;

use crate::arguments::{float32, floating};
use crate::{Error, Flag, Keys, Number, PerKey, Sample, TypeName};

const NAME: &str = "NormalizeIntensityd";
/// Voxels summed by one task. Fixed, so that the sum does not depend on the number of threads.
const CHUNK: usize = 1 << 16;

/// MONAI's `NormalizeIntensityd`: mean 0 and standard deviation 1, or the given numbers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NormalizeIntensityd {
    /// Keys of the images.
    pub keys: Keys,
    /// What is subtracted in place of the mean: a number, or one for each channel with `channel_wise`.
    pub subtrahend: Option<PerKey<Number>>,
    /// What is divided by in place of the standard deviation, in the same form.
    pub divisor: Option<PerKey<Number>>,
    /// Whether voxels that are 0 are left out and stay 0.
    #[serde(default)]
    pub nonzero: Flag,
    /// Whether each channel is normalised by itself.
    #[serde(default)]
    pub channel_wise: Flag,
    /// Type of the result.
    #[serde(default = "float32")]
    pub dtype: Option<TypeName>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl NormalizeIntensityd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        for (argument, numbers) in [("subtrahend", &self.subtrahend), ("divisor", &self.divisor)] {
            if !self.channel_wise.0 && numbers.as_ref().is_some_and(|numbers| numbers.values().len() > 1) {
                return Err(Error::unsupported(NAME, argument, "a list", "one number without channel_wise"));
            }
        }
        floating(NAME, self.dtype)
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let channels = if self.channel_wise.0 { image.volume.channels } else { 1 };
            for numbers in [&self.subtrahend, &self.divisor].into_iter().flatten() {
                let found = numbers.values().len();
                if found != channels {
                    return Err(Error::shape(NAME, format!("one number for each of {channels} channels"), found));
                }
            }
            let size = (image.volume.data.len() / channels.max(1)).max(1);
            for (index, part) in image.volume.data.chunks_mut(size).enumerate() {
                let number = |numbers: &Option<PerKey<Number>>| numbers.as_ref().map(|n| n.get(index).0);
                self.map(part, number(&self.subtrahend), number(&self.divisor));
            }
            Ok(())
        })
    }

    fn map(&self, data: &mut [f32], subtrahend: Option<f64>, divisor: Option<f64>) {
        let nonzero = self.nonzero.0;
        let kept = |value: f32| !nonzero || value != 0.0;
        let total = |data: &[f32], of: &(dyn Fn(f64) -> f64 + Sync)| -> (f64, f64) {
            let parts: Vec<(f64, f64)> = data
                .par_chunks(CHUNK)
                .map(|chunk| {
                    let kept = chunk.iter().filter(|&&value| kept(value));
                    kept.fold((0.0, 0.0), |(count, sum), &value| (count + 1.0, sum + of(f64::from(value))))
                })
                .collect();
            parts.into_iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1))
        };
        let (count, sum) = total(data, &|value| value);
        if count == 0.0 {
            return;
        }
        let mean = sum / count;
        let divisor =
            divisor.unwrap_or_else(|| (total(data, &|value| (value - mean) * (value - mean)).1 / count).sqrt());
        let divisor = if divisor == 0.0 { 1.0 } else { divisor as f32 };
        let subtrahend = subtrahend.unwrap_or(mean) as f32;
        data.par_iter_mut().filter(|value| kept(**value)).for_each(|value| *value = (*value - subtrahend) / divisor);
    }
}

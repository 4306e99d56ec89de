use pulp::Arch;
use rayon::prelude::*;
use serde::Deserialize;

use crate::arguments::float32;
use crate::voxelwise::{self, BLOCK, Form, Voxelwise};
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
    /// What is divided by in place of the standard deviation, in the same form; 0 is 1.
    pub divisor: Option<PerKey<Number>>,
    /// Whether voxels that are 0 are left out and stay 0.
    #[serde(default)]
    pub nonzero: Flag,
    /// Whether each channel is normalised by itself.
    #[serde(default)]
    pub channel_wise: Flag,
    /// Type of the result; none: the image's.
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
        Ok(())
    }

    /// What happens to the voxels of a key, where nothing is computed from the image.
    pub(crate) fn voxelwise(&self, _: usize) -> Option<impl Voxelwise + '_> {
        (self.subtrahend.is_some() && self.divisor.is_some()).then_some(Given(self))
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |key, image| {
            if let Some(act) = self.voxelwise(key) {
                return voxelwise::whole(NAME, &act, image, most);
            }
            self.fit(image.volume.channels)?;
            let after = self.dtype.unwrap_or(image.dtype);
            let channels = if self.channel_wise.0 { image.volume.channels } else { 1 };
            let size = (image.volume.data.len() / channels.max(1)).max(1);
            for (index, part) in image.volume.data.chunks_mut(size).enumerate() {
                let scale = self.scale(index, part);
                part.par_chunks_mut(BLOCK).for_each(|block| {
                    scale.apply(block);
                    after.cast_all(block);
                });
            }
            image.dtype = after;
            Ok(())
        })
    }

    fn fit(&self, channels: usize) -> Result<(), Error> {
        let expected = if self.channel_wise.0 { channels } else { 1 };
        match [&self.subtrahend, &self.divisor].into_iter().flatten().find(|list| list.values().len() != expected) {
            Some(list) => {
                Err(Error::shape(NAME, format!("one number for each of {expected} channels"), list.values().len()))
            }
            None => Ok(()),
        }
    }

    /// What happens to the channel `index`, or to all of them, whose voxels are `data`.
    fn scale(&self, index: usize, data: &[f32]) -> Scale {
        let given = |numbers: &Option<PerKey<Number>>| numbers.as_ref().map(|numbers| numbers.get(index).0);
        let (subtrahend, divisor) = (given(&self.subtrahend), given(&self.divisor));
        let (mean, deviation) = match (subtrahend, divisor) {
            (Some(_), Some(_)) => (0.0, 0.0),
            _ => moments(data, self.nonzero.0),
        };
        Scale {
            subtrahend: subtrahend.unwrap_or(mean) as f32,
            divisor: match divisor.unwrap_or(deviation) {
                0.0 => 1.0,
                divisor => divisor as f32,
            },
            nonzero: self.nonzero.0,
        }
    }
}

/// A shift and a factor that come from the arguments alone.
struct Given<'a>(&'a NormalizeIntensityd);

impl Voxelwise for Given<'_> {
    fn form(&self, before: Form) -> Result<Form, Error> {
        self.0.fit(before.channels)?;
        Ok(Form { dtype: self.0.dtype.unwrap_or(before.dtype), ..before })
    }

    fn map(&self, before: Form, parts: &mut [&mut [f32]]) -> Result<(), Error> {
        let after = self.form(before)?.dtype;
        for (index, part) in parts.iter_mut().enumerate() {
            self.0.scale(if self.0.channel_wise.0 { index } else { 0 }, &[]).apply(part);
            after.cast_all(part);
        }
        Ok(())
    }
}

struct Scale {
    subtrahend: f32,
    divisor: f32,
    nonzero: bool,
}

impl Scale {
    fn apply(&self, values: &mut [f32]) {
        let Scale { subtrahend, divisor, nonzero } = *self;
        Arch::new().dispatch(|| {
            for value in values {
                let scaled = (*value - subtrahend) / divisor;
                *value = if nonzero && *value == 0.0 { *value } else { scaled };
            }
        });
    }
}

/// Mean and standard deviation, in 64 bit, of all values or of those that are not 0; 0 where there are none.
fn moments(data: &[f32], nonzero: bool) -> (f64, f64) {
    // Each chunk's squares are taken around its own mean, while the chunk is in the core's cache.
    let of = |chunk: &[f32]| {
        let [count, sum] = sums(chunk, nonzero, |value| value);
        let mean = if count > 0.0 { sum / count } else { 0.0 };
        let [_, squares] = sums(chunk, nonzero, |value| (value - mean) * (value - mean));
        [count, mean, squares]
    };
    let chunks: Vec<[f64; 3]> = data.par_chunks(CHUNK).map(|chunk| Arch::new().dispatch(|| of(chunk))).collect();
    let [count, mean, squares] = chunks.into_iter().fold([0.0; 3], |a, b| match a[0] + b[0] {
        0.0 => a,
        count => {
            let step = b[1] - a[1];
            [count, a[1] + step * b[0] / count, a[2] + b[2] + step * step * a[0] * b[0] / count]
        }
    });
    (mean, if count > 0.0 { (squares / count).sqrt() } else { 0.0 })
}

/// How many values count, and the sum of `of` over them.
#[inline(always)]
fn sums(chunk: &[f32], nonzero: bool, of: impl Fn(f64) -> f64) -> [f64; 2] {
    const LANES: usize = 16;
    let (lines, rest) = chunk.as_chunks::<LANES>();
    let (mut counts, mut totals) = ([0f64; LANES], [0f64; LANES]);
    let mut add = |lane: usize, value: f32| {
        let kept = !(nonzero && value == 0.0);
        counts[lane] += if kept { 1.0 } else { 0.0 };
        totals[lane] += if kept { of(f64::from(value)) } else { 0.0 };
    };
    for line in lines {
        line.iter().enumerate().for_each(|(lane, &value)| add(lane, value));
    }
    rest.iter().enumerate().for_each(|(lane, &value)| add(lane, value));
    [counts, totals].map(|lanes| lanes.iter().sum())
}

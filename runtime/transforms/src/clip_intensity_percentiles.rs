use pulp::Arch;
use rayon::prelude::*;
use serde::Deserialize;

use crate::arguments::float32;
use crate::exponential::softplus;
use crate::percentile::percentiles;
use crate::voxelwise::BLOCK;
use crate::{Error, Flag, Keys, Number, Sample, TypeName};

const NAME: &str = "ClipIntensityPercentilesd";

/// MONAI's `ClipIntensityPercentilesd`: sets what lies outside two percentiles of the image to them, or bends it towards
/// them. The result has the image's type.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipIntensityPercentilesd {
    /// Keys of the images.
    pub keys: Keys,
    /// Lower percentile, 0 to 100; none: no lower limit.
    #[serde(deserialize_with = "required")]
    pub lower: Option<Number>,
    /// Upper percentile, 0 to 100; none: no upper limit.
    #[serde(deserialize_with = "required")]
    pub upper: Option<Number>,
    /// How sharply values bend: c in x + (softplus(-c (x - lower)) - softplus(c (x - upper))) / c. None: they are cut.
    pub sharpness_factor: Option<Number>,
    /// Whether each channel has its own percentiles.
    #[serde(default)]
    pub channel_wise: Flag,
    /// Type in which values are bent; none: the image's.
    #[serde(default = "float32")]
    pub dtype: Option<TypeName>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn required<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Number>, D::Error> {
    Option::deserialize(from)
}

impl ClipIntensityPercentilesd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        for (argument, value) in [("lower", self.lower), ("upper", self.upper)] {
            if let Some(Number(value)) = value.filter(|value| !(0.0..=100.0).contains(&value.0)) {
                return Err(Error::unsupported(NAME, argument, value, "0 to 100"));
            }
        }
        match (self.lower, self.upper) {
            (None, None) => return Err(Error::unsupported(NAME, "lower", "none", "a percentile, or one as upper")),
            (Some(lower), Some(upper)) if upper.0 < lower.0 => {
                return Err(Error::unsupported(NAME, "upper", upper.0, "at least lower"));
            }
            _ => {}
        }
        match self.sharpness_factor {
            Some(Number(factor)) if factor <= 0.0 => {
                Err(Error::unsupported(NAME, "sharpness_factor", factor, "more than 0"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let dtype = image.dtype;
            let size = if self.channel_wise.0 { image.volume.voxels() } else { image.volume.data.len() };
            for part in image.volume.data.chunks_mut(size.max(1)) {
                let percent = |value: Option<Number>, otherwise| value.map_or(otherwise, |value| value.0);
                let ends = percentiles(NAME, part, dtype, [percent(self.lower, 0.0), percent(self.upper, 100.0)])?;
                part.par_chunks_mut(BLOCK).for_each(|block| {
                    match self.sharpness_factor {
                        Some(factor) => self.bend(factor.0 as f32, ends, dtype, block),
                        None => cut(ends, block),
                    }
                    dtype.cast_all(block);
                });
            }
            Ok(())
        })
    }

    /// MONAI's `soft_clip`.
    fn bend(&self, factor: f32, ends: [f32; 2], before: TypeName, values: &mut [f32]) {
        let dtype = self.dtype.unwrap_or(before);
        dtype.cast_all(values);
        let original: Vec<f32> = values.to_vec();
        let mut add = |sign: f32, end: f32| {
            let (end, mut bent) = (dtype.cast(end), original.clone());
            let steps: [&dyn Fn(f32) -> f32; 4] =
                [&|value| value - end, &|value| sign * factor * value, &softplus, &|value| value / factor];
            dtype.float().steps(&mut bent, steps);
            values.iter_mut().zip(bent).for_each(|(value, bent)| *value -= sign * bent);
            dtype.float().cast_all(values);
        };
        if self.lower.is_some() {
            add(-1.0, ends[0]);
        }
        if self.upper.is_some() {
            add(1.0, ends[1]);
        }
    }
}

fn cut([low, high]: [f32; 2], values: &mut [f32]) {
    Arch::new().dispatch(|| {
        for value in values {
            let raised = if *value < low { low } else { *value };
            *value = if raised > high { high } else { raised };
        }
    });
}

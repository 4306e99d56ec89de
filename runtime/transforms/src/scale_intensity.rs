use pulp::Arch;
use rayon::prelude::*;
use serde::Deserialize;

use crate::arguments::float32;
use crate::voxelwise::{BLOCK, Form, Voxelwise};
use crate::{Error, Flag, Keys, Number, Sample, TypeName};

const NAME: &str = "ScaleIntensityd";

/// MONAI's `ScaleIntensityd`: the image's own range onto `minv..maxv`, or a factor where both are none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleIntensityd {
    /// Keys of the images.
    pub keys: Keys,
    /// Start of the output range; without both ends, the output range is 0..1.
    #[serde(default = "zero")]
    pub minv: Option<Number>,
    /// End of the output range.
    #[serde(default = "one")]
    pub maxv: Option<Number>,
    /// Where neither end is given: voxels are multiplied by 1 + `factor`; none: nothing happens.
    pub factor: Option<Number>,
    /// Whether each channel has its own range.
    #[serde(default)]
    pub channel_wise: Flag,
    /// Type of the result, to which the image is cast before its range is taken; none: the image's.
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
        Ok(())
    }

    /// What happens to the voxels of a key, where they are only multiplied.
    pub(crate) fn voxelwise(&self, _: usize) -> Option<impl Voxelwise + use<>> {
        let factor = (1.0 + self.factor.map_or(0.0, |factor| factor.0)) as f32;
        (self.minv.is_none() && self.maxv.is_none()).then_some(Multiply { factor, dtype: self.dtype })
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |key, image| {
            if let Some(act) = self.voxelwise(key) {
                return crate::voxelwise::whole(NAME, &act, image, most);
            }
            let dtype = self.dtype.unwrap_or(image.dtype);
            let size = if self.channel_wise.0 { image.volume.voxels() } else { image.volume.data.len() };
            image.volume.data.chunks_mut(size.max(1)).for_each(|part| self.rescale(part, dtype));
            image.dtype = dtype;
            Ok(())
        })
    }

    /// MONAI's `rescale_array`.
    fn rescale(&self, data: &mut [f32], dtype: TypeName) {
        if !dtype.is_float() {
            data.par_chunks_mut(BLOCK).for_each(|block| dtype.cast_all(block));
        }
        let [least, most] = extremes(data);
        let width = dtype.cast(most - least);
        let constant = self.minv.map_or(1.0, |minv| minv.0 as f32);
        let (factor, shift) = match (self.minv, self.maxv) {
            (Some(minv), Some(maxv)) => ((maxv.0 - minv.0) as f32, minv.0 as f32),
            _ => (1.0, -0.0),
        };
        data.par_chunks_mut(BLOCK).for_each(|block| match dtype {
            _ if least == most => dtype.steps(block, [&|value| value * constant]),
            TypeName::Float32 | TypeName::Float64 => Arch::new().dispatch(|| {
                block.iter_mut().for_each(|value| *value = (*value - least) / width * factor + shift);
            }),
            // A difference of integers wraps within their type; what is made of it has fractions.
            _ => {
                dtype.steps(block, [&|value| value - least]);
                dtype.float().steps(block, [&|value| value / width, &|value| value * factor, &|value| value + shift]);
                dtype.cast_all(block);
            }
        });
    }
}

struct Multiply {
    factor: f32,
    dtype: Option<TypeName>,
}

impl Voxelwise for Multiply {
    fn form(&self, before: Form) -> Result<Form, Error> {
        Ok(Form { dtype: self.dtype.unwrap_or(before.dtype), ..before })
    }

    fn map(&self, before: Form, parts: &mut [&mut [f32]]) -> Result<(), Error> {
        for part in parts {
            before.dtype.float().steps(part, [&|value| value * self.factor]);
            self.dtype.unwrap_or(before.dtype).cast_all(part);
        }
        Ok(())
    }
}

/// The least and the largest value; both NaN where a value is.
fn extremes(data: &[f32]) -> [f32; 2] {
    const LANES: usize = 32;
    const NONE: [f32; 2] = [f32::INFINITY, f32::NEG_INFINITY];
    let join = |[a, b]: [f32; 2], [c, d]: [f32; 2]| match a.is_nan() || c.is_nan() {
        true => [f32::NAN; 2],
        false => [a.min(c), b.max(d)],
    };
    let of = |block: &[f32]| {
        let (mut least, mut most, mut nan) = ([NONE[0]; LANES], [NONE[1]; LANES], [false; LANES]);
        let (lines, rest) = block.as_chunks::<LANES>();
        for line in lines {
            for lane in 0..LANES {
                let value = line[lane];
                least[lane] = if value < least[lane] { value } else { least[lane] };
                most[lane] = if value > most[lane] { value } else { most[lane] };
                nan[lane] |= value.is_nan();
            }
        }
        if nan.contains(&true) {
            return [f32::NAN; 2];
        }
        let lanes = least.into_iter().zip(most).map(|(least, most)| [least, most]);
        lanes.chain(rest.iter().map(|&value| [value; 2])).fold(NONE, join)
    };
    data.par_chunks(1 << 16).map(|block| Arch::new().dispatch(|| of(block))).reduce(|| NONE, join)
}

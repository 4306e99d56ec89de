use pulp::Arch;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::arguments::float32;
use crate::voxelwise::{self, Form, Voxelwise};
use crate::{Error, Flag, Keys, Number, Sample, TypeName};

const NAME: &str = "ScaleIntensityRanged";

/// MONAI's `ScaleIntensityRanged`: maps `a_min..a_max` onto `b_min..b_max`, linearly.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleIntensityRanged {
    /// Keys of the images.
    pub keys: Keys,
    /// Start of the input range.
    pub a_min: Start,
    /// End of the input range.
    pub a_max: Number,
    /// Start of the output range; without both, the output range is 0..1.
    pub b_min: Option<Number>,
    /// End of the output range.
    pub b_max: Option<Number>,
    /// Whether what lies outside is set to the output range's ends, as far as they are given.
    #[serde(default)]
    pub clip: Flag,
    /// Type of the result; none: the image's.
    #[serde(default = "float32")]
    pub dtype: Option<TypeName>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

/// A number that is subtracted from an image. From an image of integers, Python subtracts an integer within the image's
/// type: below its least value it goes on from its greatest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Start {
    /// The number.
    pub value: f64,
    /// Whether it is written as an integer.
    pub integer: bool,
}

impl<'de> Deserialize<'de> for Start {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Start, D::Error> {
        let value = serde_json::Value::deserialize(from)?;
        let integer = value.is_i64() || value.is_u64();
        let number: Number = serde_json::from_value(value).map_err(D::Error::custom)?;
        Ok(Start { value: number.0, integer })
    }
}

impl ScaleIntensityRanged {
    pub(crate) fn check(&self) -> Result<(), Error> {
        clips(NAME, self.clip, self.b_min, self.b_max)
    }

    /// What happens to the voxels of a key.
    pub(crate) fn act(&self, _: usize) -> impl Voxelwise + use<> {
        Range {
            start: self.a_min,
            width: self.a_max.0 - self.a_min.value,
            b: [self.b_min.map(|b| b.0), self.b_max.map(|b| b.0)],
            clip: self.clip.0,
            dtype: self.dtype,
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        voxelwise::apply(NAME, &self.keys, self.allow_missing_keys.0, sample, |key| self.act(key))
    }
}

/// Refuses to clip to nothing, as `torch.clamp` does.
pub(crate) fn clips(
    target: &'static str,
    clip: Flag,
    b_min: Option<Number>,
    b_max: Option<Number>,
) -> Result<(), Error> {
    match clip.0 && b_min.is_none() && b_max.is_none() {
        true => Err(Error::unsupported(target, "clip", true, "false without b_min and b_max")),
        false => Ok(()),
    }
}

/// MONAI's `ScaleIntensityRange` on voxels.
pub(crate) struct Range {
    pub(crate) start: Start,
    pub(crate) width: f64,
    pub(crate) b: [Option<f64>; 2],
    pub(crate) clip: bool,
    pub(crate) dtype: Option<TypeName>,
}

impl Voxelwise for Range {
    fn form(&self, before: Form) -> Result<Form, Error> {
        let shifted = if before.dtype.is_floating() || self.start.integer { before.dtype } else { TypeName::Float32 };
        let dtype = if self.width == 0.0 { shifted } else { self.dtype.unwrap_or(before.dtype) };
        Ok(Form { dtype, ..before })
    }

    fn map(&self, before: Form, parts: &mut [&mut [f32]]) -> Result<(), Error> {
        parts.iter_mut().try_for_each(|part| self.map_all(before, part))
    }
}

impl Range {
    /// Maps values of an image of the form `before`.
    pub(crate) fn map_all(&self, before: Form, values: &mut [f32]) -> Result<(), Error> {
        let after = self.form(before)?.dtype;
        self.scale(before.dtype, values);
        after.cast_all(values);
        Ok(())
    }

    fn scale(&self, before: TypeName, values: &mut [f32]) {
        let (start, width) = (self.start.value as f32, self.width as f32);
        let (factor, shift) = match self.b {
            _ if self.width == 0.0 => (1.0, self.b[0].map_or(-0.0, |b| b as f32)),
            [Some(low), Some(high)] => ((high - low) as f32, low as f32),
            // A negative zero, for a positive one would take the sign of a negative one.
            _ => (1.0, -0.0),
        };
        let width = if self.width == 0.0 { 1.0 } else { width };
        let end =
            |end: Option<f64>, none: f32| end.filter(|_| self.clip && self.width != 0.0).map_or(none, |b| b as f32);
        let (least, most) = (end(self.b[0], f32::NEG_INFINITY), end(self.b[1], f32::INFINITY));
        // Unlike f32::clamp, comparisons take any ends, and keep NaN.
        let clip = |value: f32| {
            let raised = if value < least { least } else { value };
            if raised > most { most } else { raised }
        };
        if before.is_float() {
            return Arch::new().dispatch(|| {
                values.iter_mut().for_each(|value| *value = clip((*value - start) / width * factor + shift));
            });
        }
        let shifted = if self.start.integer { before } else { before.float() };
        shifted.steps(values, [&|value| value - start]);
        let steps: [&dyn Fn(f32) -> f32; 4] =
            [&|value| value / width, &|value| value * factor, &|value| value + shift, &clip];
        before.float().steps(values, steps);
    }
}

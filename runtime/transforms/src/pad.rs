use serde::Deserialize;
use serde_json::{Value, json};

use crate::padding::PadMode;
use crate::{BorderPadd, DivisiblePadd, Error, Flag, Keys, PerKey, ResizeWithPadOrCropd, Sample, SpatialPadd};

const NAME: &str = "Padd";

/// MONAI's `Padd`: pads with a padder that is named with its own arguments.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Padd {
    /// Keys of the images.
    pub keys: Keys,
    /// `Pad`, `SpatialPad`, `BorderPad`, `DivisiblePad` or `ResizeWithPadOrCrop` as `_target_`, and its arguments.
    pub padder: Value,
    /// What padding is filled with, by key, whatever the padder says.
    #[serde(default = "PadMode::constant")]
    pub mode: PerKey<PadMode>,
    /// Whether the voxels are moved later, together with what other lazy transforms do to the grid. A `Compose` says so for
    /// all of its transforms, and only where its own `lazy` is null each for itself.
    #[serde(default)]
    pub lazy: Flag,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

/// The padder as the transform that it is.
enum Padder {
    Spatial(SpatialPadd),
    Border(BorderPadd),
    Divisible(DivisiblePadd),
    Resize(ResizeWithPadOrCropd),
}

impl Padd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.padder()? {
            Padder::Spatial(inner) => inner.check(),
            Padder::Border(inner) => inner.check(),
            Padder::Divisible(inner) => inner.check(),
            Padder::Resize(inner) => inner.check(),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        match self.padder()? {
            Padder::Spatial(inner) => inner.apply(sample),
            Padder::Border(inner) => inner.apply(sample),
            Padder::Divisible(inner) => inner.apply(sample),
            Padder::Resize(inner) => inner.apply(sample),
        }
    }

    fn padder(&self) -> Result<Padder, Error> {
        let wrong = |reason: String| Error::BadArguments { target: NAME.to_owned(), reason };
        let expected = "Pad, SpatialPad, BorderPad, DivisiblePad or ResizeWithPadOrCrop";
        let unknown = || Error::unsupported(NAME, "padder", &self.padder, expected);
        let mut given = self.padder.as_object().cloned().ok_or_else(unknown)?;
        let Some(Value::String(target)) = given.shift_remove("_target_") else { return Err(unknown()) };
        given.shift_remove("mode");
        given.insert("keys".into(), json!(self.keys.as_slice()));
        let target = target.rsplit('.').next().unwrap_or_default();
        if target == "Pad" {
            let pairs = given.shift_remove("to_pad").unwrap_or_default();
            given.insert("spatial_border".into(), json!(border(&pairs).ok_or_else(unknown)?));
        }
        let given = Value::Object(given);
        let read = |error: serde_json::Error| wrong(format!("`padder`: {error}"));
        Ok(match target {
            "SpatialPad" => {
                let inner: SpatialPadd = serde_json::from_value(given).map_err(read)?;
                Padder::Spatial(SpatialPadd {
                    mode: self.mode.clone(),
                    allow_missing_keys: self.allow_missing_keys,
                    ..inner
                })
            }
            "Pad" | "BorderPad" => {
                let inner: BorderPadd = serde_json::from_value(given).map_err(read)?;
                Padder::Border(BorderPadd {
                    mode: self.mode.clone(),
                    allow_missing_keys: self.allow_missing_keys,
                    ..inner
                })
            }
            "DivisiblePad" => {
                let inner: DivisiblePadd = serde_json::from_value(given).map_err(read)?;
                Padder::Divisible(DivisiblePadd {
                    mode: self.mode.clone(),
                    allow_missing_keys: self.allow_missing_keys,
                    ..inner
                })
            }
            "ResizeWithPadOrCrop" => {
                let inner: ResizeWithPadOrCropd = serde_json::from_value(given).map_err(read)?;
                Padder::Resize(ResizeWithPadOrCropd {
                    mode: self.mode.clone(),
                    allow_missing_keys: self.allow_missing_keys,
                    ..inner
                })
            }
            _ => return Err(unknown()),
        })
    }
}

/// The widths of `to_pad`, which begins with channels; those are not padded.
fn border(pairs: &Value) -> Option<Vec<u64>> {
    let pairs: Vec<[u64; 2]> = serde_json::from_value(pairs.clone()).ok()?;
    let (channels, axes) = pairs.split_first()?;
    (*channels == [0, 0] && !axes.is_empty()).then(|| axes.iter().flatten().copied().collect())
}

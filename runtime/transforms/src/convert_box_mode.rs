use serde::Deserialize;

use crate::boxes::{BoxMode, Boxes};
use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "ConvertBoxModed";

/// MONAI's `monai.apps.detection.transforms.dictionary.ConvertBoxModed`: writes boxes in another mode.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvertBoxModed {
    /// Keys of the boxes.
    #[serde(rename = "box_keys")]
    pub keys: Keys,
    /// The mode that they are in; none: that of first and last corner.
    #[serde(default)]
    pub src_mode: BoxMode,
    /// The mode that they get; none: that of first and last corner.
    #[serde(default)]
    pub dst_mode: BoxMode,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl ConvertBoxModed {
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each_value(NAME, &self.keys, self.allow_missing_keys.0, |key, value| {
            let boxes = Boxes::parse(NAME, key, value, self.src_mode)?;
            // MONAI leaves them alone where the modes are one, even sizes below 0.
            if self.src_mode != self.dst_mode {
                *value = boxes.write(self.dst_mode);
            }
            Ok(())
        })
    }
}

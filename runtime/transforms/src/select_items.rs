use serde::Deserialize;

use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "SelectItemsd";

/// MONAI's `SelectItemsd`: leaves out all other images.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectItemsd {
    /// Keys of the images that stay.
    pub keys: Keys,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl SelectItemsd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, _| Ok(()))?;
        sample.images.retain(|key, _| self.keys.as_slice().contains(key));
        Ok(())
    }
}

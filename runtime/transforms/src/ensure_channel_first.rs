use serde::Deserialize;
use serde_json::Value;

use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "EnsureChannelFirstd";

/// MONAI's `EnsureChannelFirstd`. Decoding already puts channels first; this checks that it was right to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnsureChannelFirstd {
    /// Keys of the images.
    pub keys: Keys,
    /// Whether MONAI fails where it does not know the channel axis; it is always known.
    pub strict_check: Option<Flag>,
    /// `None` (the file's own) or `no_channel`.
    #[serde(default)]
    pub channel_dim: Value,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl EnsureChannelFirstd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        match &self.channel_dim {
            Value::Null => Ok(()),
            Value::String(text) if text == "no_channel" => Ok(()),
            other => Err(Error::unsupported(NAME, "channel_dim", other, "none or \"no_channel\"")),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            if self.channel_dim.is_string() && image.volume.channels != 1 {
                return Err(Error::shape(
                    NAME,
                    "an image without channels",
                    format!("{} channels", image.volume.channels),
                ));
            }
            Ok(())
        })
    }
}

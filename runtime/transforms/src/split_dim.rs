use serde::Deserialize;

use crate::join::{join, with};
use crate::{Error, Flag, Keys, PerKey, Sample};

const NAME: &str = "SplitDimd";

/// MONAI's `SplitDimd` along the channels: each becomes an image of its own, under the key and a postfix.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitDimd {
    /// Keys of the images.
    pub keys: Keys,
    /// What follows the key and `_`, one for each channel; 0, 1, 2 ... without it.
    pub output_postfixes: Option<PerKey<String>>,
    /// The axis: only 0, the channels.
    #[serde(default)]
    pub dim: i64,
    /// Whether an axis of one channel stays: only `true`.
    #[serde(default = "yes")]
    pub keepdim: Flag,
    /// Whether MONAI gives each part header fields; without effect, for the affine is always kept.
    pub update_meta: Option<Flag>,
    /// Whether the parts become a list of samples: only `false`.
    #[serde(default)]
    pub list_output: Flag,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn yes() -> Flag {
    Flag(true)
}

impl SplitDimd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.dim != 0 {
            return Err(Error::unsupported(NAME, "dim", self.dim, "0"));
        }
        if !self.keepdim.0 {
            return Err(Error::unsupported(NAME, "keepdim", false, "true"));
        }
        if self.list_output.0 {
            return Err(Error::unsupported(NAME, "list_output", true, "false"));
        }
        Ok(())
    }

    /// The keys of the parts, as far as postfixes name them.
    pub(crate) fn new_keys(&self) -> impl Iterator<Item = String> + '_ {
        let postfixes = self.output_postfixes.iter().flat_map(PerKey::values);
        postfixes.flat_map(|postfix| self.keys.as_slice().iter().map(move |key| format!("{key}_{postfix}")))
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let mut parts = Vec::new();
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |index, image| {
            let count = image.volume.channels;
            let named = self.output_postfixes.as_ref().map(PerKey::values);
            if let Some(names) = named.filter(|names| names.len() != count) {
                return Err(Error::shape(NAME, format!("an image of {} channels", names.len()), count));
            }
            for channel in 0..count {
                let postfix = named.map_or_else(|| channel.to_string(), |names| names[channel].clone());
                let key = format!("{}_{postfix}", self.keys.as_slice()[index]);
                parts.push((key, with(image, 1, join(&[image.volume.channel(channel)]))));
            }
            Ok(())
        })?;
        for (key, image) in parts {
            if sample.images.contains_key(&key) {
                return Err(Error::KeyExists { target: NAME, key });
            }
            sample.images.insert(key, image);
        }
        Ok(())
    }
}

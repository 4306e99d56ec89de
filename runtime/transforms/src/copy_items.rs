use serde::Deserialize;

use crate::join::copy;
use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "CopyItemsd";

/// MONAI's `CopyItemsd`: copies of images, under other keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyItemsd {
    /// Keys of the images.
    pub keys: Keys,
    /// How many copies of each.
    #[serde(default = "one")]
    pub times: usize,
    /// Keys of the copies: of the first one of each image, then of the second. Without it MONAI names `key_0`, `key_1` of
    /// the first image, then of the second, and gives these names out in that order too.
    pub names: Option<Keys>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn one() -> usize {
    1
}

impl CopyItemsd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let expected = self.keys.as_slice().len() * self.times;
        match &self.names {
            _ if !(1..=64).contains(&self.times) => Err(Error::unsupported(NAME, "times", self.times, "1 to 64")),
            Some(names) if names.as_slice().len() != expected => {
                Err(Error::unsupported(NAME, "names", names.as_slice().len(), "one for each copy of each key"))
            }
            _ => Ok(()),
        }
    }

    /// Key and new key of each copy.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let keys = self.keys.as_slice();
        let names: Vec<String> = match &self.names {
            Some(names) => names.as_slice().to_vec(),
            None => keys.iter().flat_map(|key| (0..self.times).map(move |time| format!("{key}_{time}"))).collect(),
        };
        keys.iter().cycle().cloned().zip(names).collect()
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        for (key, name) in self.pairs() {
            let image = match sample.images.get(&key) {
                Some(_) if sample.images.contains_key(&name) => {
                    return Err(Error::KeyExists { target: NAME, key: name });
                }
                Some(image) => copy(image),
                None if self.allow_missing_keys.0 => continue,
                None => return Err(Error::MissingKey { target: NAME, key }),
            };
            sample.images.insert(name, image);
        }
        Ok(())
    }
}

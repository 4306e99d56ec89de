use regex_lite::Regex;
use serde::Deserialize;

use crate::cast_to_type::per_key;
use crate::{Error, Flag, Keys, PerKey, Sample};

const NAME: &str = "DeleteItemsd";

/// MONAI's `DeleteItemsd`: leaves out some images. What a key with separators names lies within header fields, which are
/// not kept here.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeleteItemsd {
    /// Keys of the images to leave out; one that is not there is no error.
    pub keys: Keys,
    /// What separates the keys of nested items.
    #[serde(default = "dot")]
    pub sep: String,
    /// Whether the key is a regular expression, found anywhere in the keys that it means; by key.
    #[serde(default = "no")]
    pub use_re: PerKey<Flag>,
    #[serde(skip)]
    pub(crate) allow_missing_keys: Flag,
}

fn dot() -> String {
    ".".to_owned()
}

fn no() -> PerKey<Flag> {
    PerKey::all(Flag(false))
}

impl DeleteItemsd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        per_key(NAME, "use_re", Some(&self.use_re), &self.keys)?;
        if self.sep.is_empty() {
            return Err(Error::unsupported(NAME, "sep", "an empty text", "a separator"));
        }
        self.patterns().map(|_| ())
    }

    /// Whether the image of a key goes.
    pub(crate) fn deletes(&self, key: &str) -> Result<bool, Error> {
        let named =
            |(index, own): (usize, &String)| !self.use_re.get(index).0 && own == key && !own.contains(&self.sep);
        let plain = self.keys.as_slice().iter().enumerate().any(named);
        Ok(plain || self.patterns()?.iter().any(|pattern| pattern.is_match(key)))
    }

    fn patterns(&self) -> Result<Vec<Regex>, Error> {
        let keys = self.keys.as_slice().iter().enumerate();
        let patterns = keys.filter(|(index, key)| self.use_re.get(*index).0 && !key.contains(&self.sep));
        let parse = |text: &String| {
            Regex::new(text).map_err(|_| Error::unsupported(NAME, "keys", text, "a regular expression, for `use_re`"))
        };
        patterns.map(|(_, text)| parse(text)).collect()
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let keys: Vec<String> = sample.images.keys().cloned().collect();
        for key in keys {
            if self.deletes(&key)? {
                sample.images.remove(&key);
            }
        }
        Ok(())
    }
}

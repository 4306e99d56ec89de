use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "FlattenSubKeysd";

/// MONAI's `FlattenSubKeysd`: what an item of the dictionary holds that is a dictionary itself comes out of it. Its images are
/// held under `key::key` before.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlattenSubKeysd {
    /// Keys of such items.
    pub keys: Keys,
    /// Which of their keys come out; none: all.
    pub sub_keys: Option<Keys>,
    /// Whether the items go, with what remains in them.
    #[serde(default = "yes")]
    pub delete_keys: Flag,
    /// What comes before the keys, with `_` between.
    pub prefix: Option<String>,
    #[doc(hidden)]
    #[serde(skip)]
    pub allow_missing_keys: Flag,
}

fn yes() -> Flag {
    Flag(true)
}

/// The rest of a key that is within the item `key`.
fn within<'a>(key: &str, whole: &'a str) -> Option<&'a str> {
    whole.strip_prefix(key)?.strip_prefix("::")
}

impl FlattenSubKeysd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        for key in self.keys.as_slice() {
            let images: Vec<String> =
                sample.images.keys().filter_map(|whole| within(key, whole)).map(str::to_owned).collect();
            let values: Vec<String> = match sample.values.get(key) {
                Some(Value::Object(values)) => values.keys().cloned().collect(),
                _ => Vec::new(),
            };
            if images.is_empty() && !matches!(sample.values.get(key), Some(Value::Object(_))) {
                return Err(Error::MissingKey { target: NAME, key: key.clone() });
            }
            let all: Vec<String> = images.iter().chain(&values).cloned().collect();
            for sub in self.sub_keys.as_ref().map_or(all.as_slice(), Keys::as_slice) {
                self.lift(sample, key, sub)?;
            }
            if self.delete_keys.0 {
                sample.images.retain(|whole, _| within(key, whole).is_none());
                sample.values.remove(key);
            }
        }
        Ok(())
    }

    fn lift(&self, sample: &mut Sample, key: &str, sub: &str) -> Result<(), Error> {
        let top = self.top(sub);
        if sample.images.contains_key(&top) || sample.values.contains_key(&top) {
            return Err(Error::KeyExists { target: NAME, key: top });
        }
        let whole = format!("{key}::{sub}");
        // What goes anyway is not copied.
        let image = if self.delete_keys.0 { sample.images.remove(&whole) } else { sample.images.get(&whole).cloned() };
        let value = sample.values.get(key).and_then(|values| values.get(sub)).cloned();
        match (image, value) {
            (Some(image), _) => drop(sample.images.insert(top, image)),
            (None, Some(value)) => drop(sample.values.insert(top, value)),
            (None, None) => return Err(Error::MissingKey { target: NAME, key: whole }),
        }
        Ok(())
    }

    /// What a key is called within one of `keys`, where it is within one.
    pub(crate) fn inner<'a>(&self, whole: &'a str) -> Option<&'a str> {
        self.keys.as_slice().iter().find_map(|key| within(key, whole))
    }

    /// Brings the keys before to those after.
    pub(crate) fn change_keys(&self, keys: &mut BTreeSet<String>) {
        let subs: Vec<String> = match &self.sub_keys {
            Some(subs) => subs.as_slice().to_vec(),
            None => keys.iter().filter_map(|key| self.inner(key)).map(str::to_owned).collect(),
        };
        if self.delete_keys.0 {
            keys.retain(|key| self.inner(key).is_none() && !self.keys.as_slice().contains(key));
        }
        keys.extend(subs.iter().map(|sub| self.top(sub)));
    }

    /// The key under which one of theirs comes out.
    pub(crate) fn top(&self, sub: &str) -> String {
        match self.prefix.as_deref().filter(|prefix| !prefix.is_empty()) {
            Some(prefix) => format!("{prefix}_{sub}"),
            None => sub.to_owned(),
        }
    }
}

use serde::Deserialize;

use crate::cast_to_type::per_key;
use crate::{Error, Flag, Keys, PerKey, Sample};

const NAME: &str = "FromMetaTensord";

/// MONAI's `FromMetaTensord`: takes header fields and records from an image and puts them beside it, where `Invertd` and
/// `SaveImaged` find them. Here an image always has its place and its records, and keeps them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FromMetaTensord {
    /// Keys of the images.
    pub keys: Keys,
    /// The kind of MONAI's array, by key; the same here.
    #[serde(default = "tensor")]
    pub data_type: PerKey<ArrayKind>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

/// A kind of array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArrayKind {
    /// PyTorch's.
    Tensor,
    /// NumPy's.
    Numpy,
}

fn tensor() -> PerKey<ArrayKind> {
    PerKey::all(ArrayKind::Tensor)
}

impl FromMetaTensord {
    pub(crate) fn check(&self) -> Result<(), Error> {
        per_key(NAME, "data_type", Some(&self.data_type), &self.keys)
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, _| Ok(()))
    }
}

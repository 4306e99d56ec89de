use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::cast_to_type::{casting, per_key};
use crate::voxelwise::{self, Voxelwise};
use crate::{Error, Flag, Keys, PerKey, Sample, TypeName};

const NAME: &str = "EnsureTyped";

/// MONAI's `EnsureTyped`: a cast where `dtype` is given, else nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnsureTyped {
    /// Keys of the images.
    pub keys: Keys,
    /// `tensor` or `numpy`: the same here.
    pub data_type: Option<DataType>,
    /// The type, by key; none: the image's.
    #[serde(default = "none")]
    pub dtype: PerKey<Option<TypeName>>,
    /// The device of MONAI's tensor; without effect, for the runtime chooses its own.
    pub device: Option<Value>,
    /// Whether sequences become one tensor; without effect, for there are none.
    pub wrap_sequence: Option<Flag>,
    /// Whether MONAI keeps the affine; without effect, for it is always kept.
    pub track_meta: Option<Flag>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn none() -> PerKey<Option<TypeName>> {
    PerKey::all(None)
}

/// The container that `EnsureTyped` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataType {
    /// PyTorch.
    Tensor,
    /// NumPy.
    Numpy,
}

impl<'de> Deserialize<'de> for DataType {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<DataType, D::Error> {
        let name = String::deserialize(from)?;
        match name.to_lowercase().as_str() {
            "tensor" => Ok(DataType::Tensor),
            "numpy" => Ok(DataType::Numpy),
            _ => Err(D::Error::custom(format!("`data_type` is {name:?}, expected tensor or numpy"))),
        }
    }
}

impl EnsureTyped {
    pub(crate) fn check(&self) -> Result<(), Error> {
        per_key(NAME, "dtype", Some(&self.dtype), &self.keys)
    }

    /// What happens to the voxels of a key.
    pub(crate) fn act(&self, key: usize) -> impl Voxelwise + use<> {
        casting(*self.dtype.get(key))
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        voxelwise::apply(NAME, &self.keys, self.allow_missing_keys.0, sample, |key| self.act(key))
    }
}

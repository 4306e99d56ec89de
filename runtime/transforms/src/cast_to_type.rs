use serde::Deserialize;

use crate::voxelwise::{self, Each, Voxelwise};
use crate::{Error, Flag, Keys, PerKey, Sample, TypeName};

const NAME: &str = "CastToTyped";

/// MONAI's `CastToTyped`. Voxels stay 32-bit floats that hold what the type would.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CastToTyped {
    /// Keys of the images.
    pub keys: Keys,
    /// The type, by key; none: `float32`.
    #[serde(default = "none")]
    pub dtype: PerKey<Option<TypeName>>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn none() -> PerKey<Option<TypeName>> {
    PerKey::all(None)
}

impl CastToTyped {
    pub(crate) fn check(&self) -> Result<(), Error> {
        per_key(NAME, "dtype", Some(&self.dtype), &self.keys)
    }

    /// What happens to the voxels of a key.
    pub(crate) fn act(&self, key: usize) -> impl Voxelwise + use<> {
        casting(Some(self.dtype.get(key).unwrap_or(TypeName::Float32)))
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        voxelwise::apply(NAME, &self.keys, self.allow_missing_keys.0, sample, |key| self.act(key))
    }
}

pub(crate) fn per_key<T>(
    target: &'static str,
    argument: &str,
    values: Option<&PerKey<T>>,
    keys: &Keys,
) -> Result<(), Error> {
    values
        .map_or(Ok(()), |values| values.check(argument, keys))
        .map_err(|reason| Error::BadArguments { target: target.to_owned(), reason })
}

/// A cast; none: nothing.
pub(crate) fn casting(dtype: Option<TypeName>) -> impl Voxelwise {
    Each { dtype, act: move |values: &mut [f32]| dtype.unwrap_or(TypeName::Float32).cast_all(values) }
}

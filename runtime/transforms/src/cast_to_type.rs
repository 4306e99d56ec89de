use rayon::prelude::*;
use serde::Deserialize;

use crate::{Error, Flag, Image, Keys, PerKey, Sample, TypeName};

/// MONAI's `CastToTyped`. Voxels stay 32-bit floats that hold what the type would.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CastToTyped {
    /// Keys of the images.
    pub keys: Keys,
    /// The type, by key.
    pub dtype: Option<PerKey<TypeName>>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

/// MONAI's `EnsureTyped`: a cast where `dtype` is given, else nothing. Devices are the runtime's own matter.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnsureTyped {
    /// Keys of the images.
    pub keys: Keys,
    /// `tensor` or `numpy`: the same here.
    pub data_type: Option<DataType>,
    /// The type, by key.
    pub dtype: Option<PerKey<Option<TypeName>>>,
    /// The device of MONAI's tensor; the runtime chooses its own.
    pub device: Option<String>,
    /// Whether sequences become one tensor; there are none.
    pub wrap_sequence: Option<Flag>,
    /// Whether MONAI keeps the affine; it is always kept.
    pub track_meta: Option<Flag>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

/// The container that `EnsureTyped` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataType {
    /// PyTorch.
    Tensor,
    /// NumPy.
    Numpy,
}

impl CastToTyped {
    pub(crate) fn check(&self) -> Result<(), Error> {
        per_key("CastToTyped", "dtype", self.dtype.as_ref(), &self.keys)
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each("CastToTyped", &self.keys, self.allow_missing_keys.0, |index, image| {
            cast(image, self.dtype.as_ref().map(|dtype| *dtype.get(index)));
            Ok(())
        })
    }
}

impl EnsureTyped {
    pub(crate) fn check(&self) -> Result<(), Error> {
        per_key("EnsureTyped", "dtype", self.dtype.as_ref(), &self.keys)
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each("EnsureTyped", &self.keys, self.allow_missing_keys.0, |index, image| {
            cast(image, self.dtype.as_ref().and_then(|dtype| *dtype.get(index)));
            Ok(())
        })
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

pub(crate) fn cast(image: &mut Image, dtype: Option<TypeName>) {
    if let Some(dtype) = dtype.filter(|dtype| !dtype.is_float()) {
        image.volume.data.par_iter_mut().for_each(|voxel| *voxel = dtype.cast(*voxel));
    }
}

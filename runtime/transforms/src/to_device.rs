use serde::Deserialize;
use serde_json::Value;

use crate::cast_to_type::casting;
use crate::voxelwise::{self, Voxelwise};
use crate::{Error, Flag, Keys, Sample, TypeName};

const NAME: &str = "ToDeviced";

/// MONAI's `ToDeviced`: without effect but for `dtype`, for the runtime chooses its own device.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToDeviced {
    /// Keys of the images.
    pub keys: Keys,
    /// The device of MONAI's tensor.
    pub device: Value,
    /// The type; none: the image's (an argument of `torch.Tensor.to`, as those below).
    pub dtype: Option<TypeName>,
    /// Without effect.
    pub non_blocking: Option<Flag>,
    /// Without effect.
    pub copy: Option<Flag>,
    /// Without effect.
    pub memory_format: Option<Value>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl ToDeviced {
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// What happens to the voxels of a key.
    pub(crate) fn act(&self, _: usize) -> impl Voxelwise + use<> {
        casting(self.dtype)
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        voxelwise::apply(NAME, &self.keys, self.allow_missing_keys.0, sample, |key| self.act(key))
    }
}

use serde::Deserialize;

use crate::cast_to_type::casting;
use crate::voxelwise::{self, Voxelwise};
use crate::{Error, Flag, Keys, Sample, TypeName};

const NAME: &str = "ToNumpyd";

/// MONAI's `ToNumpyd`: a cast where `dtype` is given, else nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToNumpyd {
    /// Keys of the images.
    pub keys: Keys,
    /// The type; none: the image's.
    pub dtype: Option<TypeName>,
    /// Whether sequences become one array; without effect, for there are none.
    pub wrap_sequence: Option<Flag>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl ToNumpyd {
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

use serde::Deserialize;
use serde_json::Value;

use crate::cast_to_type::casting;
use crate::voxelwise::{self, Voxelwise};
use crate::{Error, Flag, Keys, Sample, TypeName};

const NAME: &str = "ToTensord";

/// MONAI's `ToTensord`: a cast where `dtype` is given, else nothing. MONAI forgets here how the image came onto its grid;
/// the runtime remembers it, for the answer goes back onto the input's grid.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToTensord {
    /// Keys of the images.
    pub keys: Keys,
    /// The type; none: the image's.
    pub dtype: Option<TypeName>,
    /// The device of the tensor; without effect, for the runtime chooses its own.
    pub device: Option<Value>,
    /// Whether sequences become one tensor; without effect, for there are none.
    pub wrap_sequence: Option<Flag>,
    /// Whether MONAI keeps the affine; without effect, for it is always kept.
    pub track_meta: Option<Flag>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl ToTensord {
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

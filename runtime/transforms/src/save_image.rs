use serde::Deserialize;

use crate::arguments::float32;
use crate::{Error, Flag, Keys, Number, Sample, TypeName};

const NAME: &str = "SaveImaged";

/// MONAI's `SaveImaged`: which images are the answer, and in which voxel type. The runtime writes them, always on the
/// input's grid, so that file names and `resample` decide nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaveImaged {
    /// Keys of the images.
    pub keys: Keys,
    /// Type of the voxels in the answer.
    #[serde(default = "float32")]
    pub output_dtype: Option<TypeName>,
    /// The format's file name ending; `.nii` and `.nii.gz` are written.
    pub output_ext: Option<String>,
    /// Factor on intensities before they are written as 8 bit: not supported.
    pub scale: Option<Number>,
    /// Type for resampling, which is always done in 64 bit.
    pub dtype: Option<TypeName>,
    /// Where files would go.
    pub output_dir: Option<String>,
    /// What would end file names.
    pub output_postfix: Option<String>,
    /// As `output_dir`.
    pub separate_folder: Option<Flag>,
    /// As `output_dir`.
    pub data_root_dir: Option<String>,
    /// Whether the input's grid is restored: it always is.
    pub resample: Option<Flag>,
    /// How `resample` would interpolate.
    pub mode: Option<String>,
    /// What `resample` would take outside.
    pub padding_mode: Option<String>,
    /// Whether axes of extent 1 at the end are dropped: they are.
    pub squeeze_end_dims: Option<Flag>,
    /// Whether the path is printed.
    pub print_log: Option<Flag>,
    /// Where MONAI would look for header fields.
    pub meta_keys: Option<Keys>,
    /// As `meta_keys`.
    pub meta_key_postfix: Option<String>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl SaveImaged {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Some(scale) = self.scale {
            return Err(Error::unsupported(NAME, "scale", scale.0, "none"));
        }
        match self.output_ext.as_deref() {
            None | Some(".nii" | ".nii.gz") => Ok(()),
            Some(other) => Err(Error::unsupported(NAME, "output_ext", other, ".nii or .nii.gz")),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            crate::cast_to_type::cast(image, self.output_dtype);
            Ok(())
        })
    }
}

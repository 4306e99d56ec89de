use serde::Deserialize;

use crate::arguments::float32;
use crate::{Error, Flag, Keys, Sample, TypeName};

const NAME: &str = "LoadImaged";

/// MONAI's `LoadImaged`. The runtime decodes the request's bytes into the sample before the pipeline starts, channels
/// already first; what is left to do is the cast to `dtype`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadImaged {
    /// Keys of the images.
    pub keys: Keys,
    /// `None` or `NibabelReader`: the reader of NIfTI.
    pub reader: Option<String>,
    /// Type of the loaded voxels.
    #[serde(default = "float32")]
    pub dtype: Option<TypeName>,
    /// Where MONAI would put header fields; nothing reads them here.
    pub meta_keys: Option<Keys>,
    /// As `meta_keys`.
    pub meta_key_postfix: Option<String>,
    /// As `meta_keys`.
    pub overwriting: Option<Flag>,
    /// Whether MONAI returns header fields beside the image; the image is the same.
    pub image_only: Option<Flag>,
    /// Whether MONAI puts channels first; they always are.
    pub ensure_channel_first: Option<Flag>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl LoadImaged {
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.reader.as_deref() {
            None | Some("NibabelReader" | "nibabelreader" | "monai.data.NibabelReader") => Ok(()),
            Some(other) => Err(Error::unsupported(NAME, "reader", other, "NibabelReader or none")),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            crate::cast_to_type::cast(image, self.dtype);
            Ok(())
        })
    }
}

use serde::Deserialize;

use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "AddLabelAsGuidanced";

/// MONAI's `monai.apps.nuclick.transforms.AddLabelAsGuidanced`: behind the channels of a picture come those of a label map, 1
/// where it is above 0, else 0.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddLabelAsGuidanced {
    /// Keys of the pictures.
    pub keys: Keys,
    /// Key of the label map, which lies on their grid.
    #[serde(default = "label")]
    pub source: String,
    #[doc(hidden)]
    #[serde(skip)]
    pub allow_missing_keys: Flag,
}

fn label() -> String {
    "label".to_owned()
}

impl AddLabelAsGuidanced {
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        for key in self.keys.as_slice() {
            let (image, label) = (sample.need(NAME, key)?, sample.need(NAME, &self.source)?);
            let (volume, map) = (&image.volume, &label.volume);
            if volume.rank != 2 {
                // Of more axes, MONAI joins along another one.
                return Err(Error::shape(NAME, "pictures of two spatial axes", format!("{}", volume.rank)));
            }
            if map.shape != volume.shape {
                let expected = format!("`{}` on the grid {:?} of `{key}`", self.source, volume.shape);
                return Err(Error::shape(NAME, expected, format!("{:?}", map.shape)));
            }
            let channels = volume.channels + map.channels;
            Sample::bound(NAME, channels, volume.shape.map(|extent| extent as f64), sample.most_voxels)?;
            let guide: Vec<f32> = map.data.iter().map(|value| f32::from(*value > 0.0)).collect();
            let Some(image) = sample.images.get_mut(key) else { continue };
            image.volume.data.extend(guide);
            image.volume.channels = channels;
        }
        Ok(())
    }
}

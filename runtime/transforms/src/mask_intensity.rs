use rayon::prelude::*;
use serde::Deserialize;

use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "MaskIntensityd";

/// MONAI's `MaskIntensityd` with a mask from the sample: voxels where the mask is not positive become 0.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskIntensityd {
    /// Keys of the images.
    pub keys: Keys,
    /// Key of the mask, of one channel or as many as the image.
    pub mask_key: String,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl MaskIntensityd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let mask = sample.need(NAME, &self.mask_key)?.volume.clone();
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let volume = &mut image.volume;
            if mask.shape != volume.shape || ![1, volume.channels].contains(&mask.channels) {
                let form = |channels, shape: [usize; 3]| format!("{channels} channels of {shape:?}");
                let expected = format!("a mask of 1 or {}", form(volume.channels, volume.shape));
                return Err(Error::shape(NAME, expected, form(mask.channels, mask.shape)));
            }
            for part in volume.data.chunks_mut(mask.data.len().max(1)) {
                part.par_iter_mut().zip(&mask.data).for_each(|(voxel, &mask)| {
                    *voxel *= f32::from(u8::from(mask > 0.0));
                });
            }
            Ok(())
        })
    }
}

use monai_imaging::Volume;
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use crate::function::{Applied, Function};
use crate::voxelwise::{BLOCK, Form, Voxelwise, split};
use crate::{Error, Flag, Image, Keys, Sample};

const NAME: &str = "MaskIntensityd";

/// MONAI's `MaskIntensityd` with a mask from the sample: voxels that the mask does not select become 0.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskIntensityd {
    /// Keys of the images.
    pub keys: Keys,
    /// The mask itself: only none, for a config holds no image.
    pub mask_data: Option<Value>,
    /// Key of the mask, of one channel or as many as the image.
    pub mask_key: String,
    /// What is selected, given the mask as the image's type holds it.
    #[serde(default = "positive")]
    pub select_fn: Function,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

/// MONAI's `is_positive`.
fn positive() -> Function {
    Function::parse("lambda x: x > 0").expect("it is of a known form")
}

impl MaskIntensityd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.mask_data.as_ref().filter(|data| !data.is_null()) {
            Some(_) => Err(Error::unsupported(NAME, "mask_data", "an array", "mask_key")),
            None => Ok(()),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.need(NAME, &self.mask_key)?;
        let itself = self.keys.as_slice().contains(&self.mask_key);
        let mask = match itself {
            true => sample.images.get(&self.mask_key).cloned(),
            false => sample.images.remove(&self.mask_key),
        };
        let Some(mask) = mask else { return Ok(()) };
        let done =
            sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| self.multiply(image, &mask.volume));
        if !itself {
            sample.images.insert(self.mask_key.clone(), mask);
        }
        done
    }

    fn multiply(&self, image: &mut Image, mask: &Volume) -> Result<(), Error> {
        let volume = &mut image.volume;
        let select = Applied { target: NAME, function: &self.select_fn };
        let before = Form { channels: mask.channels, dtype: image.dtype };
        let selected = select.form(before)?.channels;
        if mask.shape != volume.shape || ![1, volume.channels].contains(&selected) {
            let form = |channels, shape: [usize; 3]| format!("{channels} channels of {shape:?}");
            let expected = format!("a mask of 1 or {}", form(volume.channels, volume.shape));
            return Err(Error::shape(NAME, expected, form(selected, mask.shape)));
        }
        let voxels = volume.voxels();
        split(&mut volume.data, voxels).into_par_iter().enumerate().try_for_each(|(index, parts)| {
            let length = parts.first().map_or(0, |part| part.len());
            let mut weights = vec![0f32; length * mask.channels.max(selected)];
            let mut places: Vec<&mut [f32]> = weights.chunks_mut(length.max(1)).collect();
            for (place, channel) in places.iter_mut().zip(mask.data.chunks(voxels)) {
                place.copy_from_slice(&channel[index * BLOCK..][..length]);
                before.dtype.cast_all(place);
            }
            select.map(before, &mut places)?;
            for (channel, part) in parts.into_iter().enumerate() {
                let weights = &places[if selected == 1 { 0 } else { channel }];
                part.iter_mut().zip(weights.iter()).for_each(|(voxel, &weight)| *voxel *= weight);
                image.dtype.cast_all(part);
            }
            Ok(())
        })
    }
}

use serde::Deserialize;

use crate::center_spatial_crop::center;
use crate::padding::{self, Box3, PadMode, per_axis};
use crate::{Error, Flag, Keys, Number, PerKey, Sample};

const NAME: &str = "CenterScaleCropd";

/// MONAI's `CenterScaleCropd`: keeps a part of each axis, in the middle.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CenterScaleCropd {
    /// Keys of the images.
    pub keys: Keys,
    /// The part of an extent that is kept: a number, or one for each axis; what is not positive keeps all.
    pub roi_scale: PerKey<Number>,
    /// Whether the voxels are moved later, together with what other lazy transforms do to the grid. A `Compose` says so for
    /// all of its transforms, and only where its own `lazy` is null each for itself.
    #[serde(default)]
    pub lazy: Flag,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl CenterScaleCropd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let mut region = Box3::of(&image.volume);
            let scales = per_axis(NAME, "roi_scale", &self.roi_scale, image.volume.rank)?;
            for (axis, Number(scale)) in scales.into_iter().enumerate() {
                center(&mut region, axis, (scale * image.volume.shape[axis] as f64).ceil() as i64);
            }
            padding::place(NAME, image, region, PadMode::Constant, [[0.0; 2]; 3], most)
        })
    }
}

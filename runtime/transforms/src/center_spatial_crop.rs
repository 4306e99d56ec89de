use serde::Deserialize;

use crate::padding::{self, Box3, PadMode, per_axis};
use crate::{Error, Flag, Keys, PerKey, Sample};

const NAME: &str = "CenterSpatialCropd";

/// MONAI's `CenterSpatialCropd`: keeps the middle of the image.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CenterSpatialCropd {
    /// Keys of the images.
    pub keys: Keys,
    /// The largest shape; what is not positive keeps an extent.
    pub roi_size: PerKey<i64>,
    /// Whether the voxels are moved later, together with what other lazy transforms do to the grid. A `Compose` says so for
    /// all of its transforms, and only where its own `lazy` is null each for itself.
    #[serde(default)]
    pub lazy: Flag,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl CenterSpatialCropd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let mut region = Box3::of(&image.volume);
            let sizes = per_axis(NAME, "roi_size", &self.roi_size, image.volume.rank)?;
            sizes.into_iter().enumerate().for_each(|(axis, size)| center(&mut region, axis, size));
            padding::place(NAME, image, region, PadMode::Constant, [[0.0; 2]; 3], most)
        })
    }
}

/// Keeps `size` voxels in the middle of an axis, or all where it is not positive.
pub(crate) fn center(region: &mut Box3, axis: usize, size: i64) {
    if size > 0 {
        let (size, extent) = (size as usize, region.shape[axis]);
        let start = (extent / 2).saturating_sub(size / 2);
        region.cut(axis, start, start.saturating_add(size));
    }
}

use serde::Deserialize;

use crate::orientation::permute;
use crate::{Error, Flag, Keys, PerKey, Sample};

const NAME: &str = "Flipd";

/// MONAI's `Flipd`: mirrors spatial axes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flipd {
    /// Keys of the images.
    pub keys: Keys,
    /// The axes, from the end where negative; all without it.
    pub spatial_axis: Option<PerKey<i64>>,
    /// Whether the voxels are moved later, together with what other lazy transforms do to the grid. A `Compose` says so for
    /// all of its transforms, and only where its own `lazy` is null each for itself.
    #[serde(default)]
    pub lazy: Flag,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl Flipd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let rank = i64::from(image.volume.rank);
            let every: Vec<i64> = (0..rank).collect();
            let mut flip = [false; 4];
            for &axis in self.spatial_axis.as_ref().map_or(&every[..], PerKey::values) {
                let known = (-rank..rank).contains(&axis);
                if !known || std::mem::replace(&mut flip[axis.rem_euclid(rank) as usize + 1], true) {
                    let found = format!("`spatial_axis` {axis}");
                    return Err(Error::shape(NAME, format!("each axis of {rank} at most once"), found));
                }
            }
            permute(NAME, image, [0, 1, 2, 3], flip)
        })
    }
}

use serde::Deserialize;

use crate::join::{grow, write};
use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "RepeatChanneld";

/// MONAI's `RepeatChanneld`: each channel several times, one beside the other.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepeatChanneld {
    /// Keys of the images.
    pub keys: Keys,
    /// How often each channel is there, itself included.
    pub repeats: usize,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl RepeatChanneld {
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.repeats {
            0 => Err(Error::unsupported(NAME, "repeats", 0, "at least 1")),
            _ => Ok(()),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let volume = &mut image.volume;
            let channels = volume.channels.saturating_mul(self.repeats);
            Sample::bound(NAME, channels, volume.shape.map(|extent| extent as f64), most)?;
            let voxels = volume.voxels();
            grow(&mut volume.data, channels * voxels);
            // From the back, so that no channel is written over before it was read.
            for channel in (0..channels).rev().filter(|channel| channel / self.repeats < *channel) {
                let (from, to) = volume.data.split_at_mut(channel * voxels);
                write(&mut to[..voxels], &from[channel / self.repeats * voxels..][..voxels]);
            }
            volume.channels = channels;
            Ok(())
        })
    }
}

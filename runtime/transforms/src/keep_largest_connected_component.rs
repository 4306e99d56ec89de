use std::cmp::Reverse;
use std::collections::HashMap;

use monai_imaging::Volume;
use rayon::prelude::*;
use serde::Deserialize;

use crate::components::{Parts, rows};
use crate::{Error, Flag, Keys, PerKey, Sample};

const NAME: &str = "KeepLargestConnectedComponentd";
/// What a mask of zeros and ones becomes where a part is cleared.
const CLEARED: f32 = 2.0;

/// MONAI's `KeepLargestConnectedComponentd`: sets to 0 what does not hang together with the largest part. Of parts of
/// one size the one whose first voxel comes last counts as larger.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeepLargestConnectedComponentd {
    /// Keys of the images.
    pub keys: Keys,
    /// Labels (or channels) to clean; all but 0 without it.
    pub applied_labels: Option<PerKey<i64>>,
    /// Whether channels are classes; without it, where there are several channels.
    pub is_onehot: Option<Flag>,
    /// Whether each label is cleaned by itself, or all together.
    #[serde(default = "yes")]
    pub independent: Flag,
    /// How many axes neighbours may differ along, up to as many as the image has; all without it.
    pub connectivity: Option<usize>,
    /// How many of the largest parts are kept.
    #[serde(default = "one")]
    pub num_components: usize,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn yes() -> Flag {
    Flag(true)
}

fn one() -> usize {
    1
}

impl KeepLargestConnectedComponentd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.connectivity {
            Some(connectivity) if !(1..=3).contains(&connectivity) => {
                Err(Error::unsupported(NAME, "connectivity", connectivity, "1, 2 or 3"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| self.clean(&mut image.volume))
    }

    fn clean(&self, volume: &mut Volume) -> Result<(), Error> {
        let rank = usize::from(volume.rank);
        if let Some(connectivity) = self.connectivity.filter(|&connectivity| connectivity > rank) {
            return Err(Error::shape(NAME, format!("an image of {connectivity} axes, as `connectivity`"), rank));
        }
        match self.is_onehot.map_or(volume.channels > 1, |flag| flag.0) {
            true => self.clean_channels(volume),
            false => self.clean_labels(volume),
        }
    }

    /// Labels as voxels of the first channel. Parts of all labels are found in one pass.
    fn clean_labels(&self, volume: &mut Volume) -> Result<(), Error> {
        if self.applied_labels.is_none() && volume.channels != 1 {
            return Err(Error::shape(NAME, "labels of one channel", format!("{} channels", volume.channels)));
        }
        let labels = self.applied_labels.as_ref().map(|labels| labels.values());
        let chosen = |value: f32| match labels {
            Some(labels) => labels.iter().any(|&label| label as f32 == value),
            None => value != 0.0,
        };
        let class = |value: f32| match (chosen(value), self.independent.0) {
            (true, true) => value,
            (true, false) => 1.0,
            (false, _) => 0.0,
        };
        let (voxels, shape) = (volume.voxels(), volume.shape);
        let data = &mut volume.data[..voxels];
        self.clear(data, shape, class, 0.0);
        Ok(())
    }

    /// Classes as channels.
    fn clean_channels(&self, volume: &mut Volume) -> Result<(), Error> {
        let channels = self.channels(volume)?;
        let (voxels, shape) = (volume.voxels(), volume.shape);
        if self.independent.0 {
            for channel in channels {
                let data = &mut volume.data[channel * voxels..][..voxels];
                self.clear(data, shape, |value| if value > 0.0 { 1.0 } else { 0.0 }, 0.0);
            }
            return Ok(());
        }
        let any = |voxel: usize| channels.iter().any(|&channel| volume.data[channel * voxels + voxel] == 1.0);
        let mut mask: Vec<f32> = (0..voxels).into_par_iter().map(|voxel| f32::from(u8::from(any(voxel)))).collect();
        self.clear(&mut mask, shape, |value| f32::from(u8::from(value == 1.0)), CLEARED);
        for channel in channels {
            let data = volume.data[channel * voxels..][..voxels].par_iter_mut();
            data.zip(&mask).filter(|(_, mask)| **mask == CLEARED).for_each(|(value, _)| *value = 0.0);
        }
        Ok(())
    }

    fn channels(&self, volume: &Volume) -> Result<Vec<usize>, Error> {
        let Some(labels) = &self.applied_labels else {
            let filled = |&c: &usize| volume.channel(c).par_iter().map(|&value| f64::from(value)).sum::<f64>() > 0.0;
            return Ok((1..volume.channels).filter(filled).collect());
        };
        let place = |&label: &i64| {
            let channel = if label < 0 { label + volume.channels as i64 } else { label };
            usize::try_from(channel).ok().filter(|&channel| channel < volume.channels).ok_or_else(|| {
                Error::shape(NAME, format!("a channel {label}"), format!("{} channels", volume.channels))
            })
        };
        labels.values().iter().map(place).collect()
    }

    /// Gives `value` to the voxels of the parts that are not among the largest of their class.
    fn clear(&self, data: &mut [f32], shape: [usize; 3], class: impl Fn(f32) -> f32 + Sync, value: f32) {
        let parts = Parts::find(data, rows(1, shape), self.connectivity.unwrap_or(3), class, |_, _| false);
        let mut classes: HashMap<u32, Vec<usize>> = HashMap::new();
        for (index, part) in parts.parts.iter().enumerate() {
            classes.entry(part.class.to_bits()).or_default().push(index);
        }
        let mut small = vec![true; parts.parts.len()];
        for mut members in classes.into_values() {
            members.sort_by_key(|&index| Reverse((parts.parts[index].size, index)));
            members.into_iter().take(self.num_components).for_each(|index| small[index] = false);
        }
        parts.paint(data, &small, value);
    }
}

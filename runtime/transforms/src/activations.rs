use monai_imaging::Volume;
use rayon::prelude::*;
use serde::Deserialize;

use crate::cast_to_type::per_key;
use crate::{Error, Flag, Keys, PerKey, Sample};

const NAME: &str = "Activationsd";

/// MONAI's `Activationsd`: sigmoid, then softmax over the channels.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activationsd {
    /// Keys of the images.
    pub keys: Keys,
    /// Whether to apply the sigmoid, by key.
    #[serde(default = "no")]
    pub sigmoid: PerKey<Flag>,
    /// Whether to apply softmax, by key.
    #[serde(default = "no")]
    pub softmax: PerKey<Flag>,
    /// Another function: only none.
    pub other: Option<serde_json::Value>,
    /// The axis of softmax: only 0, the channels.
    pub dim: Option<i64>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn no() -> PerKey<Flag> {
    PerKey::all(Flag(false))
}

impl Activationsd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        per_key(NAME, "sigmoid", Some(&self.sigmoid), &self.keys)?;
        per_key(NAME, "softmax", Some(&self.softmax), &self.keys)?;
        if let Some(other) = self.other.as_ref().filter(|other| !other.is_null()) {
            return Err(Error::unsupported(NAME, "other", other, "none"));
        }
        if let Some(dim) = self.dim.filter(|&dim| dim != 0) {
            return Err(Error::unsupported(NAME, "dim", dim, "0"));
        }
        if (0..self.keys.as_slice().len()).any(|key| self.sigmoid.get(key).0 && self.softmax.get(key).0) {
            return Err(Error::unsupported(NAME, "sigmoid", true, "either sigmoid or softmax"));
        }
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |index, image| {
            if self.sigmoid.get(index).0 {
                image.volume.data.par_iter_mut().for_each(|voxel| *voxel = 1.0 / (1.0 + (-*voxel).exp()));
            }
            if self.softmax.get(index).0 {
                softmax(&mut image.volume);
            }
            Ok(())
        })
    }
}

/// Voxels that one task takes, across all channels.
pub(crate) const BLOCK: usize = 4096;

fn softmax(volume: &mut Volume) {
    let voxels = volume.voxels().max(1);
    let mut blocks: Vec<Vec<&mut [f32]>> = Vec::new();
    blocks.resize_with(voxels.div_ceil(BLOCK), Vec::new);
    for channel in volume.data.chunks_mut(voxels) {
        channel.chunks_mut(BLOCK).zip(&mut blocks).for_each(|(part, block)| block.push(part));
    }
    blocks.into_par_iter().for_each(|mut channels| {
        let length = channels.first().map_or(0, |first| first.len());
        let mut most = [f32::NEG_INFINITY; BLOCK];
        for channel in &channels {
            most.iter_mut().zip(channel.iter()).for_each(|(most, &value)| *most = most.max(value));
        }
        let mut sum = [0f32; BLOCK];
        for channel in &mut channels {
            for ((value, most), sum) in channel.iter_mut().zip(&most).zip(&mut sum) {
                *value = (*value - most).exp();
                *sum += *value;
            }
        }
        sum[..length].iter_mut().for_each(|sum| *sum = 1.0 / *sum);
        for channel in &mut channels {
            channel.iter_mut().zip(&sum).for_each(|(value, factor)| *value *= factor);
        }
    });
}

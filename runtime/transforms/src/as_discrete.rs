use monai_imaging::Volume;
use rayon::prelude::*;
use serde::Deserialize;

use crate::activations::BLOCK;
use crate::cast_to_type::per_key;
use crate::{Error, Flag, Keys, Number, PerKey, Sample, TypeName};

const NAME: &str = "AsDiscreted";

/// MONAI's `AsDiscreted`: argmax, one-hot, threshold and rounding, in that order, each where asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AsDiscreted {
    /// Keys of the images.
    pub keys: Keys,
    /// Whether to take the channel of the largest value; of equal ones the first.
    #[serde(default = "no")]
    pub argmax: PerKey<Flag>,
    /// Number of channels to write labels as.
    pub to_onehot: Option<PerKey<Option<usize>>>,
    /// 1 from here on, else 0.
    pub threshold: Option<PerKey<Option<Number>>>,
    /// `torchrounding`: halves to even.
    pub rounding: Option<PerKey<Option<String>>>,
    /// The axis: only 0, the channels.
    pub dim: Option<i64>,
    /// Whether argmax keeps an axis of one channel: only `true`.
    pub keepdim: Option<Flag>,
    /// Type of the result.
    pub dtype: Option<TypeName>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn no() -> PerKey<Flag> {
    PerKey::all(Flag(false))
}

impl AsDiscreted {
    pub(crate) fn check(&self) -> Result<(), Error> {
        per_key(NAME, "argmax", Some(&self.argmax), &self.keys)?;
        per_key(NAME, "to_onehot", self.to_onehot.as_ref(), &self.keys)?;
        per_key(NAME, "threshold", self.threshold.as_ref(), &self.keys)?;
        per_key(NAME, "rounding", self.rounding.as_ref(), &self.keys)?;
        for rounding in self.rounding.iter().flat_map(PerKey::values).flatten() {
            if rounding != "torchrounding" {
                return Err(Error::unsupported(NAME, "rounding", rounding, "torchrounding"));
            }
        }
        if let Some(dim) = self.dim.filter(|&dim| dim != 0) {
            return Err(Error::unsupported(NAME, "dim", dim, "0"));
        }
        if self.keepdim == Some(Flag(false)) {
            return Err(Error::unsupported(NAME, "keepdim", false, "true"));
        }
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |index, image| {
            if self.argmax.get(index).0 {
                argmax(&mut image.volume);
            }
            if let Some(classes) = self.to_onehot.as_ref().and_then(|classes| *classes.get(index)) {
                one_hot(&mut image.volume, classes)?;
            }
            if let Some(threshold) = self.threshold.as_ref().and_then(|threshold| *threshold.get(index)) {
                let threshold = threshold.0 as f32;
                image.volume.data.par_iter_mut().for_each(|v| *v = f32::from(u8::from(*v >= threshold)));
            }
            if self.rounding.as_ref().is_some_and(|rounding| rounding.get(index).is_some()) {
                image.volume.data.par_iter_mut().for_each(|voxel| *voxel = voxel.round_ties_even());
            }
            crate::cast_to_type::cast(image, self.dtype);
            Ok(())
        })
    }
}

fn argmax(volume: &mut Volume) {
    let voxels = volume.voxels().max(1);
    let middle = voxels.min(volume.data.len());
    let (first, others) = volume.data.split_at_mut(middle);
    first.par_chunks_mut(BLOCK).enumerate().for_each(|(block, out)| {
        let mut most = [0f32; BLOCK];
        most[..out.len()].copy_from_slice(out);
        out.fill(0.0);
        for (index, channel) in others.chunks(voxels).enumerate() {
            let values = &channel[block * BLOCK..][..out.len()];
            for ((label, most), &value) in out.iter_mut().zip(&mut most).zip(values) {
                let larger = value > *most;
                *most = if larger { value } else { *most };
                *label = if larger { (index + 1) as f32 } else { *label };
            }
        }
    });
    volume.data.truncate(voxels);
    volume.data.shrink_to_fit();
    volume.channels = 1;
}

fn one_hot(volume: &mut Volume, classes: usize) -> Result<(), Error> {
    if volume.channels != 1 || classes == 0 {
        return Err(Error::shape(NAME, "labels of one channel and at least one class", volume.channels));
    }
    let labels = std::mem::take(&mut volume.data);
    if !labels.par_iter().all(|&label| label > -1.0 && label < classes as f32) {
        volume.data = labels;
        return Err(Error::shape(NAME, format!("labels from 0 to {}", classes - 1), "a label outside"));
    }
    let mut data = vec![0f32; labels.len() * classes];
    for (class, channel) in data.chunks_mut(labels.len().max(1)).enumerate() {
        channel.par_iter_mut().zip(&labels).for_each(|(out, &label)| {
            *out = f32::from(u8::from(label as usize == class));
        });
    }
    volume.data = data;
    volume.channels = classes;
    Ok(())
}

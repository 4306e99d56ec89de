use pulp::Arch;
use serde::Deserialize;

use crate::arguments::float32;
use crate::cast_to_type::per_key;
use crate::voxelwise::{self, BLOCK, Form, Voxelwise};
use crate::{Error, Flag, Keys, Number, PerKey, Sample, TypeName};

const NAME: &str = "AsDiscreted";

/// MONAI's `AsDiscreted`: argmax, one-hot, threshold and rounding, in that order, each where asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AsDiscreted {
    /// Keys of the images.
    pub keys: Keys,
    /// Whether to take the channel of the largest value, by key; of equal ones the first.
    #[serde(default = "no")]
    pub argmax: PerKey<Flag>,
    /// Number of channels to write labels as, by key.
    pub to_onehot: Option<PerKey<Option<usize>>>,
    /// 1 from here on, else 0, by key.
    pub threshold: Option<PerKey<Option<Number>>>,
    /// `torchrounding`, by key: halves to even.
    pub rounding: Option<PerKey<Option<String>>>,
    /// The axis of argmax and one-hot: 0 for the channels.
    #[serde(default)]
    pub dim: i64,
    /// Whether argmax keeps an axis of extent 1. Along the channels an image without such an axis counts as one with one
    /// channel; along another axis only `true`.
    #[serde(default = "yes")]
    pub keepdim: Flag,
    /// Type of the result; none: the image's.
    #[serde(default = "float32")]
    pub dtype: Option<TypeName>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn no() -> PerKey<Flag> {
    PerKey::all(Flag(false))
}

fn yes() -> Flag {
    Flag(true)
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
        if self.to_onehot.iter().flat_map(PerKey::values).any(|classes| *classes == Some(0)) {
            return Err(Error::unsupported(NAME, "to_onehot", 0, "at least 1"));
        }
        if self.dim < 0 && self.to_onehot.is_some() {
            return Err(Error::unsupported(NAME, "dim", self.dim, "0 or more beside to_onehot"));
        }
        for act in (0..self.keys.as_slice().len()).map(|key| self.act(key)) {
            if !self.keepdim.0 && act.argmax && (self.dim != 0 || act.to_onehot.is_some()) {
                return Err(Error::unsupported(NAME, "keepdim", false, "true, but for labels along dim 0"));
            }
        }
        Ok(())
    }

    /// What happens to the voxels of a key, where each depends on itself alone.
    pub(crate) fn voxelwise(&self, key: usize) -> Option<impl Voxelwise + '_> {
        let act = self.act(key);
        (self.dim == 0 || !act.argmax && act.to_onehot.is_none()).then_some(act)
    }

    fn act(&self, key: usize) -> Act {
        Act {
            argmax: self.argmax.get(key).0,
            to_onehot: self.to_onehot.as_ref().and_then(|classes| *classes.get(key)),
            threshold: self.threshold.as_ref().and_then(|threshold| *threshold.get(key)).map(|number| number.0 as f32),
            rounding: self.rounding.as_ref().is_some_and(|rounding| rounding.get(key).is_some()),
            dtype: self.dtype,
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |key, image| match self.voxelwise(key) {
            Some(act) => voxelwise::whole(NAME, &act, image, most),
            None => voxelwise::along(NAME, &self.act(key), image, self.dim, most),
        })
    }
}

struct Act {
    argmax: bool,
    to_onehot: Option<usize>,
    threshold: Option<f32>,
    rounding: bool,
    dtype: Option<TypeName>,
}

impl Voxelwise for Act {
    fn form(&self, before: Form) -> Result<Form, Error> {
        let mut channels = if self.argmax { 1 } else { before.channels };
        if let Some(classes) = self.to_onehot {
            if channels != 1 {
                return Err(Error::shape(NAME, "labels of one channel", format!("{channels} channels")));
            }
            channels = classes;
        }
        Ok(Form { channels, dtype: self.dtype.unwrap_or(before.dtype) })
    }

    fn map(&self, before: Form, parts: &mut [&mut [f32]]) -> Result<(), Error> {
        if self.argmax {
            argmax(&mut parts[..before.channels]);
        }
        if let Some(classes) = self.to_onehot {
            one_hot(&mut parts[..classes])?;
        }
        let after = self.form(before)?;
        let arch = Arch::new();
        for part in &mut parts[..after.channels] {
            if let Some(threshold) = self.threshold {
                part.iter_mut().for_each(|value| *value = f32::from(u8::from(*value >= threshold)));
            }
            if self.rounding {
                arch.dispatch(|| part.iter_mut().for_each(|value| *value = value.round_ties_even()));
            }
            after.dtype.cast_all(part);
        }
        Ok(())
    }
}

/// Into the first channel: which one has the largest value. NaN is larger than all.
fn argmax(channels: &mut [&mut [f32]]) {
    let Some((first, others)) = channels.split_first_mut() else { return };
    let mut most = [0f32; BLOCK];
    most[..first.len()].copy_from_slice(first);
    first.fill(0.0);
    for (index, channel) in others.iter().enumerate() {
        for ((label, most), &value) in first.iter_mut().zip(&mut most).zip(channel.iter()) {
            let larger = value > *most || value.is_nan() && !most.is_nan();
            *most = if larger { value } else { *most };
            *label = if larger { (index + 1) as f32 } else { *label };
        }
    }
}

/// From labels in the first channel to one channel for each class.
fn one_hot(channels: &mut [&mut [f32]]) -> Result<(), Error> {
    let Some(first) = channels.first() else { return Ok(()) };
    let mut labels = [0i32; BLOCK];
    let labels = &mut labels[..first.len()];
    let classes = channels.len();
    let mut inside = true;
    for (label, &value) in labels.iter_mut().zip(first.iter()) {
        inside &= value > -1.0 && value < classes as f32;
        *label = value as i32;
    }
    if !inside {
        return Err(Error::shape(NAME, format!("labels from 0 to {}", classes - 1), "a label outside"));
    }
    for (class, channel) in channels.iter_mut().enumerate() {
        for (value, &label) in channel.iter_mut().zip(labels.iter()) {
            *value = f32::from(u8::from(label == class as i32));
        }
    }
    Ok(())
}

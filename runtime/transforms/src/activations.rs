use serde::Deserialize;

use crate::cast_to_type::per_key;
use crate::exponential::{sigmoid, softmax};
use crate::function::{Applied, Function};
use crate::voxelwise::{self, BLOCK, Form, Voxelwise};
use crate::{Error, Flag, Keys, PerKey, Sample, TypeName};

const NAME: &str = "Activationsd";

/// MONAI's `Activationsd`: sigmoid or softmax, then another function, in 32 bit; the result has the image's type.
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
    /// Another function of a known form, by key: see [`Function`].
    pub other: Option<PerKey<Option<Function>>>,
    /// The axis of softmax: 0 for the channels, from the end where negative.
    #[serde(default)]
    pub dim: i64,
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
        per_key(NAME, "other", self.other.as_ref(), &self.keys)?;
        if (0..self.keys.as_slice().len()).any(|key| self.sigmoid.get(key).0 && self.softmax.get(key).0) {
            return Err(Error::unsupported(NAME, "sigmoid", true, "either sigmoid or softmax"));
        }
        Ok(())
    }

    /// What happens to the voxels of a key, where each depends on itself alone.
    pub(crate) fn voxelwise(&self, key: usize) -> Option<impl Voxelwise + '_> {
        (self.dim == 0 || !self.softmax.get(key).0).then(|| self.act(key))
    }

    fn act(&self, key: usize) -> Act<'_> {
        let other = self.other.as_ref().and_then(|other| other.get(key).as_ref());
        let other = other.map(|function| Applied { target: NAME, function });
        Act { sigmoid: self.sigmoid.get(key).0, softmax: self.softmax.get(key).0, other }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |key, image| {
            let act = self.act(key);
            if self.voxelwise(key).is_some() {
                return voxelwise::whole(NAME, &act, image, most);
            }
            voxelwise::along(NAME, &Act { other: None, ..act }, image, self.dim, most)?;
            voxelwise::whole(NAME, &Act { sigmoid: false, softmax: false, ..act }, image, most)
        })
    }
}

struct Act<'a> {
    sigmoid: bool,
    softmax: bool,
    other: Option<Applied<'a>>,
}

impl Voxelwise for Act<'_> {
    fn form(&self, before: Form) -> Result<Form, Error> {
        let float = Form { dtype: TypeName::Float32, ..before };
        let after = self.other.as_ref().map_or(Ok(float), |other| other.form(float))?;
        Ok(Form { dtype: before.dtype, ..after })
    }

    fn map(&self, before: Form, parts: &mut [&mut [f32]]) -> Result<(), Error> {
        let channels = &mut parts[..before.channels];
        if self.sigmoid {
            channels.iter_mut().for_each(|part| sigmoid(part));
        }
        if self.softmax {
            softmax::<BLOCK>(channels);
        }
        if let Some(other) = &self.other {
            other.map(Form { dtype: TypeName::Float32, ..before }, parts)?;
        }
        parts.iter_mut().for_each(|part| before.dtype.cast_all(part));
        Ok(())
    }
}

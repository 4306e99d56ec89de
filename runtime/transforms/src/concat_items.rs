use serde::Deserialize;

use crate::join::{grow, join, with, write};
use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "ConcatItemsd";

/// MONAI's `ConcatItemsd`: the channels of several images in one, with the geometry of the first.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConcatItemsd {
    /// Keys of the images, in the order of their channels.
    pub keys: Keys,
    /// Under which key the result goes.
    pub name: String,
    /// The axis: only 0, the channels.
    #[serde(default)]
    pub dim: i64,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl ConcatItemsd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.dim {
            0 => Ok(()),
            other => Err(Error::unsupported(NAME, "dim", other, "0")),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let mut parts = Vec::new();
        for key in self.keys.as_slice() {
            match sample.images.get(key) {
                Some(image) => parts.push((key, image)),
                None if self.allow_missing_keys.0 => {}
                None => return Err(Error::MissingKey { target: NAME, key: key.clone() }),
            }
        }
        let Some((_, first)) = parts.first() else { return Ok(()) };
        let shape = first.volume.shape;
        if let Some((key, other)) = parts.iter().find(|(_, other)| other.volume.shape != shape) {
            let expected = format!("`{key}` on the grid {shape:?}");
            return Err(Error::shape(NAME, expected, format!("{:?}", other.volume.shape)));
        }
        let channels: usize = parts.iter().map(|(_, image)| image.volume.channels).sum();
        Sample::bound(NAME, channels, shape.map(|extent| extent as f64), sample.most_voxels)?;
        let dtype = parts.iter().fold(first.dtype, |dtype, (_, other)| dtype.promote(other.dtype));
        let keys: Vec<&String> = parts.iter().map(|(key, _)| *key).collect();
        let mut image = match keys.iter().position(|key| **key == self.name) {
            // The result replaces the first one and takes over its memory.
            Some(0) if !keys[1..].contains(&keys[0]) => {
                let Some(mut image) = sample.images.remove(keys[0]) else { return Ok(()) };
                let (voxels, mut end) = (image.volume.voxels(), image.volume.data.len());
                grow(&mut image.volume.data, channels * voxels);
                for other in keys[1..].iter().filter_map(|key| sample.images.get(*key)) {
                    let start = end;
                    end += other.volume.data.len();
                    write(&mut image.volume.data[start..end], &other.volume.data);
                }
                image.volume.channels = channels;
                image
            }
            _ => {
                let data: Vec<&[f32]> = parts.iter().map(|(_, image)| &image.volume.data[..]).collect();
                with(first, channels, join(&data))
            }
        };
        image.dtype = dtype;
        sample.images.insert(self.name.clone(), image);
        Ok(())
    }
}

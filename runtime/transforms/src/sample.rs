use std::collections::BTreeMap;

use monai_imaging::Volume;
use serde_json::Value;

use crate::{Error, Keys, Record, TypeName};

/// What flows through a pipeline, by key (MONAI's data dictionary).
#[derive(Debug, Clone)]
pub struct Sample {
    /// The images. Those of a dictionary within the dictionary are held under `key::key`.
    pub images: BTreeMap<String, Image>,
    /// What is no image: points, boxes, prompts, facts.
    pub values: BTreeMap<String, Value>,
    /// Most voxels, over all channels, that a transform may give one image; 4 thousand million where nobody says less.
    pub most_voxels: usize,
}

impl Default for Sample {
    fn default() -> Sample {
        Sample { images: BTreeMap::new(), values: BTreeMap::new(), most_voxels: 4_000_000_000 }
    }
}

/// An image and what was done to it.
#[derive(Debug, Clone)]
pub struct Image {
    /// The voxels.
    pub volume: Volume,
    /// What changed the grid, in order; [`Invertd`](crate::Invertd) replays it backwards.
    pub records: Vec<Record>,
    /// The type of MONAI's tensor, whose values the voxels are.
    pub dtype: TypeName,
}

impl Image {
    /// An image as it was loaded: 32-bit floats.
    pub fn new(volume: Volume) -> Image {
        Image { volume, records: Vec::new(), dtype: TypeName::Float32 }
    }

    /// The shape that the image was loaded in (`spatial_shape` of MONAI's header fields).
    pub(crate) fn loaded_shape(&self) -> [usize; 3] {
        self.records.first().map_or(self.volume.shape, |record| record.shape)
    }
}

impl Sample {
    /// A sample of one image.
    pub fn of(key: &str, volume: Volume) -> Sample {
        Sample { images: BTreeMap::from([(key.to_owned(), Image::new(volume))]), ..Sample::default() }
    }

    /// The image of a key.
    pub fn get(&self, key: &str) -> Option<&Image> {
        self.images.get(key)
    }

    pub(crate) fn need(&self, target: &'static str, key: &str) -> Result<&Image, Error> {
        self.images.get(key).ok_or_else(|| Error::MissingKey { target, key: key.to_owned() })
    }

    pub(crate) fn need_value(&self, target: &'static str, key: &str) -> Result<&Value, Error> {
        self.values.get(key).ok_or_else(|| Error::MissingKey { target, key: key.to_owned() })
    }

    /// Runs `act` on the value of each key; a missing one is an error unless it may be missing.
    pub(crate) fn each_value(
        &mut self,
        target: &'static str,
        keys: &Keys,
        allow_missing: bool,
        act: impl Fn(&str, &mut Value) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for key in keys.as_slice() {
            match self.values.get_mut(key) {
                Some(value) => act(key, value)?,
                None if allow_missing => {}
                None => return Err(Error::MissingKey { target, key: key.clone() }),
            }
        }
        Ok(())
    }

    /// Refuses what would have more voxels than `most`. Extents are floating point, for they may be beyond all bounds.
    pub(crate) fn bound(target: &'static str, channels: usize, extents: [f64; 3], most: usize) -> Result<(), Error> {
        if extents.iter().product::<f64>() * channels as f64 > most as f64 {
            let shape = extents.map(|extent| extent as usize);
            return Err(Error::TooLarge { target, shape, channels, most });
        }
        Ok(())
    }

    /// Runs `act` on the image of each key; a missing one is an error unless it may be missing.
    pub(crate) fn each(
        &mut self,
        target: &'static str,
        keys: &Keys,
        allow_missing: bool,
        mut act: impl FnMut(usize, &mut Image) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (index, key) in keys.as_slice().iter().enumerate() {
            match self.images.get_mut(key) {
                Some(image) => act(index, image)?,
                None if allow_missing => {}
                None => return Err(Error::MissingKey { target, key: key.clone() }),
            }
        }
        Ok(())
    }
}

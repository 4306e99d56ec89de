use std::collections::BTreeMap;

use monai_imaging::Volume;

use crate::{Error, Keys, Record};

/// The images that flow through a pipeline, by key (MONAI's data dictionary).
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// The images.
    pub images: BTreeMap<String, Image>,
}

/// An image and what was done to it.
#[derive(Debug, Clone)]
pub struct Image {
    /// The voxels.
    pub volume: Volume,
    /// What changed the grid, in order; [`Invertd`](crate::Invertd) replays it backwards.
    pub records: Vec<Record>,
}

impl Image {
    /// An image as it was loaded.
    pub fn new(volume: Volume) -> Image {
        Image { volume, records: Vec::new() }
    }
}

impl Sample {
    /// A sample of one image.
    pub fn of(key: &str, volume: Volume) -> Sample {
        Sample { images: BTreeMap::from([(key.to_owned(), Image::new(volume))]) }
    }

    /// The image of a key.
    pub fn get(&self, key: &str) -> Option<&Image> {
        self.images.get(key)
    }

    pub(crate) fn need(&self, target: &'static str, key: &str) -> Result<&Image, Error> {
        self.images.get(key).ok_or_else(|| Error::MissingKey { target, key: key.to_owned() })
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

//! What `MeanEnsembled` and `VoteEnsembled` share: several images of one form become one.

use rayon::prelude::*;

use crate::join::with;
use crate::voxelwise::BLOCK;
use crate::{Error, Image, Keys, Sample};

/// The images of an ensemble, all of one form.
pub(crate) struct Members<'a>(Vec<&'a Image>);

pub(crate) fn check(target: &'static str, keys: &Keys, output_key: Option<&String>) -> Result<(), Error> {
    match (keys.as_slice(), output_key) {
        ([_], _) => Err(Error::unsupported(target, "keys", "one key", "two or more, for an image holds no stack")),
        (_, None) => Err(Error::unsupported(target, "output_key", "none", "a key beside several `keys`")),
        _ => Ok(()),
    }
}

impl<'a> Members<'a> {
    pub(crate) fn of(target: &'static str, keys: &Keys, sample: &'a Sample) -> Result<Members<'a>, Error> {
        let members: Vec<&Image> =
            keys.as_slice().iter().map(|key| sample.need(target, key)).collect::<Result<_, _>>()?;
        let form = |image: &Image| (image.volume.channels, image.volume.shape);
        for (key, image) in keys.as_slice().iter().zip(&members) {
            let (expected, found) = (form(members[0]), form(image));
            if found != expected {
                let describe = |(channels, shape): (usize, [usize; 3])| format!("{channels} channels of {shape:?}");
                return Err(Error::shape(target, format!("`{key}` with {}", describe(expected)), describe(found)));
            }
        }
        Ok(Members(members))
    }

    /// The first image, whose geometry and type the result takes.
    pub(crate) fn first(&self) -> &'a Image {
        self.0[0]
    }

    /// The voxels of each image.
    pub(crate) fn data(&self) -> Vec<&'a [f32]> {
        self.0.iter().map(|image| &image.volume.data[..]).collect()
    }

    /// The image that `combine` makes, block by block: it is given the first voxel's place and the result's block.
    pub(crate) fn combine(
        &self,
        channels: usize,
        combine: impl Fn(usize, &mut [f32]) -> Result<(), Error> + Sync,
    ) -> Result<Image, Error> {
        let first = self.first();
        let mut data = vec![0f32; channels * first.volume.voxels()];
        data.par_chunks_mut(BLOCK).enumerate().try_for_each(|(block, out)| {
            combine(block * BLOCK, out)?;
            first.dtype.cast_all(out);
            Ok(())
        })?;
        Ok(with(first, channels, data))
    }
}

/// The sum of all images' values from `start` on. Fresh memory is written before it is read, for else the system first
/// lends a page of zeros and then replaces it, which costs more than all the rest.
pub(crate) fn sum(data: &[&[f32]], start: usize, out: &mut [f32]) {
    out.fill(0.0);
    for member in data {
        out.iter_mut().zip(&member[start..]).for_each(|(sum, value)| *sum += value);
    }
}

//! Transforms each of whose voxels depends on the same voxel of the image alone, whatever lies around it.

use monai_imaging::Volume;
use monai_kernels::shorten;
use pulp::Arch;
use rayon::prelude::*;

use crate::{Error, Image, Keys, Sample, TypeName};

/// Some voxels of an image with all their channels: a range of slices, or any others.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Number of channels.
    pub channels: usize,
    /// The type of MONAI's tensor, whose values the voxels are.
    pub dtype: TypeName,
    /// `[channels, voxels]`: the voxels of a channel stand together.
    pub data: Vec<f32>,
}

/// What a voxelwise transform can change beside the voxels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Form {
    pub(crate) channels: usize,
    pub(crate) dtype: TypeName,
}

pub(crate) trait Voxelwise: Sync {
    /// The form of the result.
    fn form(&self, before: Form) -> Result<Form, Error>;

    /// Maps some voxels in place: one part of equal length for each channel, of the image or of the result, whichever has
    /// more. At first the image's channels are filled, at last the result's.
    fn map(&self, before: Form, parts: &mut [&mut [f32]]) -> Result<(), Error>;
}

/// A function of single values, the same one in every channel.
pub(crate) struct Each<F> {
    /// The type of the result; none: as before.
    pub(crate) dtype: Option<TypeName>,
    pub(crate) act: F,
}

impl<F: Fn(&mut [f32]) + Sync> Voxelwise for Each<F> {
    fn form(&self, before: Form) -> Result<Form, Error> {
        Ok(Form { dtype: self.dtype.unwrap_or(before.dtype), ..before })
    }

    fn map(&self, _: Form, parts: &mut [&mut [f32]]) -> Result<(), Error> {
        let arch = Arch::new();
        parts.iter_mut().for_each(|part| arch.dispatch(|| (self.act)(part)));
        Ok(())
    }
}

/// Voxels that one task takes, of all channels: few enough for a core's cache.
pub(crate) const BLOCK: usize = 4096;

impl Block {
    /// Applies the transform to all voxels.
    pub(crate) fn apply(&mut self, act: &dyn Voxelwise) -> Result<(), Error> {
        let before = Form { channels: self.channels, dtype: self.dtype };
        let after = act.form(before)?;
        let voxels = self.data.len() / before.channels.max(1);
        let grows = after.channels > before.channels;
        let source = if grows { std::mem::take(&mut self.data) } else { Vec::new() };
        if grows {
            self.data = vec![0.0; after.channels * voxels];
        }
        split(&mut self.data, voxels).into_par_iter().enumerate().try_for_each(|(index, mut parts)| {
            // Empty where nothing grows, for then the channels are in place.
            for (part, channel) in parts.iter_mut().zip(source.chunks(voxels.max(1))) {
                part.copy_from_slice(&channel[index * BLOCK..][..part.len()]);
            }
            act.map(before, &mut parts)
        })?;
        if after.channels < before.channels {
            self.data.truncate(after.channels * voxels);
        }
        (self.channels, self.dtype) = (after.channels, after.dtype);
        Ok(())
    }
}

/// The data `[channels, voxels]` cut into blocks: the n-th one starts at voxel n times [`BLOCK`].
pub(crate) fn split(data: &mut [f32], voxels: usize) -> Vec<Vec<&mut [f32]>> {
    let mut blocks: Vec<Vec<&mut [f32]>> = Vec::new();
    blocks.resize_with(voxels.div_ceil(BLOCK), Vec::new);
    for channel in data.chunks_mut(voxels.max(1)) {
        channel.chunks_mut(BLOCK).zip(&mut blocks).for_each(|(part, block)| block.push(part));
    }
    blocks
}

/// Applies to the image of each key what `act` gives for it.
pub(crate) fn apply<V: Voxelwise>(
    target: &'static str,
    keys: &Keys,
    allow_missing: bool,
    sample: &mut Sample,
    act: impl Fn(usize) -> V,
) -> Result<(), Error> {
    let most = sample.most_voxels;
    sample.each(target, keys, allow_missing, |index, image| whole(target, &act(index), image, most))
}

/// Applies to all of an image, whose result may have `most` voxels.
pub(crate) fn whole(target: &'static str, act: &dyn Voxelwise, image: &mut Image, most: usize) -> Result<(), Error> {
    let Volume { channels, shape, .. } = image.volume;
    let after = act.form(Form { channels, dtype: image.dtype })?;
    Sample::bound(target, after.channels, shape.map(|extent| extent as f64), most)?;
    let mut block = Block { channels, dtype: image.dtype, data: std::mem::take(&mut image.volume.data) };
    let done = block.apply(act);
    let length = block.data.len();
    shorten(&mut block.data, length);
    (image.volume.data, image.volume.channels, image.dtype) = (block.data, block.channels, block.dtype);
    done
}

/// Applies along the tensor's axis `axis` (0: the channels) what takes the channels else.
pub(crate) fn along(
    target: &'static str,
    act: &dyn Voxelwise,
    image: &mut Image,
    axis: i64,
    most: usize,
) -> Result<(), Error> {
    let rank = usize::from(image.volume.rank);
    let from_start = if axis < 0 { axis + rank as i64 + 1 } else { axis };
    let axis = match usize::try_from(from_start) {
        Ok(0) => return whole(target, act, image, most),
        Ok(axis) if axis <= rank => axis - 1,
        _ => return Err(Error::shape(target, format!("an image of more than {axis} axes"), rank + 1)),
    };
    let Volume { channels, ref mut shape, ref mut data, .. } = image.volume;
    let extent = shape[axis];
    let after = act.form(Form { channels: extent, dtype: image.dtype })?;
    let mut grown = *shape;
    grown[axis] = after.channels;
    Sample::bound(target, channels, grown.map(|extent| extent as f64), most)?;
    let inner: usize = shape[axis + 1..].iter().product();
    let parts = data.par_chunks(extent * inner).map(|lines| {
        let mut block = Block { channels: extent, dtype: image.dtype, data: lines.to_vec() };
        block.apply(act).map(|()| block.data)
    });
    *data = parts.collect::<Result<Vec<_>, Error>>()?.concat();
    (*shape, image.dtype) = (grown, after.dtype);
    Ok(())
}

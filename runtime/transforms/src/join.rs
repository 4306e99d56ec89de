//! Copies of voxels, made by all threads: most of their time is the system's, which hands out memory page by page.

use rayon::prelude::*;

use crate::Image;

/// Voxels that one task copies.
pub(crate) const PART: usize = 1 << 16;

/// The voxels of several images, one behind the other.
pub(crate) fn join(parts: &[&[f32]]) -> Vec<f32> {
    let mut out = vec![0f32; parts.iter().map(|part| part.len()).sum()];
    let mut rest = &mut out[..];
    let mut pairs = Vec::new();
    for part in parts {
        let (own, others) = rest.split_at_mut(part.len());
        pairs.extend(own.chunks_mut(PART).zip(part.chunks(PART)));
        rest = others;
    }
    pairs.into_par_iter().for_each(|(to, from)| to.copy_from_slice(from));
    out
}

/// Lengthens voxels to `length` of them; the new ones are 0.
pub(crate) fn grow(data: &mut Vec<f32>, length: usize) {
    let more = length - data.len();
    data.reserve_exact(more);
    data.par_extend(rayon::iter::repeat_n(0.0, more));
}

/// Copies voxels onto as many others.
pub(crate) fn write(to: &mut [f32], from: &[f32]) {
    to.par_chunks_mut(PART).zip(from.par_chunks(PART)).for_each(|(to, from)| to.copy_from_slice(from));
}

/// The image with its own voxels.
pub(crate) fn copy(image: &Image) -> Image {
    with(image, image.volume.channels, join(&[&image.volume.data]))
}

/// An image of that place and type with other voxels.
pub(crate) fn with(image: &Image, channels: usize, data: Vec<f32>) -> Image {
    let monai_imaging::Volume { shape, rank, affine, .. } = image.volume;
    let volume = monai_imaging::Volume { channels, shape, rank, data, affine };
    Image { volume, records: image.records.clone(), dtype: image.dtype }
}

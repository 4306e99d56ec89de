//! Operations that only move voxels.

use burn::tensor::Tensor;
use burn::tensor::ops::PadMode;

/// Channel `c * block + i` becomes voxel `i` of each block of channel `c`.
pub(super) fn pixel_shuffle(input: Tensor<5>, [by_x, by_y, by_z]: [usize; 3]) -> Tensor<5> {
    let [batch, channels, x, y, z] = input.dims();
    let channels = channels / (by_x * by_y * by_z);
    let blocks = input.reshape([batch * channels, by_x, by_y, by_z, x, y, z]);
    blocks.permute([0, 4, 1, 5, 2, 6, 3]).reshape([batch, channels, x * by_x, y * by_y, z * by_z])
}

/// Repeats the last voxel of the axes that are one shorter than `like`.
pub(super) fn pad_like(input: Tensor<5>, like: [usize; 5]) -> Tensor<5> {
    let dims = input.dims();
    let amounts: [(usize, usize); 3] = std::array::from_fn(|axis| (0, like[axis + 2] - dims[axis + 2]));
    if amounts == [(0, 0); 3] { input } else { input.pad(amounts, PadMode::Edge) }
}

/// Cuts what is longer than `like`.
pub(super) fn crop_like(input: Tensor<5>, like: [usize; 5]) -> Tensor<5> {
    let [batch, channels, ..] = input.dims();
    input.slice([0..batch, 0..channels, 0..like[2], 0..like[3], 0..like[4]])
}

/// Channels of zeros behind those of the input.
pub(super) fn pad_channels(input: Tensor<5>, channels: usize) -> Tensor<5> {
    let more = channels - input.dims()[1];
    input.pad([(0, more), (0, 0), (0, 0), (0, 0)], PadMode::Constant(0.0))
}

/// Zeros behind each axis up to whole windows, which are no longer than the axis.
pub(super) fn pad_to_windows(input: Tensor<5>, window: [usize; 3]) -> Tensor<5> {
    let dims = input.dims();
    let amounts: [(usize, usize); 3] = std::array::from_fn(|axis| {
        let size = dims[axis + 2];
        (0, size.next_multiple_of(window[axis].min(size)) - size)
    });
    if amounts == [(0, 0); 3] { input } else { input.pad(amounts, PadMode::Constant(0.0)) }
}

/// Every `step`-th voxel from each offset in turn, as channels. What lies beyond an odd end is zero.
pub(super) fn patch_merging(input: Tensor<5>, offsets: &[[usize; 3]], step: [usize; 3]) -> Tensor<5> {
    let dims = input.dims();
    let amounts: [(usize, usize); 3] =
        std::array::from_fn(|axis| (0, dims[axis + 2].next_multiple_of(step[axis]) - dims[axis + 2]));
    let input = if amounts == [(0, 0); 3] { input } else { input.pad(amounts, PadMode::Constant(0.0)) };
    let [batch, channels, x, y, z] = input.dims();
    let [by_x, by_y, by_z] = step;
    let maps = batch * channels;
    let blocks = input.reshape([maps, x / by_x, by_x, y / by_y, by_y, z / by_z, by_z]);
    let part = |[i, j, k]: &[usize; 3]| {
        let part =
            blocks.clone().slice([0..maps, 0..x / by_x, *i..i + 1, 0..y / by_y, *j..j + 1, 0..z / by_z, *k..k + 1]);
        part.reshape([batch, channels, x / by_x, y / by_y, z / by_z])
    };
    Tensor::cat(offsets.iter().map(part).collect(), 1)
}

//! How one array is made of another: what transforms and their inverses run, on the whole or on a region.

mod blend;
mod oblique;
mod permutation;
mod placement;
mod region;
mod windows;

pub(crate) use blend::Blend;
pub(crate) use oblique::Oblique;
pub(crate) use permutation::Permutation;
pub(crate) use placement::{Fill, Placement};
pub(crate) use region::{Extents, Part, Region};
pub(crate) use windows::Windows;

use std::ops::Range;

use monai_imaging::Volume;
use rayon::prelude::*;

/// Makes any region of an array out of the region of another that it needs, always to the same bits.
pub(crate) trait Kernel: Send + Sync {
    /// The extents of the array that is made.
    fn extents(&self) -> Extents;

    /// The region of the source that `target` is made of; empty where it needs none.
    fn needs(&self, target: &Region) -> Region;

    /// Writes the voxels of `target` over the zeros in `out`. `source` holds at least what `target` needs.
    fn fill(&self, source: Part, target: &Region, out: &mut [f32]);
}

/// Replaces a volume's voxels by what `kernel` makes of them.
pub(crate) fn apply(kernel: &dyn Kernel, volume: &mut Volume) {
    let target = Region::whole(kernel.extents());
    let mut out = vec![0f32; target.voxels()];
    kernel.fill(Part::of(volume), &target, &mut out);
    let [channels, x, y, z] = kernel.extents();
    (volume.channels, volume.shape, volume.data) = (channels, [x, y, z], out);
}

/// Runs `fill` with channel, X and a range of Y for each block of rows of `target`, in parallel. A block is a plane where
/// there are many.
fn each_block(target: &Region, out: &mut [f32], fill: impl Fn(usize, usize, Range<usize>, &mut [f32]) + Sync) {
    let [channels, width, height, depth] = target.extents();
    if out.is_empty() {
        return;
    }
    let rows = if channels * width < 16 { height.min(64) } else { height };
    out.par_chunks_mut(height * depth).enumerate().for_each(|(plane, out)| {
        let (channel, x) = (target.start[0] + plane / width, target.start[1] + plane % width);
        out.par_chunks_mut(rows * depth).enumerate().for_each(|(block, out)| {
            let first = target.start[2] + block * rows;
            fill(channel, x, first..first + out.len() / depth, out);
        });
    });
}

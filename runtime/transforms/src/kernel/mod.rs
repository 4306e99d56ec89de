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
use monai_kernels::shorten;
use rayon::prelude::*;

use crate::join::{PART, grow, write};

/// Makes any region of an array out of the region of another that it needs, always to the same bits.
pub(crate) trait Kernel: Send + Sync {
    /// The extents of the array that is made.
    fn extents(&self) -> Extents;

    /// The region of the source that `target` is made of; empty where it needs none.
    fn needs(&self, target: &Region) -> Region;

    /// Writes the voxels of `target` over the zeros in `out`. `source` holds at least what `target` needs.
    fn fill(&self, source: Part, target: &Region, out: &mut [f32]);
}

/// Replaces a volume's voxels by what `kernel` makes of them; within the same memory, a block at a time, where no block
/// is written over what others still need. Fresh memory costs more than the work. Of a volume without voxels only the form
/// changes.
pub(crate) fn apply(kernel: &dyn Kernel, volume: &mut Volume) {
    let (from, extents) = (volume.data.len(), kernel.extents());
    if from == 0 {
        let [channels, x, y, z] = extents;
        (volume.channels, volume.shape) = (channels, [x, y, z]);
        return;
    }
    let whole = Region::whole(extents);
    let [channels, x, y, z] = extents;
    if from.max(whole.voxels()) > BLOCK && within(kernel, volume) {
        (volume.channels, volume.shape) = (channels, [x, y, z]);
        return;
    }
    let mut out = vec![0f32; whole.voxels()];
    kernel.fill(Part::of(volume), &whole, &mut out);
    (volume.channels, volume.shape, volume.data) = (channels, [x, y, z], out);
}

/// Voxels that are made at once.
pub(crate) const BLOCK: usize = 1 << 19;

/// The regions of whole planes that make up an array of `extents`, in order, each of about [`BLOCK`] voxels.
pub(crate) fn blocks(extents: Extents) -> impl DoubleEndedIterator<Item = Region> {
    let [channels, width, height, depth] = extents;
    let planes = (BLOCK / (height * depth).max(1)).max(16);
    let ranges = move |channel: usize| {
        (0..width.div_ceil(planes)).map(move |block| Region {
            start: [channel, block * planes, 0, 0],
            end: [channel + 1, width.min((block + 1) * planes), height, depth],
        })
    };
    (0..channels).flat_map(ranges)
}

/// Runs `kernel` within the volume's own memory: from the front where the result is not larger, else from the back. Does
/// nothing and says no where blocks would overwrite what is still needed.
fn within(kernel: &dyn Kernel, volume: &mut Volume) -> bool {
    let ([x, y, z], extents) = (volume.shape, kernel.extents());
    let source = Region::whole([volume.channels, x, y, z]);
    let (from, to) = (source.voxels(), Region::whole(extents).voxels());
    let grows = to > from;
    let mut regions: Vec<Region> = blocks(extents).collect();
    if grows {
        regions.reverse();
    }
    // Which voxels of the source each block reads, and which of the result it writes, counted from the front.
    let spans: Vec<_> = regions
        .iter()
        .map(|region| {
            let needs = kernel.needs(region);
            let written = extents[2] * extents[3] * (region.start[0] * extents[1] + region.start[1]);
            (y * z * (needs.start[0] * x + needs.start[1]), needs.voxels(), written, region.voxels())
        })
        .collect();
    let mut free = if grows { 0 } else { from };
    for (&(start, needed, written, count), region) in spans.iter().zip(&regions).rev() {
        let clear = if grows { written >= free } else { written + count <= free };
        if !clear {
            return false;
        }
        if needed > 0 {
            let needs = kernel.needs(region);
            let end = y * z * ((needs.end[0] - 1) * x + needs.end[1]);
            free = if grows { free.max(end) } else { free.min(start) };
        }
    }
    if grows {
        grow(&mut volume.data, to);
    }
    let mut made = Vec::new();
    for (region, (_, _, written, count)) in regions.iter().zip(spans) {
        made.par_chunks_mut(PART).for_each(|part| part.fill(0.0));
        made.resize(count, 0.0);
        kernel.fill(Part { region: source, data: &volume.data[..from] }, region, &mut made);
        write(&mut volume.data[written..written + count], &made);
    }
    shorten(&mut volume.data, to);
    true
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

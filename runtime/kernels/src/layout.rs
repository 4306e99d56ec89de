//! From one layout to another.

use rayon::prelude::*;

use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};
use crate::map::{Extent, place};
use crate::pack;
use crate::shared::Shared;

/// Blocks a planar map.
///
/// # Panics
/// Where one of the two is not as long as the extent says.
pub fn to_blocked(extent: Extent, planar: &[f32], blocked: &mut [f32]) {
    assert_eq!((planar.len(), blocked.len()), (extent.planar(), extent.blocked()), "the maps have the extent");
    let voxels = extent.voxels();
    blocked.par_chunks_exact_mut(voxels * LANES).enumerate().for_each(|(block, out)| {
        let channels = planar.chunks_exact(voxels).skip(block * LANES).take(LANES);
        if channels.len() < LANES {
            out.fill(0.0);
        }
        for (lane, channel) in channels.enumerate() {
            out.iter_mut().skip(lane).step_by(LANES).zip(channel).for_each(|(out, value)| *out = *value);
        }
    });
}

/// Takes the blocks of a map apart.
///
/// # Panics
/// Where one of the two is not as long as the extent says.
pub fn to_planar(level: Level, extent: Extent, blocked: &[f32], planar: &mut [f32]) {
    assert_eq!((planar.len(), blocked.len()), (extent.planar(), extent.blocked()), "the maps have the extent");
    let voxels = extent.voxels();
    // A few voxels at once, so that their blocks are read once for all channels.
    const PART: usize = 1 << 10;
    let parts = voxels.div_ceil(PART);
    let planar = Shared::new(planar);
    (0..extent.blocks() * parts).into_par_iter().for_each(|index| {
        let (block, start) = (index / parts, index % parts * PART);
        let count = PART.min(voxels - start);
        let from = &blocked[(block * voxels + start) * LANES..][..count * LANES];
        let channels = block * LANES..extent.channels.min((block + 1) * LANES);
        level.run(Apart { from, channels, start, voxels, planar });
    });
}

/// Takes the blocks of a map apart where it lies: its first numbers are then the planar map. `scratch` holds one block.
///
/// # Panics
/// Where the map is not as long as the extent says, or `scratch` shorter than a block.
pub fn to_planar_within(level: Level, extent: Extent, map: &mut [f32], scratch: &mut [f32]) {
    /// Numbers that a thread copies at once.
    const COPIED: usize = 1 << 16;
    assert_eq!(map.len(), extent.blocked(), "the map has the extent");
    // A block of channels takes the same place, planar or not; of the last, only the channels that there are.
    for (index, block) in map.chunks_exact_mut(extent.voxels() * LANES).enumerate() {
        let channels = LANES.min(extent.channels - index * LANES);
        let part = Extent { channels, ..extent };
        let planar = &mut scratch[..part.planar()];
        to_planar(level, part, block, planar);
        block.par_chunks_mut(COPIED).zip(planar.par_chunks(COPIED)).for_each(|(to, from)| {
            to[..from.len()].copy_from_slice(from);
        });
    }
}

/// Some voxels of one block.
struct Apart<'a> {
    from: &'a [f32],
    channels: std::ops::Range<usize>,
    start: usize,
    voxels: usize,
    planar: Shared<'a>,
}

impl Kernel for Apart<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Self { from, channels, start, voxels, planar } = self;
        let mut numbers = vec![0.0; channels.len() * from.len() / LANES];
        let count = from.len() / LANES;
        // SAFETY: the caller's promise about the processor; each voxel of each channel belongs to one part.
        unsafe {
            pack::unblock::<L>(from, channels.len(), &mut numbers, count);
            for (channel, numbers) in channels.zip(numbers.chunks_exact(count)) {
                planar.part(channel * voxels + start, count).copy_from_slice(numbers);
            }
        }
    }
}

/// Channel `c * block + i` becomes voxel `i` of each block of channel `c`; `factors` are the edges of a block.
///
/// # Panics
/// Where one of the two is not as long as extent and factors say.
pub fn pixel_shuffle(extent: Extent, factors: [usize; 3], from: &[f32], output: &mut [f32]) {
    let [by_x, by_y, by_z] = factors;
    let size: [usize; 3] = std::array::from_fn(|axis| extent.size[axis] * factors[axis]);
    let out = Extent { channels: extent.channels / (by_x * by_y * by_z), size };
    assert_eq!((from.len(), output.len()), (extent.blocked(), out.blocked()), "the maps have their extents");
    let [width, height, depth] = size;
    let voxels = extent.voxels();
    output.par_chunks_exact_mut(height * depth * LANES).enumerate().for_each(|(index, plane)| {
        let (block, x) = (index / width, index % width);
        for (voxel, numbers) in plane.chunks_exact_mut(LANES).enumerate() {
            let (y, z) = (voxel / depth, voxel % depth);
            let within = (x % by_x * by_y + y % by_y) * by_z + z % by_z;
            let source = (x / by_x * extent.size[1] + y / by_y) * extent.size[2] + z / by_z;
            for (lane, number) in numbers.iter_mut().enumerate() {
                let channel = (block * LANES + lane) * by_x * by_y * by_z + within;
                *number = match channel < extent.channels {
                    true => from[place(channel, voxels, source)],
                    false => 0.0,
                };
            }
        }
    });
}

//! From one layout to another.

use rayon::prelude::*;

use crate::lanes::LANES;
use crate::map::Extent;

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
pub fn to_planar(extent: Extent, blocked: &[f32], planar: &mut [f32]) {
    assert_eq!((planar.len(), blocked.len()), (extent.planar(), extent.blocked()), "the maps have the extent");
    let voxels = extent.voxels();
    // A few voxels at once, so that their blocks are read once for all channels.
    const PART: usize = 1 << 10;
    planar.par_chunks_mut(voxels * LANES).zip(blocked.par_chunks_exact(voxels * LANES)).for_each(|(out, from)| {
        for (start, from) in (0..voxels).step_by(PART).zip(from.chunks(PART * LANES)) {
            for (lane, channel) in out.chunks_exact_mut(voxels).enumerate() {
                let out = channel[start..].iter_mut().take(from.len() / LANES);
                out.zip(from.chunks_exact(LANES)).for_each(|(out, voxel)| *out = voxel[lane]);
            }
        }
    });
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
            let place = (x / by_x * extent.size[1] + y / by_y) * extent.size[2] + z / by_z;
            for (lane, number) in numbers.iter_mut().enumerate() {
                let channel = (block * LANES + lane) * by_x * by_y * by_z + within;
                *number = match channel < extent.channels {
                    true => from[(channel / LANES * voxels + place) * LANES + channel % LANES],
                    false => 0.0,
                };
            }
        }
    });
}

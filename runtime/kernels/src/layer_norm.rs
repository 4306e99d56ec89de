//! Normalisation of each voxel over its channels.

use rayon::prelude::*;

use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};
use crate::map::Extent;
use crate::shared::Shared;
use crate::source::Source;

/// Voxels that are normalised together: their sums are kept side by side.
const AT_ONCE: usize = 16;

/// Subtracts from each voxel the mean over its channels and divides by the root of their biased variance and `epsilon`; then
/// multiplies by `scale` and adds `shift`, one per channel filled up to whole blocks.
///
/// # Panics
/// Where source or output is not as long as the extent says, or something is done on reading.
pub fn layer_norm(
    level: Level,
    source: &Source<'_>,
    extent: Extent,
    [scale, shift]: [&[f32]; 2],
    epsilon: f32,
    output: &mut [f32],
) {
    assert_eq!(source.data.len(), extent.blocked(), "the source has the extent");
    assert_eq!(output.len(), extent.blocked(), "the output has the extent");
    assert!(source.prologue.is_none(), "nothing is done on reading");
    let output = Shared::new(output);
    let voxels = extent.voxels();
    (0..voxels.div_ceil(AT_ONCE)).into_par_iter().with_min_len(16).for_each(|index| {
        let first = index * AT_ONCE;
        let count = AT_ONCE.min(voxels - first);
        level.run(Voxels { data: source.data, extent, scale, shift, epsilon, output, first, count });
    });
}

struct Voxels<'a> {
    data: &'a [f32],
    extent: Extent,
    scale: &'a [f32],
    shift: &'a [f32],
    epsilon: f32,
    output: Shared<'a>,
    first: usize,
    count: usize,
}

impl Kernel for Voxels<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Self { data, extent, scale, shift, epsilon, output, first, count } = self;
        let (blocks, voxels) = (extent.blocks(), extent.voxels());
        let at = |block: usize| (block * voxels + first) * LANES;
        let share = 1.0 / extent.channels as f32;
        // Lanes beyond the last channel hold zeros, which are no part of the variance.
        let mut filled = [1.0_f32; LANES];
        filled[LANES - (blocks * LANES - extent.channels)..].fill(0.0);
        let (mut means, mut inverses) = ([0.0_f32; AT_ONCE], [0.0_f32; AT_ONCE]);
        // SAFETY: the caller's promise about the processor; each voxel belongs to one part.
        unsafe {
            for voxel in 0..count {
                let mut sum = L::zero();
                for block in 0..blocks {
                    sum = sum.add(L::load(data[at(block) + voxel * LANES..][..LANES].as_ptr()));
                }
                means[voxel] = total(sum) * share;
                let (mean, mut squares) = (L::splat(means[voxel]), L::zero());
                for block in 0..blocks {
                    let mut distance = L::load(data[at(block) + voxel * LANES..][..LANES].as_ptr()).sub(mean);
                    if block + 1 == blocks {
                        distance = distance.mul(L::load(filled.as_ptr()));
                    }
                    squares = distance.mul_add(distance, squares);
                }
                inverses[voxel] = 1.0 / (total(squares) * share + epsilon).sqrt();
            }
            for block in 0..blocks {
                let scale = L::load(scale[block * LANES..][..LANES].as_ptr());
                let shift = L::load(shift[block * LANES..][..LANES].as_ptr());
                let from = &data[at(block)..][..count * LANES];
                let to = output.part(at(block), count * LANES);
                for voxel in 0..count {
                    let value = L::load(from[voxel * LANES..][..LANES].as_ptr()).sub(L::splat(means[voxel]));
                    let value = value.mul(L::splat(inverses[voxel])).mul_add(scale, shift);
                    value.store(to[voxel * LANES..][..LANES].as_mut_ptr());
                }
            }
        }
    }
}

/// The sum of all lanes.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
unsafe fn total<L: Lanes>(lanes: L) -> f32 {
    let mut numbers = [0.0; LANES];
    // SAFETY: as for this function; there is room for sixteen numbers.
    unsafe { lanes.store(numbers.as_mut_ptr()) }
    for width in [8, 4, 2, 1] {
        for lane in 0..width {
            numbers[lane] += numbers[lane + width];
        }
    }
    numbers[0]
}

//! Attention between the voxels of windows.

use rayon::prelude::*;

use crate::activation::exp;
use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};
use crate::map::fill_up;
use crate::shared::Shared;
use crate::tile::Product;

/// What hides voxels of other regions from each other, as in MONAI.
const HIDDEN: f32 = -100.0;
/// What hides lanes behind the last voxel of a window: its exponential is zero.
const ABSENT: f32 = -1e30;
/// Weights below it, beside a largest one of 1, become zero. No sum sees them, but as numbers too small to be normal they would take an
/// Intel processor a hundred cycles for each product.
const NOTHING: f32 = 1e-30;

/// Attention with its table of biases spread out.
pub struct Attention {
    level: Level,
    heads: usize,
    /// Channels of one head.
    width: usize,
    /// Voxels of a whole window.
    voxels: usize,
    /// `[heads, key blocks, queries, LANES]` of a whole window.
    bias: Vec<f32>,
}

/// The windows of one map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows {
    /// Voxels of each window.
    pub voxels: usize,
    /// The voxels of the map, window by window.
    pub order: Vec<usize>,
    /// The region of each voxel in that order; voxels of one window see each other where their regions are the same.
    pub regions: Option<Vec<usize>>,
}

impl Attention {
    /// Spreads out `table`, `[rows, heads]`; `rows` has the row of each pair of query and key of a window of `voxels` voxels, keys
    /// fastest.
    ///
    /// # Panics
    /// Where table and rows do not fit.
    pub fn new(level: Level, [heads, width]: [usize; 2], voxels: usize, table: &[f32], rows: &[usize]) -> Self {
        assert_eq!(rows.len(), voxels * voxels, "a row for each pair");
        let keys = voxels.div_ceil(LANES);
        let mut bias = vec![ABSENT; heads * keys * voxels * LANES];
        for head in 0..heads {
            for (pair, row) in rows.iter().enumerate() {
                let (query, key) = (pair / voxels, pair % voxels);
                bias[((head * keys + key / LANES) * voxels + query) * LANES + key % LANES] = table[row * heads + head];
            }
        }
        Self { level, heads, width, voxels, bias }
    }

    /// Attends: `input` is a blocked map of queries, keys and values, `[3 * heads * width]` channels one after the other; `output` one
    /// of `heads * width` channels.
    ///
    /// # Panics
    /// Where one of the two is not as long as the windows say.
    pub fn run(&self, input: &[f32], windows: &Windows, output: &mut [f32]) {
        let channels = self.heads * self.width;
        let all = windows.order.len();
        assert_eq!(input.len(), (3 * channels).div_ceil(LANES) * all * LANES, "queries, keys and values of each voxel");
        assert_eq!(output.len(), channels.div_ceil(LANES) * all * LANES, "an output for each voxel");
        assert!(windows.voxels <= self.voxels, "windows are no larger than whole ones");
        if !channels.is_multiple_of(LANES) {
            let last = channels / LANES * all * LANES;
            output[last..].fill(0.0);
        }
        let output = Shared::new(output);
        // Heads of one window may share a block of the output, so that one part does them all.
        (0..all / windows.voxels).into_par_iter().for_each_init(Room::default, |room, window| {
            self.level.run(OneWindow { attention: self, input, windows, output, window, room });
        });
    }
}

/// What a window works in.
#[derive(Default)]
struct Room {
    /// `[width blocks, voxels, LANES]`.
    queries: Vec<f32>,
    /// `[key blocks / 2, width blocks, LANES, 2, LANES]`.
    keys: Vec<f32>,
    /// `[key blocks, LANES, width blocks, LANES]`.
    values: Vec<f32>,
    /// `[key blocks, voxels, LANES]`.
    weights: Vec<f32>,
    /// `[width blocks, voxels, LANES]`.
    seen: Vec<f32>,
}

struct OneWindow<'a, 'b> {
    attention: &'a Attention,
    input: &'a [f32],
    windows: &'a Windows,
    output: Shared<'a>,
    window: usize,
    room: &'b mut Room,
}

impl Kernel for OneWindow<'_, '_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Self { attention, input, windows, output, window, room } = self;
        let Attention { heads, width, .. } = *attention;
        let (voxels, all) = (windows.voxels, windows.order.len());
        let order = &windows.order[window * voxels..][..voxels];
        let regions = windows.regions.as_ref().map(|regions| &regions[window * voxels..][..voxels]);
        // Most windows lie in one region.
        let regions = regions.filter(|regions| regions.iter().any(|region| *region != regions[0]));
        let (keys, blocks) = (voxels.div_ceil(LANES), width.div_ceil(LANES));
        let scale = (width as f32).powf(-0.5);
        // So many channels of a head lie side by side in one block, wherever the head begins.
        let count = 1 << width.trailing_zeros().min(LANES.trailing_zeros());
        room.queries.clear();
        room.queries.resize(blocks * voxels * LANES, 0.0);
        room.keys.clear();
        room.keys.resize(keys.next_multiple_of(2) * blocks * LANES * LANES, 0.0);
        room.values.clear();
        room.values.resize(keys * LANES * blocks * LANES, 0.0);
        room.weights.resize(keys * voxels * LANES, 0.0);
        room.seen.resize(blocks * voxels * LANES, 0.0);
        for head in 0..heads {
            for (slot, voxel) in order.iter().enumerate() {
                for first in (0..width).step_by(count) {
                    let place = |part: usize| {
                        let channel = (part * heads + head) * width + first;
                        (channel / LANES * all + voxel) * LANES + channel % LANES
                    };
                    let [query, key, value] = [0, 1, 2].map(|part| &input[place(part)..][..count]);
                    let at = (first / LANES * voxels + slot) * LANES + first % LANES;
                    room.queries[at..][..count].iter_mut().zip(query).for_each(|(to, from)| *to = from * scale);
                    let pair = slot / LANES / 2;
                    let at = ((pair * blocks * LANES + first) * 2 + slot / LANES % 2) * LANES + slot % LANES;
                    room.keys[at..].iter_mut().step_by(2 * LANES).zip(key).for_each(|(to, from)| *to = *from);
                    room.values[slot * blocks * LANES + first..][..count].copy_from_slice(value);
                }
            }
            // SAFETY: the caller's promise about the processor; the rooms have the sizes that tiles read and write.
            unsafe {
                compare::<L>(room, voxels, keys, blocks);
                let bias = &attention.bias[head * attention.voxels.div_ceil(LANES) * attention.voxels * LANES..];
                soften::<L>(&mut room.weights, bias, attention.voxels, voxels, regions);
                look::<L>(room, voxels, keys, blocks);
            }
            for (slot, voxel) in order.iter().enumerate() {
                for first in (0..width).step_by(count) {
                    let channel = head * width + first;
                    // SAFETY: each voxel belongs to one window.
                    let out = unsafe { output.part((channel / LANES * all + voxel) * LANES + channel % LANES, count) };
                    let at = (first / LANES * voxels + slot) * LANES + first % LANES;
                    out.copy_from_slice(&room.seen[at..][..count]);
                }
            }
        }
    }
}

/// Queries times keys.
///
/// # Safety
/// The processor has the features of the lanes, and the rooms have their sizes.
#[inline(always)]
unsafe fn compare<L: Lanes>(room: &mut Room, voxels: usize, keys: usize, blocks: usize) {
    let segments: Vec<usize> = (0..blocks).map(|block| block * voxels * LANES).collect();
    let zeros = [0.0_f32; 2 * LANES];
    let mut separate = Vec::new();
    for pair in 0..keys.div_ceil(2) {
        let from = &room.keys[pair * 2 * blocks * LANES * LANES..][..2 * blocks * LANES * LANES];
        let both = 2.min(keys - 2 * pair);
        // The last block may be alone; its keys then lie side by side.
        let weights = if both == 2 && L::ROWS.len() >= 2 {
            vec![(from.as_ptr(), 2, 2 * pair)]
        } else {
            separate.clear();
            for n in 0..both {
                separate.extend(from.chunks_exact(2 * LANES).flat_map(|row| row[n * LANES..][..LANES].iter().copied()));
            }
            (0..both).map(|n| (separate[n * blocks * LANES * LANES..].as_ptr(), 1, 2 * pair + n)).collect()
        };
        for (weights, wide, key) in weights {
            let out = room.weights[key * voxels * LANES..][..wide * voxels * LANES].as_mut_ptr();
            let product = Product {
                rows: voxels,
                blocks: wide,
                input: room.queries.as_ptr(),
                stride: LANES,
                segments: &segments,
                depth: LANES,
                weights,
                bias: zeros.as_ptr(),
                output: out,
                step: LANES,
                block: voxels * LANES,
            };
            // SAFETY: as for this function.
            unsafe { product.run::<L>() }
        }
    }
}

/// Weights times values.
///
/// # Safety
/// As for [`compare`].
#[inline(always)]
unsafe fn look<L: Lanes>(room: &mut Room, voxels: usize, keys: usize, blocks: usize) {
    let segments: Vec<usize> = (0..keys).map(|key| key * voxels * LANES).collect();
    let zeros = [0.0_f32; LANES];
    let mut column = Vec::with_capacity(keys * LANES * LANES);
    for block in 0..blocks {
        column.clear();
        for row in room.values.chunks_exact(blocks * LANES) {
            column.extend_from_slice(&row[block * LANES..][..LANES]);
        }
        let product = Product {
            rows: voxels,
            blocks: 1,
            input: room.weights.as_ptr(),
            stride: LANES,
            segments: &segments,
            depth: LANES,
            weights: column.as_ptr(),
            bias: zeros.as_ptr(),
            output: room.seen[block * voxels * LANES..][..voxels * LANES].as_mut_ptr(),
            step: LANES,
            block: 0,
        };
        // SAFETY: as for this function.
        unsafe { product.run::<L>() }
    }
}

/// Adds biases, hides other regions and normalises: the softmax over the keys of each query.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
unsafe fn soften<L: Lanes>(weights: &mut [f32], bias: &[f32], whole: usize, voxels: usize, regions: Option<&[usize]>) {
    let keys = voxels.div_ceil(LANES);
    let regions = regions.map(|regions| fill_up(regions.iter().map(|region| *region as f32).collect(), 0.0));
    // SAFETY: as for this function; rows are sixteen numbers.
    unsafe {
        for query in 0..voxels {
            let mut most = L::splat(ABSENT);
            for key in 0..keys {
                let row = &mut weights[(key * voxels + query) * LANES..][..LANES];
                let bias = &bias[(key * whole + query) * LANES..][..LANES];
                let mut value = L::load(row.as_ptr()).add(L::load(bias.as_ptr()));
                if let Some(regions) = &regions {
                    // Regions are whole numbers: one apart or more is another.
                    let apart = L::load(regions[key * LANES..][..LANES].as_ptr()).sub(L::splat(regions[query]));
                    let apart = apart.max(L::zero().sub(apart)).min(L::splat(1.0));
                    value = apart.mul_add(L::splat(HIDDEN), value);
                }
                value.store(row.as_mut_ptr());
                // In a window that is not whole, lanes of voxels that it lacks have a bias.
                let count = LANES.min(voxels - key * LANES);
                if count < LANES {
                    row[count..].fill(ABSENT);
                    value = L::load(row.as_ptr());
                }
                most = most.max(value);
            }
            let mut numbers = [0.0_f32; LANES];
            most.store(numbers.as_mut_ptr());
            let most = L::splat(numbers.into_iter().fold(ABSENT, f32::max));
            let mut sum = L::zero();
            for key in 0..keys {
                let row = weights[(key * voxels + query) * LANES..][..LANES].as_mut_ptr();
                let value = exp(L::load(row).sub(most)).sub(L::splat(NOTHING)).max(L::zero());
                value.store(row);
                sum = sum.add(value);
            }
            sum.store(numbers.as_mut_ptr());
            let share = L::splat(1.0 / numbers.into_iter().sum::<f32>());
            for key in 0..keys {
                let row = weights[(key * voxels + query) * LANES..][..LANES].as_mut_ptr();
                L::load(row).mul(share).store(row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Soften<'a> {
        weights: &'a mut [f32],
        voxels: usize,
        regions: &'a [usize],
    }

    impl Kernel for Soften<'_> {
        type Output = ();

        #[inline(always)]
        unsafe fn run<L: Lanes>(self) {
            let bias = vec![0.0; self.weights.len()];
            // SAFETY: the caller's promise about the processor.
            unsafe { soften::<L>(self.weights, &bias, self.voxels, self.voxels, Some(self.regions)) }
        }
    }

    #[test]
    fn what_is_hidden_weighs_nothing_at_all() {
        let voxels = 21;
        let regions: Vec<usize> = (0..voxels).map(|voxel| voxel % 3).collect();
        for level in Level::available() {
            let mut weights = vec![0.0_f32; voxels.div_ceil(LANES) * voxels * LANES];
            level.run(Soften { weights: &mut weights, voxels, regions: &regions });
            for (at, weight) in weights.iter().enumerate() {
                let (key, query) = (at / LANES / voxels * LANES + at % LANES, at / LANES % voxels);
                let seen = key < voxels && regions[key] == regions[query];
                let expected = if seen { 1.0 / 7.0 } else { 0.0 };
                assert!(
                    (weight - expected).abs() < 1e-6 && (seen || *weight == 0.0),
                    "{level}, {query}, {key}: {weight:e}"
                );
            }
        }
    }
}

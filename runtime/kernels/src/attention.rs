//! Attention between the voxels of windows.
//!
//! Some queries at a time lie in the lanes and all keys of their window in the rows, so that softmax goes down the rows, and the
//! weights of these queries stay near the processor from the first product to the second.

use rayon::prelude::*;

use crate::activation::exp;
use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};
use crate::map::{fill_up, place};
use crate::pack;
use crate::shared::Shared;
use crate::tile::Product;
use crate::weights;

/// What hides voxels of other regions from each other, as in MONAI.
const HIDDEN: f32 = -100.0;
/// Less than any product of a query and a key.
const LEAST: f32 = -1e30;
/// Weights below it, beside a largest one of 1, become zero. No sum sees them, but as numbers too small to be normal they would take an
/// Intel processor a hundred cycles for each product.
const NOTHING: f32 = 1e-30;
/// The most blocks of queries at a time: the sixteen channels of a usual head are then two tiles of eight rows.
const TOGETHER: usize = 3;

/// Attention with its table of biases spread out.
pub struct Attention {
    level: Level,
    heads: usize,
    /// Channels of one head.
    width: usize,
    /// Voxels of a whole window.
    voxels: usize,
    /// `[heads, query blocks, keys, LANES]` of a whole window.
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
        let blocks = voxels.div_ceil(LANES);
        let mut bias = vec![0.0; heads * blocks * voxels * LANES];
        for head in 0..heads {
            for (pair, row) in rows.iter().enumerate() {
                let (query, key) = (pair / voxels, pair % voxels);
                let line = (head * blocks + query / LANES) * voxels + key;
                bias[line * LANES + query % LANES] = table[row * heads + head];
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

/// What a window works in, for one head at a time. Voxels and channels are filled up to whole blocks with zeros.
#[derive(Default)]
struct Room {
    /// `[width blocks, voxels, LANES]`: one part of the input, and at last the output.
    part: Vec<f32>,
    /// `[width blocks, voxels, LANES]`.
    queries: Vec<f32>,
    /// `[width blocks, voxels, LANES]`.
    keys: Vec<f32>,
    /// `[voxel blocks, width, LANES]`.
    values: Vec<f32>,
    /// `[width, blocks, LANES]`: some of the queries, side by side.
    together: Vec<f32>,
    /// `[voxels, blocks, LANES]`: of these queries.
    weights: Vec<f32>,
    /// `[blocks, width, LANES]`: of these queries.
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

/// How a head of a window lies in its room.
#[derive(Clone, Copy)]
struct Shape {
    voxels: usize,
    channels: usize,
}

impl Shape {
    /// Blocks of voxels.
    fn blocks(self) -> usize {
        self.voxels.div_ceil(LANES)
    }

    /// Blocks of channels.
    fn width(self) -> usize {
        self.channels.div_ceil(LANES)
    }

    /// The sixteen channels of sixteen voxels, in a part of the input.
    fn square(self, block: usize, channels: usize) -> std::ops::Range<usize> {
        let first = (channels * self.blocks() + block) * LANES * LANES;
        first..first + LANES * LANES
    }
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
        let regions = regions.map(|regions| fill_up(regions.iter().map(|region| *region as f32).collect(), 0.0));
        let shape = Shape { voxels, channels: width };
        let (blocks, lines) = (shape.blocks(), shape.width() * LANES);
        let together = TOGETHER.min(L::ROWS.len());
        // A room serves windows of one shape, and what fills it up stays zero.
        for numbers in [&mut room.part, &mut room.queries, &mut room.keys, &mut room.values] {
            numbers.resize(blocks * LANES * lines, 0.0);
        }
        room.together.resize(lines * together * LANES, 0.0);
        room.weights.resize(blocks * LANES * together * LANES, 0.0);
        room.seen.resize(together * lines * LANES, 0.0);
        let scale = (width as f32).powf(-0.5);
        // So many channels of a head lie side by side in one block, wherever the head begins.
        let count = 1 << width.trailing_zeros().min(LANES.trailing_zeros());
        for head in 0..heads {
            let read = |part: usize, to: &mut [f32]| {
                for (slot, voxel) in order.iter().enumerate() {
                    for first in (0..width).step_by(count) {
                        let channel = (part * heads + head) * width + first;
                        let from = &input[place(channel, all, *voxel)..][..count];
                        to[place(first, blocks * LANES, slot)..][..count].copy_from_slice(from);
                    }
                }
                to.chunks_exact_mut(blocks * LANES * LANES).for_each(|block| block[voxels * LANES..].fill(0.0));
            };
            let bias = &attention.bias[head * attention.voxels.div_ceil(LANES) * attention.voxels * LANES..];
            // SAFETY: the caller's promise about the processor; the rooms have the sizes that tiles read and write.
            unsafe {
                read(0, &mut room.queries);
                room.queries.iter_mut().for_each(|number| *number *= scale);
                read(1, &mut room.keys);
                read(2, &mut room.part);
                turn::<L>(&room.part, shape, &mut room.values);
                for (first, blocks) in weights::divide(blocks, blocks.div_ceil(together)) {
                    let queries = Queries { first, blocks };
                    compare::<L>(room, shape, queries);
                    let shares =
                        soften::<L>(&mut room.weights, shape, queries, bias, attention.voxels, regions.as_deref());
                    look::<L>(room, shape, queries, &shares);
                }
            }
            for (slot, voxel) in order.iter().enumerate() {
                for first in (0..width).step_by(count) {
                    let channel = head * width + first;
                    // SAFETY: each voxel belongs to one window.
                    let out = unsafe { output.part(place(channel, all, *voxel), count) };
                    out.copy_from_slice(&room.part[place(first, blocks * LANES, slot)..][..count]);
                }
            }
        }
    }
}

/// Some blocks of the queries of a window.
#[derive(Clone, Copy)]
struct Queries {
    first: usize,
    blocks: usize,
}

/// From `[width blocks, voxels, LANES]` to `[voxel blocks, width, LANES]`.
///
/// # Safety
/// The processor has the features of the lanes, and both have the sizes of the shape.
#[inline(always)]
unsafe fn turn<L: Lanes>(from: &[f32], shape: Shape, to: &mut [f32]) {
    for (index, to) in to.chunks_exact_mut(LANES * LANES).enumerate() {
        let (block, channels) = (index / shape.width(), index % shape.width());
        // SAFETY: as for this function.
        unsafe { pack::unblock::<L>(&from[shape.square(block, channels)], LANES, to, LANES) }
    }
}

/// Keys times queries.
///
/// # Safety
/// The processor has the features of the lanes, and the rooms have their sizes.
#[inline(always)]
unsafe fn compare<L: Lanes>(room: &mut Room, shape: Shape, queries: Queries) {
    let step = queries.blocks * LANES;
    for (channels, to) in room.together.chunks_mut(LANES * step).enumerate().take(shape.width()) {
        for n in 0..queries.blocks {
            let from = &room.queries[shape.square(queries.first + n, channels)];
            // SAFETY: as for this function.
            unsafe { pack::unblock::<L>(from, LANES, &mut to[n * LANES..], step) }
        }
    }
    let zeros = [0.0_f32; TOGETHER * LANES];
    let segments: Vec<usize> = (0..shape.width()).map(|channels| shape.square(0, channels).start).collect();
    let product = Product {
        rows: shape.voxels,
        blocks: queries.blocks,
        input: room.keys.as_ptr(),
        stride: LANES,
        segments: &segments,
        depth: LANES,
        weights: room.together.as_ptr(),
        bias: zeros.as_ptr(),
        output: room.weights.as_mut_ptr(),
        step,
        block: LANES,
    };
    // SAFETY: as for this function.
    unsafe { product.run::<L>() }
}

/// Adds biases, hides other regions and takes exponentials: a softmax over the keys of each query but for the factors that it gives, one
/// for each query.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
unsafe fn soften<L: Lanes>(
    weights: &mut [f32],
    shape: Shape,
    queries: Queries,
    bias: &[f32],
    whole: usize,
    regions: Option<&[f32]>,
) -> [L; TOGETHER] {
    let step = queries.blocks * LANES;
    // The rows of keys that there are not.
    weights[shape.voxels * step..shape.blocks() * LANES * step].fill(0.0);
    // SAFETY: as for this function; rows are sixteen numbers.
    unsafe {
        let mut shares = [L::zero(); TOGETHER];
        for (n, share) in shares[..queries.blocks].iter_mut().enumerate() {
            let block = queries.first + n;
            let rows = weights[n * LANES..].as_mut_ptr();
            let mut most = L::splat(LEAST);
            for key in 0..shape.voxels {
                let row = rows.add(key * step);
                let mut value = L::load(row).add(L::load(bias[(block * whole + key) * LANES..][..LANES].as_ptr()));
                if let Some(regions) = regions {
                    // Regions are whole numbers: one apart or more is another.
                    let apart = L::load(regions[block * LANES..][..LANES].as_ptr()).sub(L::splat(regions[key]));
                    let apart = apart.max(L::zero().sub(apart)).min(L::splat(1.0));
                    value = apart.mul_add(L::splat(HIDDEN), value);
                }
                value.store(row);
                most = most.max(value);
            }
            let mut sum = L::zero();
            for key in 0..shape.voxels {
                let row = rows.add(key * step);
                let value = exp(L::load(row).sub(most)).sub(L::splat(NOTHING)).max(L::zero());
                value.store(row);
                sum = sum.add(value);
            }
            *share = L::splat(1.0).div(sum);
        }
        shares
    }
}

/// Values times weights and factors.
///
/// # Safety
/// As for [`compare`].
#[inline(always)]
unsafe fn look<L: Lanes>(room: &mut Room, shape: Shape, queries: Queries, shares: &[L; TOGETHER]) {
    let lines = shape.width() * LANES;
    let zeros = [0.0_f32; TOGETHER * LANES];
    let segments: Vec<usize> = (0..shape.blocks()).map(|block| block * lines * LANES).collect();
    let product = Product {
        rows: shape.channels,
        blocks: queries.blocks,
        input: room.values.as_ptr(),
        stride: LANES,
        segments: &segments,
        depth: LANES,
        weights: room.weights.as_ptr(),
        bias: zeros.as_ptr(),
        output: room.seen.as_mut_ptr(),
        step: LANES,
        block: lines * LANES,
    };
    // SAFETY: as for this function; each block of the output is one of voxels by channels.
    unsafe {
        product.run::<L>();
        for (n, seen) in room.seen.chunks_exact_mut(lines * LANES).enumerate().take(queries.blocks) {
            for line in seen.chunks_exact_mut(LANES) {
                L::load(line.as_ptr()).mul(shares[n]).store(line.as_mut_ptr());
            }
            for (channels, from) in seen.chunks_exact(LANES * LANES).enumerate() {
                let to = &mut room.part[shape.square(queries.first + n, channels)];
                pack::unblock::<L>(from, LANES, to, LANES);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Softens products of zero of all queries; gives a factor for each query.
    struct Soften<'a> {
        weights: &'a mut [f32],
        shape: Shape,
        regions: &'a [f32],
    }

    impl Kernel for Soften<'_> {
        type Output = Vec<f32>;

        #[inline(always)]
        unsafe fn run<L: Lanes>(self) -> Vec<f32> {
            let Self { weights, shape, regions } = self;
            let bias = vec![0.0; shape.blocks() * shape.voxels * LANES];
            let queries = Queries { first: 0, blocks: shape.blocks() };
            let mut shares = vec![0.0; TOGETHER * LANES];
            // SAFETY: the caller's promise about the processor; each row has sixteen numbers.
            unsafe {
                let found = soften::<L>(weights, shape, queries, &bias, shape.voxels, Some(regions));
                found.into_iter().zip(shares.chunks_mut(LANES)).for_each(|(share, to)| share.store(to.as_mut_ptr()));
            }
            shares
        }
    }

    #[test]
    fn what_is_hidden_weighs_nothing_at_all() {
        let shape = Shape { voxels: 21, channels: LANES };
        let regions: Vec<f32> = (0..2 * LANES).map(|voxel| (voxel % 3) as f32).collect();
        for level in Level::available() {
            let mut weights = vec![0.0_f32; 2 * LANES * 2 * LANES];
            let shares = level.run(Soften { weights: &mut weights, shape, regions: &regions });
            for (key, row) in weights.chunks(2 * LANES).enumerate() {
                for (query, weight) in row.iter().enumerate().take(shape.voxels) {
                    let seen = key < shape.voxels && regions[key] == regions[query];
                    let (found, expected) = (weight * shares[query], if seen { 1.0 / 7.0 } else { 0.0 });
                    assert!((found - expected).abs() < 1e-6, "{level}, {query}, {key}: {found}");
                    assert!(seen || *weight == 0.0, "{level}, {query}, {key}: {weight:e}");
                }
            }
        }
    }
}

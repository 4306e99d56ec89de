//! Pooling.

use rayon::prelude::*;

use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};
use crate::map::Extent;
use crate::rows::{Rows, place};
use crate::source::Source;

/// What is taken of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// The largest value.
    Maximum,
    /// The mean of the voxels that lie in the input.
    Mean,
}

/// The voxels of the input that each output of one axis covers, and by what sums are divided.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// First voxel.
    pub start: usize,
    /// Voxel after the last; windows are never empty.
    pub end: usize,
    /// Voxels that count, those of the padding included where they do.
    pub divisor: usize,
}

/// Pools a blocked source. `spans` has one span for each output of the three axes.
///
/// # Panics
/// Where the output is not as long as source and spans say.
pub fn pool(
    level: Level,
    pooling: Pooling,
    source: &Source<'_>,
    size: [usize; 3],
    spans: &[Vec<Span>; 3],
    output: &mut [f32],
) {
    let extent = Extent { channels: source.channels, size: [0, 1, 2].map(|axis: usize| spans[axis].len()) };
    assert_eq!(output.len(), extent.blocked(), "the output has its extent");
    output.par_chunks_exact_mut(extent.size[2] * LANES).enumerate().for_each_init(Vec::new, |room, (index, out)| {
        level.run(Row { pooling, rows: Rows { source, size }, spans, extent, index, out, room });
    });
}

struct Row<'a, 'b> {
    pooling: Pooling,
    rows: Rows<'a>,
    spans: &'a [Vec<Span>; 3],
    extent: Extent,
    index: usize,
    out: &'a mut [f32],
    room: &'b mut Vec<f32>,
}

impl Kernel for Row<'_, '_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Self { pooling, rows, spans, extent, index, out, room } = self;
        let (block, x, y) = place(index, extent.size);
        let (xs, ys) = (&spans[0][x], &spans[1][y]);
        // SAFETY: the caller's promise about the processor; voxels are sixteen numbers.
        unsafe {
            let maximum = pooling == Pooling::Maximum;
            let start = if maximum { f32::NEG_INFINITY } else { 0.0 };
            out.fill(start);
            for (x, y) in (xs.start..xs.end).flat_map(|x| (ys.start..ys.end).map(move |y| (x, y))) {
                let row = rows.get::<L>(block, x, y, room);
                for (out, span) in out.chunks_exact_mut(LANES).zip(&spans[2]) {
                    let mut sum = L::load(out.as_ptr());
                    for voxel in row[span.start * LANES..span.end * LANES].chunks_exact(LANES) {
                        let value = L::load(voxel.as_ptr());
                        sum = if maximum { sum.max(value) } else { sum.add(value) };
                    }
                    sum.store(out.as_mut_ptr());
                }
            }
            if !maximum {
                for (out, span) in out.chunks_exact_mut(LANES).zip(&spans[2]) {
                    let share = L::splat(1.0 / (xs.divisor * ys.divisor * span.divisor) as f32);
                    L::load(out.as_ptr()).mul(share).store(out.as_mut_ptr());
                }
            }
        }
    }
}

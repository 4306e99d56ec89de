//! Sums and products of maps.

use rayon::prelude::*;

use crate::finish;
use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};
use crate::map::Extent;
use crate::rows::{Rows, place};
use crate::source::{Epilogue, Source};
use crate::statistics::Moments;

/// What is made of the sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combination {
    /// The first alone.
    Copy,
    /// The sum of both.
    Add,
    /// The product of both.
    Multiply,
    /// The first, each channel times the one voxel of the second.
    Gate,
}

/// Combines one or two blocked sources of one extent. Gives the moments of each channel where the epilogue wants them.
///
/// # Panics
/// Where the output is not as long as the extent says.
pub fn combine(
    level: Level,
    combination: Combination,
    sources: &[Source<'_>],
    extent: Extent,
    output: &mut [f32],
    epilogue: &Epilogue<'_>,
) -> Option<Vec<Moments>> {
    assert_eq!(output.len(), extent.blocked(), "the output has its extent");
    let row = extent.size[2] * LANES;
    let found: Vec<_> = output
        .par_chunks_exact_mut(row)
        .enumerate()
        .with_min_len(1 + (1 << 13) / row)
        .map_init(<[Vec<f32>; 2]>::default, |rooms, (index, out)| {
            level.run(Row { combination, sources, extent, epilogue, index, out, rooms })
        })
        .collect();
    epilogue.statistics.then(|| merged(&found, extent))
}

/// The moments of channels, put together from those of all rows in order.
pub(crate) fn merged(found: &[Option<[Moments; LANES]>], extent: Extent) -> Vec<Moments> {
    let mut moments = vec![Moments::default(); extent.blocks() * LANES];
    let rows = extent.size[0] * extent.size[1];
    for (index, row) in found.iter().enumerate() {
        let block = &mut moments[index / rows * LANES..][..LANES];
        block.iter_mut().zip(row.iter().flatten()).for_each(|(all, row)| all.merge(row));
    }
    moments
}

struct Row<'a, 'b> {
    combination: Combination,
    sources: &'a [Source<'a>],
    extent: Extent,
    epilogue: &'a Epilogue<'a>,
    index: usize,
    out: &'a mut [f32],
    rooms: &'b mut [Vec<f32>; 2],
}

impl Kernel for Row<'_, '_> {
    type Output = Option<[Moments; LANES]>;

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) -> Self::Output {
        let Self { combination, sources, extent, epilogue, index, out, rooms } = self;
        let (block, x, y) = place(index, extent.size);
        let [room, other] = rooms;
        // SAFETY: the caller's promise about the processor; voxels are sixteen numbers.
        unsafe {
            let first = Rows { source: &sources[0], size: extent.size }.get::<L>(block, x, y, room);
            match combination {
                Combination::Copy => out.copy_from_slice(first),
                Combination::Add => {
                    let second = Rows { source: &sources[1], size: extent.size }.get::<L>(block, x, y, other);
                    for ((out, first), second) in voxels(out, first).zip(second.chunks_exact(LANES)) {
                        L::load(first.as_ptr()).add(L::load(second.as_ptr())).store(out.as_mut_ptr());
                    }
                }
                Combination::Multiply => {
                    let second = Rows { source: &sources[1], size: extent.size }.get::<L>(block, x, y, other);
                    for ((out, first), second) in voxels(out, first).zip(second.chunks_exact(LANES)) {
                        L::load(first.as_ptr()).mul(L::load(second.as_ptr())).store(out.as_mut_ptr());
                    }
                }
                Combination::Gate => {
                    let gate = Rows { source: &sources[1], size: [1; 3] }.get::<L>(block, 0, 0, other);
                    let gate = L::load(gate.as_ptr());
                    for (out, first) in voxels(out, first) {
                        L::load(first.as_ptr()).mul(gate).store(out.as_mut_ptr());
                    }
                }
            }
            finish::row::<L>(out, epilogue, block, index * out.len())
        }
    }
}

fn voxels<'a>(out: &'a mut [f32], first: &'a [f32]) -> impl Iterator<Item = (&'a mut [f32], &'a [f32])> {
    out.chunks_exact_mut(LANES).zip(first.chunks_exact(LANES))
}

//! Interpolation between voxels.

use rayon::prelude::*;

use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};
use crate::map::Extent;
use crate::rows::{Rows, place};
use crate::source::Source;

/// The two voxels of the input between which an output of one axis lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Between {
    /// The nearer to the beginning.
    pub first: usize,
    /// The other; the same where the output lies on a voxel.
    pub second: usize,
    /// Weight of the second.
    pub weight: f32,
}

/// Interpolates a blocked source linearly. `places` has one place for each output of the three axes.
///
/// # Panics
/// Where the output is not as long as source and places say.
pub fn resize(level: Level, source: &Source<'_>, size: [usize; 3], places: &[Vec<Between>; 3], output: &mut [f32]) {
    let extent = Extent { channels: source.channels, size: [0, 1, 2].map(|axis: usize| places[axis].len()) };
    assert_eq!(output.len(), extent.blocked(), "the output has its extent");
    let rows = Rows { source, size };
    output.par_chunks_exact_mut(extent.size[2] * LANES).enumerate().for_each_init(
        Room::default,
        |room, (index, out)| {
            level.run(Row { rows, places, extent, index, out, room });
        },
    );
}

#[derive(Default)]
struct Room {
    read: Vec<f32>,
    blended: Vec<f32>,
}

struct Row<'a, 'b> {
    rows: Rows<'a>,
    places: &'a [Vec<Between>; 3],
    extent: Extent,
    index: usize,
    out: &'a mut [f32],
    room: &'b mut Room,
}

impl Kernel for Row<'_, '_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Self { rows, places, extent, index, out, room } = self;
        let (block, x, y) = place(index, extent.size);
        let (x, y) = (places[0][x], places[1][y]);
        let Room { read, blended } = room;
        blended.clear();
        blended.resize(rows.size[2] * LANES, 0.0);
        let corners = [
            (x.first, y.first, (1.0 - x.weight) * (1.0 - y.weight)),
            (x.first, y.second, (1.0 - x.weight) * y.weight),
            (x.second, y.first, x.weight * (1.0 - y.weight)),
            (x.second, y.second, x.weight * y.weight),
        ];
        // SAFETY: the caller's promise about the processor; voxels are sixteen numbers.
        unsafe {
            for (x, y, weight) in corners {
                if weight == 0.0 {
                    continue;
                }
                let share = L::splat(weight);
                let row = rows.get::<L>(block, x, y, read);
                for (to, from) in blended.chunks_exact_mut(LANES).zip(row.chunks_exact(LANES)) {
                    L::load(from.as_ptr()).mul_add(share, L::load(to.as_ptr())).store(to.as_mut_ptr());
                }
            }
            for (out, z) in out.chunks_exact_mut(LANES).zip(&places[2]) {
                let first = L::load(blended[z.first * LANES..][..LANES].as_ptr());
                let second = L::load(blended[z.second * LANES..][..LANES].as_ptr());
                second.sub(first).mul_add(L::splat(z.weight), first).store(out.as_mut_ptr());
            }
        }
    }
}

//! Maps that are put together from voxels of others: concatenation, padding, cropping, merging of neighbours.

use rayon::prelude::*;

use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};
use crate::map::Extent;
use crate::rows::Rows;
use crate::shared::Shared;
use crate::source::Source;

/// Some channels of the output.
#[derive(Debug, Clone)]
pub struct Gathered<'a> {
    /// What they are taken from; blocked.
    pub source: Source<'a>,
    /// Its size.
    pub size: [usize; 3],
    /// For each output of the three axes the voxel of the source; `None` for `filler`.
    pub places: [Vec<Option<usize>>; 3],
    /// What is where there is no voxel.
    pub filler: f32,
}

/// Writes the channels of all parts one after the other.
///
/// # Panics
/// Where the output is not as long as the parts say.
pub fn gather(level: Level, parts: &[Gathered<'_>], output: &mut [f32]) {
    let size: [usize; 3] = std::array::from_fn(|axis| parts[0].places[axis].len());
    let extent = Extent { channels: parts.iter().map(|part| part.source.channels).sum(), size };
    assert_eq!(output.len(), extent.blocked(), "the output has its extent");
    if !extent.channels.is_multiple_of(LANES) {
        let last = (extent.blocks() - 1) * extent.voxels() * LANES;
        output[last..].fill(0.0);
    }
    let output = Shared::new(output);
    let rows = size[0] * size[1];
    (0..rows).into_par_iter().with_min_len(1 + (1 << 9) / size[2]).for_each_init(Vec::new, |room, index| {
        level.run(Row { parts, extent, output, x: index / size[1], y: index % size[1], room });
    });
}

struct Row<'a, 'b> {
    parts: &'a [Gathered<'a>],
    extent: Extent,
    output: Shared<'a>,
    x: usize,
    y: usize,
    room: &'b mut Vec<f32>,
}

impl Kernel for Row<'_, '_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Self { parts, extent, output, x, y, room } = self;
        let [width, height, depth] = extent.size;
        let mut first = 0;
        for part in parts {
            let rows = Rows { source: &part.source, size: part.size };
            let from = part.places[0][x].zip(part.places[1][y]);
            for block in 0..part.source.channels.div_ceil(LANES) {
                let channels = (part.source.channels - block * LANES).min(LANES);
                let channel = first + block * LANES;
                // SAFETY: the caller's promise about the processor.
                let row = from.map(|(x, y)| unsafe { rows.get::<L>(block, x, y, room) });
                let (mut lane, mut done) = (channel % LANES, 0);
                // Channels that begin within a block reach into the next.
                while done < channels {
                    let count = (LANES - lane).min(channels - done);
                    let to = (channel + done) / LANES;
                    let at = ((to * width + x) * height + y) * depth * LANES;
                    // SAFETY: each row belongs to one part of the work.
                    let out = unsafe { output.part(at, depth * LANES) };
                    for (out, place) in out.chunks_exact_mut(LANES).zip(&part.places[2]) {
                        match row.zip(*place) {
                            Some((row, place)) => {
                                out[lane..lane + count].copy_from_slice(&row[place * LANES + done..][..count]);
                            }
                            None => out[lane..lane + count].fill(part.filler),
                        }
                    }
                    (lane, done) = (0, done + count);
                }
            }
            first += part.source.channels;
        }
    }
}

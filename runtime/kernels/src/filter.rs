//! Convolutions and transposed convolutions of any kind, by the sum itself.

use std::cell::RefCell;

use rayon::prelude::*;

use crate::axis::Axis;
use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};
use crate::lines::{Lines, Scratch};
use crate::map::{Extent, fill_up};
use crate::pack::{self, Window};
use crate::shared::Shared;
use crate::source::{Epilogue, Source};
use crate::statistics::Moments;
use crate::tile::Product;
use crate::{finish, weights};

/// Bytes of a window of the input: with the weights of a group of blocks it should lie in the second cache.
const HELD: usize = 256 << 10;
/// Parts of the work, for as many threads.
const PARTS: usize = 16;
/// Parts for each thread where weights are large and one window serves all of them.
const SHARES: usize = 2;
/// Voxels of rows that are computed as one, where each output reads one voxel: more would leave the first cache before they are finished.
const JOINED: usize = 256;
/// Sources of at most so many channels are packed without filling up to a block.
const THIN: usize = 4;

/// What a filter is made of.
#[derive(Debug, Clone)]
pub struct Geometry {
    /// The three axes.
    pub axes: [Axis; 3],
    /// Channels of each source; together the input.
    pub inputs: Vec<usize>,
    /// Channels of the output.
    pub out_channels: usize,
    /// Parts that the channels of both sides are cut into.
    pub groups: usize,
}

/// A filter with its weights ordered as tiles read them.
pub struct Filter {
    geometry: Geometry,
    level: Level,
    /// Channels of the only source, where they are few.
    thin: Option<usize>,
    /// One per channel, filled up to whole blocks.
    bias: Vec<f32>,
    groups: Vec<Group>,
    /// Of the three axes, the last fastest.
    phases: Vec<Phase>,
}

/// Blocks of the output that are computed together.
struct Group {
    /// The first block.
    first: usize,
    blocks: usize,
    /// The blocks of the input that it sees.
    inputs: Vec<usize>,
}

struct Phase {
    /// Shifts along x and y, in the order of the weights.
    rows: Vec<[usize; 2]>,
    /// Shifts along z at which a part of a row begins.
    starts: Vec<usize>,
    /// Taps side by side from each start on.
    side_by_side: usize,
    /// For each group `[inputs, rows, starts, taps, channels, blocks, LANES]`, in bf16 with each two channels as pairs.
    weights: Vec<Lines>,
}

impl Filter {
    /// Orders weights `[out, in / groups, x, y, z]`, those of transposed convolutions `[in, out / groups, x, y, z]`.
    ///
    /// # Panics
    /// Where the numbers are not as many as the geometry says.
    pub fn new(level: Level, geometry: Geometry, kernel: [usize; 3], weights: &[f32], bias: Option<&[f32]>) -> Self {
        let in_channels: usize = geometry.inputs.iter().sum();
        let transposed = geometry.axes.iter().any(|axis| axis.is_transposed());
        let dense =
            weights::Dense::new(weights, kernel, [in_channels, geometry.out_channels], geometry.groups, transposed);
        let thin = match geometry.inputs[..] {
            [channels] if channels <= THIN && geometry.groups == 1 => Some(channels),
            _ => None,
        };
        // Few channels lie one after the other, and need not be even.
        let level = if thin.is_some() { level.single() } else { level };
        let bias = bias.map_or_else(|| vec![0.0; geometry.out_channels], <[f32]>::to_vec);
        assert_eq!(bias.len(), geometry.out_channels, "one bias per channel of the output");
        let slots = weights::slots(&geometry.inputs);
        let products = kernel.iter().product::<usize>() * in_channels / geometry.groups;
        let groups = weights::groups(level, geometry.out_channels, products)
            .map(|(first, blocks)| {
                let sees = |block: &usize| {
                    let channels = &slots[block * LANES..][..LANES];
                    let outputs = first * LANES..((first + blocks) * LANES).min(geometry.out_channels);
                    geometry.groups == 1
                        || outputs.into_iter().any(|out| channels.iter().flatten().any(|input| dense.sees(out, *input)))
                };
                Group { first, blocks, inputs: (0..slots.len() / LANES).filter(sees).collect() }
            })
            .collect();
        let mut filter = Self { level, thin, bias: fill_up(bias, 0.0), groups, phases: Vec::new(), geometry };
        let [x, y, z] = filter.geometry.axes;
        for x_phase in 0..x.phases() {
            for y_phase in 0..y.phases() {
                for z_phase in 0..z.phases() {
                    let taps = [x.taps(x_phase), y.taps(y_phase), z.taps(z_phase)];
                    let phase = filter.phase(&taps, &slots, &dense);
                    filter.phases.push(phase);
                }
            }
        }
        filter
    }

    fn phase(
        &self,
        [xs, ys, zs]: &[Vec<(usize, usize)>; 3],
        slots: &[Option<usize>],
        dense: &weights::Dense<'_>,
    ) -> Phase {
        let together = zs.windows(2).all(|pair| pair[1].1 == pair[0].1 + 1);
        let (starts, side_by_side) = match zs.first() {
            Some((_, first)) if together => (vec![*first], zs.len()),
            _ => (zs.iter().map(|(_, shift)| *shift).collect(), 1),
        };
        let order = |group: &Group| {
            let mut ordered = Vec::new();
            for block in &group.inputs {
                let channels = match self.thin {
                    Some(count) => &slots[..count],
                    None => &slots[block * LANES..][..LANES],
                };
                for (x, _) in xs {
                    for (y, _) in ys {
                        for (z, _) in zs {
                            for input in channels {
                                let outputs = group.first * LANES..(group.first + group.blocks) * LANES;
                                ordered.extend(outputs.map(|out| match input {
                                    Some(input) if out < self.geometry.out_channels => {
                                        dense.weight(out, *input, [*x, *y, *z])
                                    }
                                    _ => 0.0,
                                }));
                            }
                        }
                    }
                }
            }
            weights::ordered(self.level, ordered, group.blocks * LANES)
        };
        Phase {
            rows: xs.iter().flat_map(|(_, x)| ys.iter().map(move |(_, y)| [*x, *y])).collect(),
            starts,
            side_by_side,
            weights: self.groups.iter().map(order).collect(),
        }
    }

    /// The extent of the output for a size of the input.
    pub fn output(&self, size: [usize; 3]) -> Extent {
        let size = std::array::from_fn(|axis| self.geometry.axes[axis].output(size[axis]));
        Extent { channels: self.geometry.out_channels, size }
    }

    /// Applies the filter. Each number of the output is one sum in a fixed order, whatever the number of threads. Gives the moments
    /// of each channel where the epilogue wants them.
    ///
    /// # Panics
    /// Where sources or output are not as long as the geometry and `size` say.
    pub fn run(
        &self,
        sources: &[Source<'_>],
        size: [usize; 3],
        output: &mut [f32],
        epilogue: &Epilogue<'_>,
    ) -> Option<Vec<Moments>> {
        let channels: Vec<usize> = sources.iter().map(|source| source.channels).collect();
        assert_eq!(channels, self.geometry.inputs, "the sources are the filter's");
        let extent = self.output(size);
        assert_eq!(output.len(), extent.blocked(), "the output has its size");
        let work = Work::new(self, sources, size, extent, epilogue, Shared::new(output));
        let parts: Vec<Part> = work.parts();
        let found: Vec<_> = parts
            .par_iter()
            .map(|part| WINDOW.with_borrow_mut(|window| self.level.multiply(PartKernel { work: &work, part, window })))
            .collect();
        epilogue.statistics.then(|| {
            let mut moments = vec![Moments::default(); self.bias.len()];
            for (part, found) in parts.iter().zip(&found) {
                let first = self.groups[part.groups.start].first * LANES;
                moments[first..].iter_mut().zip(found).for_each(|(all, part)| all.merge(part));
            }
            moments
        })
    }
}

thread_local! {
    /// A part's window of the input. It stays the thread's: parts are many and short.
    static WINDOW: RefCell<Scratch> = RefCell::default();
}

/// One application of a filter.
struct Work<'a> {
    filter: &'a Filter,
    sources: &'a [Source<'a>],
    size: [usize; 3],
    extent: Extent,
    epilogue: &'a Epilogue<'a>,
    output: Shared<'a>,
    /// Outputs along y that one part computes.
    chunk: usize,
    /// Parts of the groups.
    splits: usize,
}

/// Some rows of some blocks of the output.
struct Part {
    x: usize,
    ys: std::ops::Range<usize>,
    groups: std::ops::Range<usize>,
}

impl<'a> Work<'a> {
    fn new(
        filter: &'a Filter,
        sources: &'a [Source<'a>],
        size: [usize; 3],
        extent: Extent,
        epilogue: &'a Epilogue<'a>,
        output: Shared<'a>,
    ) -> Self {
        let mut work = Self { filter, sources, size, extent, epilogue, output, chunk: 1, splits: 1 };
        let [width, height, _] = extent.size;
        // Each part of the groups copies its window again, each part of the rows reads the weights again.
        let large =
            filter.phases.iter().flat_map(|phase| &phase.weights).map(|weights| 4 * weights.len()).sum::<usize>()
                > weights::KEPT;
        let (rows, parts) = if large { (1, SHARES * rayon::current_num_threads()) } else { (PARTS, PARTS * 3 / 4) };
        let most = height.div_ceil(rows.div_ceil(width)).max(1);
        // Large weights are read once where the window of all rows is not much too large.
        let fits = |chunk: &usize| {
            let held = if large && *chunk == height { 2 * HELD } else { HELD };
            4 * work.window_length(work.window(0, &(0..*chunk)).extent) <= held
        };
        let chunk = (1..=most).rev().find(fits).unwrap_or(1);
        work.chunk = height.div_ceil(height.div_ceil(chunk)).max(1);
        work.splits = parts.div_ceil(width * height.div_ceil(work.chunk)).min(filter.groups.len());
        work
    }

    fn parts(&self) -> Vec<Part> {
        let [width, height, _] = self.extent.size;
        let groups = self.filter.groups.len();
        let share = groups.div_ceil(self.splits);
        let mut parts = Vec::new();
        for x in 0..width {
            for y in (0..height).step_by(self.chunk) {
                for first in (0..groups).step_by(share) {
                    let (ys, groups) = (y..(y + self.chunk).min(height), first..(first + share).min(groups));
                    parts.push(Part { x, ys, groups });
                }
            }
        }
        parts
    }

    /// The box of the input that some outputs read.
    fn window(&self, x: usize, ys: &std::ops::Range<usize>) -> Window {
        let [x_axis, y_axis, z_axis] = self.filter.geometry.axes;
        let (first, last) = (y_axis.place(ys.start).1, y_axis.place(ys.end - 1).1);
        let places = [x_axis.place(x).1, first, 0];
        // Phases later in a row may begin at later places, never at earlier ones.
        let z_last = z_axis.runs(self.size[2]).iter().map(|run| run.start + (run.count - 1) * z_axis.advance()).max();
        let extent =
            [x_axis.reach() + 1, last - first + y_axis.reach() + 1, z_last.map_or(0, |last| last + z_axis.reach() + 1)];
        let before = [x_axis.before(), y_axis.before(), z_axis.before()];
        Window { origin: std::array::from_fn(|axis| places[axis] as isize - before[axis] as isize), extent }
    }

    fn window_length(&self, extent: [usize; 3]) -> usize {
        match self.filter.thin {
            Some(channels) => channels * extent.iter().product::<usize>(),
            None => {
                let blocks = self.sources.iter().map(|source| source.channels.div_ceil(LANES)).sum();
                pack::length(blocks, extent, self.filter.level.factors())
            }
        }
    }
}

struct PartKernel<'a, 'b> {
    work: &'a Work<'a>,
    part: &'b Part,
    window: &'b mut Scratch,
}

impl Kernel for PartKernel<'_, '_> {
    type Output = Vec<Moments>;

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) -> Vec<Moments> {
        let Self { work, part, window: packed } = self;
        let (filter, [_, height, depth]) = (work.filter, work.extent.size);
        let [x_axis, y_axis, z_axis] = filter.geometry.axes;
        let window = work.window(part.x, &part.ys);
        let packed = packed.take(work.window_length(window.extent));
        let wide = filter.thin.unwrap_or(LANES / L::FACTORS);
        // SAFETY: the caller's promise about the processor.
        unsafe {
            match filter.thin {
                Some(_) => pack::thin::<L>(&work.sources[0], work.size, &window, packed),
                None => pack::blocks::<L>(work.sources, work.size, &window, packed),
            }
        }
        let [width_in, height_in, depth_in] = window.extent;
        let row_in = depth_in * wide;
        let voxels = work.extent.voxels();
        let runs = z_axis.runs(work.size[2]);
        let x_phase = x_axis.place(part.x).0;
        let first_place = y_axis.place(part.ys.start).1;
        let stride = z_axis.advance() * wide;
        // Rows lie one behind the other, in the window as in the output.
        let joined = match y_axis.is_plain() && z_axis.is_plain() {
            true => (JOINED / depth).clamp(1, part.ys.len()),
            false => 1,
        };
        let mut moments = Vec::new();
        let mut segments = Vec::new();
        for (index, group) in filter.groups[part.groups.clone()].iter().enumerate() {
            let index = part.groups.start + index;
            if work.epilogue.statistics {
                moments.resize(
                    (group.first + group.blocks - filter.groups[part.groups.start].first) * LANES,
                    Moments::default(),
                );
            }
            for y in part.ys.clone().step_by(joined) {
                let joined = joined.min(part.ys.end - y);
                let (y_phase, place) = y_axis.place(y);
                let out_row = (part.x * height + y) * depth * LANES;
                // Blocks of the output lie far apart; a product reaches from the first row to the last.
                let block = voxels * LANES;
                let start = group.first * block + out_row;
                for run in &runs {
                    let phase = &filter.phases[(x_phase * y_axis.phases() + y_phase) * z_axis.phases() + run.phase];
                    segments.clear();
                    for block in &group.inputs {
                        let block = if filter.thin.is_some() { 0 } else { *block };
                        for [x, y] in &phase.rows {
                            let row = ((block * width_in + x) * height_in + y) * row_in;
                            segments.extend(phase.starts.iter().map(|start| row + start * wide));
                        }
                    }
                    let input = (place - first_place) * row_in + run.start * wide;
                    let product = Product {
                        rows: run.count * joined,
                        blocks: group.blocks,
                        input: packed[input..].as_ptr(),
                        stride,
                        segments: &segments,
                        depth: phase.side_by_side * wide,
                        weights: phase.weights[index].as_ptr(),
                        bias: filter.bias[group.first * LANES..].as_ptr(),
                        output: work.output.pointer(start + run.first * LANES),
                        step: run.step * LANES,
                        block,
                    };
                    // SAFETY: the window holds what any tap of these outputs reads, the weights are those of the phase and the
                    // group, and rows of both blocks are this part's.
                    unsafe { product.run::<L>() }
                }
                for n in 0..group.blocks {
                    let at = start + n * block;
                    // SAFETY: each row of each block belongs to one part; the caller's promise about the processor.
                    let found = unsafe {
                        let row = work.output.part(at, joined * depth * LANES);
                        finish::row::<L>(row, work.epilogue, group.first + n, at)
                    };
                    if let Some(found) = found {
                        let slot = (group.first + n - filter.groups[part.groups.start].first) * LANES;
                        moments[slot..].iter_mut().zip(&found).for_each(|(all, row)| all.merge(row));
                    }
                }
            }
        }
        moments
    }
}

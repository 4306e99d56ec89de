//! Convolutions and transposed convolutions of few output channels: a vector is sixteen neighbours along z of one channel, so that no
//! lane is idle, and the output is planar.

use std::ops::Range;

use rayon::prelude::*;

use crate::axis::Axis;
use crate::filter::Geometry;
use crate::finish::InPlace;
use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};
use crate::map::{Extent, Layout};
use crate::pack::{self, Window};
use crate::shared::Shared;
use crate::source::{Epilogue, Source};
use crate::weights;

/// Bytes of a window of the input, which should lie in the second cache.
const WINDOW: usize = 512 << 10;
/// Planes of the output that one part computes.
const PLANES: usize = 4;
/// The most vectors of a row that are computed at once.
const WIDE: usize = 4;
/// Least number of parts of the work, for as many threads.
const PARTS: usize = 16;

/// A convolution of few output channels with its weights ordered as tiles read them.
pub struct Narrow {
    geometry: Geometry,
    level: Level,
    bias: Vec<f32>,
    /// Of the three axes, the last fastest.
    phases: Vec<Phase>,
}

struct Phase {
    /// Shifts of the taps, in the order of the weights.
    taps: Vec<[usize; 3]>,
    /// `[inputs, taps, outputs]`.
    weights: Vec<f32>,
}

impl Narrow {
    /// Most channels of the output.
    pub const MOST: usize = 4;

    /// Whether a convolution is of this kind.
    pub fn fits(geometry: &Geometry) -> bool {
        geometry.groups == 1 && geometry.out_channels <= Self::MOST && geometry.axes[2].advance() == 1
    }

    /// Orders weights as [`Filter::new`](crate::Filter::new) takes them.
    ///
    /// # Panics
    /// Where the convolution does not fit or the numbers are not as many as the geometry says.
    pub fn new(level: Level, geometry: Geometry, kernel: [usize; 3], weights: &[f32], bias: Option<&[f32]>) -> Self {
        assert!(Self::fits(&geometry), "the convolution has few outputs and takes one step along z");
        let in_channels: usize = geometry.inputs.iter().sum();
        let transposed = geometry.axes.iter().any(|axis| axis.is_transposed());
        let dense = weights::Dense::new(weights, kernel, [in_channels, geometry.out_channels], 1, transposed);
        let bias = bias.map_or_else(|| vec![0.0; geometry.out_channels], <[f32]>::to_vec);
        assert_eq!(bias.len(), geometry.out_channels, "one bias per channel of the output");
        let [x, y, z] = geometry.axes;
        let mut phases = Vec::new();
        for x_phase in 0..x.phases() {
            for y_phase in 0..y.phases() {
                for z_phase in 0..z.phases() {
                    let (mut taps, mut places) = (Vec::new(), Vec::new());
                    for (x, x_shift) in x.taps(x_phase) {
                        for (y, y_shift) in y.taps(y_phase) {
                            for (z, z_shift) in z.taps(z_phase) {
                                taps.push([x_shift, y_shift, z_shift]);
                                places.push([x, y, z]);
                            }
                        }
                    }
                    let mut ordered = Vec::with_capacity(in_channels * places.len() * geometry.out_channels);
                    for input in 0..in_channels {
                        for place in &places {
                            ordered.extend((0..geometry.out_channels).map(|out| dense.weight(out, input, *place)));
                        }
                    }
                    phases.push(Phase { taps, weights: ordered });
                }
            }
        }
        Self { geometry, level, bias, phases }
    }

    /// The extent of the output for a size of the input.
    pub fn output(&self, size: [usize; 3]) -> Extent {
        let size = std::array::from_fn(|axis| self.geometry.axes[axis].output(size[axis]));
        Extent { channels: self.geometry.out_channels, size }
    }

    /// Applies the convolution and writes a planar map. Each number is one sum in a fixed order, whatever the number of threads. Of the
    /// epilogue, what is added is planar and as it is, and statistics are not wanted.
    ///
    /// # Panics
    /// Where sources, output or epilogue are not as the geometry and `size` say.
    pub fn run(&self, sources: &[Source<'_>], size: [usize; 3], output: &mut [f32], epilogue: &Epilogue<'_>) {
        let channels: Vec<usize> = sources.iter().map(|source| source.channels).collect();
        assert_eq!(channels, self.geometry.inputs, "the sources are the convolution's");
        assert!(!epilogue.statistics, "nobody measures a narrow map");
        let planar = |add: &Source<'_>| add.layout == Layout::Planar && add.prologue.is_none();
        assert!(epilogue.add.as_ref().is_none_or(planar), "what is added is planar and as it is");
        let extent = self.output(size);
        assert_eq!(output.len(), extent.planar(), "the output has its size");
        let [width, height, _] = extent.size;
        let work = Work { narrow: self, sources, size, extent, epilogue, output: Shared::new(output) };
        // Neighbouring planes of the output read many planes of the input in common.
        let thick = PLANES.min(width);
        let fits = |chunk: &usize| 4 * work.window_length(work.window(&(0..thick), &(0..*chunk)).extent) <= WINDOW;
        let most = height.div_ceil(PARTS.div_ceil(width.div_ceil(thick))).max(1);
        let chunk = (1..=most).rev().find(fits).unwrap_or(1);
        let mut parts = Vec::new();
        for x in (0..width).step_by(thick) {
            let ys = (0..height).step_by(chunk).map(|y| y..(y + chunk).min(height));
            parts.extend(ys.map(|ys| (x..(x + thick).min(width), ys)));
        }
        parts.into_par_iter().for_each_init(Room::default, |room, (xs, ys)| {
            self.level.run(Part { work: &work, xs, ys, room });
        });
    }
}

/// One application of a convolution.
struct Work<'a> {
    narrow: &'a Narrow,
    sources: &'a [Source<'a>],
    size: [usize; 3],
    extent: Extent,
    epilogue: &'a Epilogue<'a>,
    output: Shared<'a>,
}

impl Work<'_> {
    /// The box of the input that some outputs read.
    fn window(&self, xs: &Range<usize>, ys: &Range<usize>) -> Window {
        let axes = self.narrow.geometry.axes;
        let [x_axis, y_axis, z_axis] = axes;
        let ends = |axis: Axis, range: &Range<usize>| (axis.place(range.start).1, axis.place(range.end - 1).1);
        let (left, right) = ends(x_axis, xs);
        let (first, last) = ends(y_axis, ys);
        let places = [left, first, 0];
        let z_last = z_axis.runs(self.size[2]).iter().map(|run| run.start + run.count).max().unwrap_or(0);
        Window {
            origin: std::array::from_fn(|axis| places[axis] as isize - axes[axis].before() as isize),
            extent: [right - left + x_axis.reach() + 1, last - first + y_axis.reach() + 1, z_last + z_axis.reach()],
        }
    }

    fn window_length(&self, extent: [usize; 3]) -> usize {
        self.narrow.geometry.inputs.iter().sum::<usize>() * extent.iter().product::<usize>()
    }
}

/// What a part works in.
#[derive(Default)]
struct Room {
    /// `[inputs, x, y, z]`, and what a tile reads beyond it.
    window: Vec<f32>,
    /// One run of a row of each output.
    sums: Vec<f32>,
    /// One row of each output.
    rows: Vec<f32>,
}

/// Some rows of some planes of the output.
struct Part<'a, 'b> {
    work: &'a Work<'a>,
    xs: Range<usize>,
    ys: Range<usize>,
    room: &'b mut Room,
}

impl Kernel for Part<'_, '_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Self { work, xs, ys, room } = self;
        let (narrow, [_, height, depth]) = (work.narrow, work.extent.size);
        let [x_axis, y_axis, z_axis] = narrow.geometry.axes;
        let outputs = narrow.geometry.out_channels;
        let window = work.window(&xs, &ys);
        let [width_in, height_in, depth_in] = window.extent;
        let channel_in = width_in * height_in * depth_in;
        // So many vectors of a run are computed at once: their sums stay in registers.
        let wide = (L::ROWS[0] / outputs).clamp(1, WIDE);
        room.window.resize(work.window_length(window.extent) + wide * LANES, 0.0);
        let mut first = 0;
        for source in work.sources {
            let to = &mut room.window[first * channel_in..][..source.channels * channel_in];
            // SAFETY: the caller's promise about the processor.
            unsafe { pack::planes::<L>(source, work.size, &window, to) }
            first += source.channels;
        }
        let runs = z_axis.runs(work.size[2]);
        // Where the numbers of a sum lie behind the first, for each phase.
        let offsets = narrow.phases.iter().map(|phase| {
            let taps =
                |input| phase.taps.iter().map(move |[x, y, z]| input * channel_in + (x * height_in + y) * depth_in + z);
            (0..first).flat_map(taps).collect::<Vec<_>>()
        });
        let offsets: Vec<_> = offsets.collect();
        let (first_plane, first_row) = (x_axis.place(xs.start).1, y_axis.place(ys.start).1);
        let padded = depth.next_multiple_of(LANES);
        room.rows.resize(outputs * padded, 0.0);
        let most = runs.iter().map(|run| run.count).max().unwrap_or(0).next_multiple_of(wide * LANES);
        room.sums.resize(outputs * most, 0.0);
        for (x, y) in xs.flat_map(|x| ys.clone().map(move |y| (x, y))) {
            let ((x_phase, plane), (y_phase, row)) = (x_axis.place(x), y_axis.place(y));
            let (plane, row) = (plane - first_plane, row - first_row);
            for run in &runs {
                let phase = (x_phase * y_axis.phases() + y_phase) * z_axis.phases() + run.phase;
                let start = (plane * height_in + row) * depth_in + run.start;
                for at in (0..run.count).step_by(wide * LANES) {
                    let tile = Tile {
                        input: room.window[start + at..].as_ptr(),
                        offsets: &offsets[phase],
                        weights: narrow.phases[phase].weights.as_ptr(),
                        bias: &narrow.bias,
                        output: room.sums[at..].as_mut_ptr(),
                        step: most,
                    };
                    // SAFETY: the window holds what any tap reads, and a whole tile behind it; sums have room for whole tiles.
                    unsafe { tile.run::<L>(wide.min((run.count - at).div_ceil(LANES))) }
                }
                for (row, sums) in room.rows.chunks_exact_mut(padded).zip(room.sums.chunks_exact(most)) {
                    let row = row[run.first..depth].iter_mut().step_by(run.step);
                    row.zip(&sums[..run.count]).for_each(|(to, from)| *to = *from);
                }
            }
            for (channel, row) in room.rows.chunks_exact_mut(padded).enumerate() {
                let at = channel * work.extent.voxels() + (x * height + y) * depth;
                if let Some(add) = &work.epilogue.add {
                    row.iter_mut().zip(&add.data[at..][..depth]).for_each(|(row, add)| *row += add);
                }
                // SAFETY: the caller's promise about the processor; each row of each channel belongs to one part.
                unsafe {
                    work.epilogue.activation.of_channel(channel).with::<L>(0, InPlace(row));
                    work.output.part(at, depth).copy_from_slice(&row[..depth]);
                }
            }
        }
    }
}

/// Neighbours along z of all outputs.
struct Tile<'a> {
    input: *const f32,
    offsets: &'a [usize],
    /// `[offsets, outputs]`.
    weights: *const f32,
    /// One per output.
    bias: &'a [f32],
    output: *mut f32,
    /// From one output to the next.
    step: usize,
}

impl Tile<'_> {
    /// # Safety
    /// The processor has the features of the lanes, and all that the tile names lies in memory.
    #[inline(always)]
    unsafe fn run<L: Lanes>(&self, wide: usize) {
        // SAFETY: as for this function.
        unsafe {
            macro_rules! vectors {
                ($outputs:literal: $($wide:literal)*) => {
                    match wide {
                        // Tiles that do not fit the registers are not compiled.
                        $($wide if const { $wide == 1 || $wide * $outputs <= L::ROWS[0] } => {
                            self.sums::<L, $outputs, $wide>();
                        })*
                        _ => unreachable!("no tile is {wide} vectors wide"),
                    }
                };
            }
            match self.bias.len() {
                1 => vectors!(1: 1 2 3 4),
                2 => vectors!(2: 1 2 3 4),
                3 => vectors!(3: 1 2 3 4),
                4 => vectors!(4: 1 2 3 4),
                _ => unreachable!("a narrow convolution has few outputs"),
            }
        }
    }

    /// # Safety
    /// As for `run`.
    #[inline(always)]
    unsafe fn sums<L: Lanes, const N: usize, const V: usize>(&self) {
        // SAFETY: as for this function.
        unsafe {
            let mut sums = [[L::zero(); V]; N];
            for n in 0..N {
                sums[n] = [L::splat(self.bias[n]); V];
            }
            let mut weights = self.weights;
            for offset in self.offsets {
                let input = self.input.add(*offset);
                let mut factors = [L::zero(); N];
                for n in 0..N {
                    factors[n] = L::splat(*weights.add(n));
                }
                for v in 0..V {
                    let value = L::load(input.add(v * LANES));
                    for n in 0..N {
                        sums[n][v] = value.mul_add(factors[n], sums[n][v]);
                    }
                }
                weights = weights.add(N);
            }
            for n in 0..N {
                for v in 0..V {
                    sums[n][v].store(self.output.add(n * self.step + v * LANES));
                }
            }
        }
    }
}

//! Convolutions of 3 x 3 taps along y and z with stride 1, by the minimal algorithms F(2, 3) along y and F(4, 3) along z (Lavin and
//! Gray 2015); taps along x are summed as they are.
//!
//! A tile of 2 x 4 outputs of a plane takes 24 products for each pair of channels and tap along x, in place of 72. F(4, 3) evaluates
//! its polynomials at 0, infinity, the square roots of 1/2 and of 2 and their negatives: beside the usual 1 and 2 this loses a third of
//! the digits' error and an eighth of the largest, so that the result is as near to the exact sum as the plain sum is
//! (docs/decisions/winograd.md).

use rayon::prelude::*;

use crate::axis::Axis;
use crate::filter::Geometry;
use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};
use crate::map::{Extent, fill_up};
use crate::pack::{self, Window};
use crate::shared::Shared;
use crate::source::{Epilogue, Source};
use crate::statistics::Moments;
use crate::tile::{self, Tile};
use crate::{finish, weights};

/// Outputs of a tile along y and z.
const OUT: [usize; 2] = [2, 4];
/// Products of a tile along y and z.
const POINTS: [usize; 2] = [4, 6];
const ALL: usize = POINTS[0] * POINTS[1];

/// Tiles after which weights that are read once have cost little.
const TILES: usize = 48;
/// Bytes of transformed input that one part holds, where there are tiles enough.
const HELD: usize = 1 << 20;
/// Least number of parts of the work, for as many threads.
const PARTS: usize = 16;

/// From a row of weights to its points, for 2 outputs.
const WEIGHTS_2: [[f64; 3]; 4] = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.0, 0.0, 1.0]];
/// The same for 4 outputs.
const WEIGHTS_4: [[f64; 3]; 6] = [
    [1.0, 0.0, 0.0],
    [-2.0 / 3.0, -SMALL / 1.5, -1.0 / 3.0],
    [-2.0 / 3.0, SMALL / 1.5, -1.0 / 3.0],
    [1.0 / 6.0, LARGE / 6.0, 1.0 / 3.0],
    [1.0 / 6.0, -LARGE / 6.0, 1.0 / 3.0],
    [0.0, 0.0, 1.0],
];
/// Where F(4, 3) evaluates, beside 0 and infinity and the negatives.
const SMALL: f64 = std::f64::consts::FRAC_1_SQRT_2;
const LARGE: f64 = std::f64::consts::SQRT_2;

/// A convolution with its weights transformed.
pub struct Winograd {
    geometry: Geometry,
    level: Level,
    /// Taps along x.
    taps: usize,
    /// One per channel, filled up to whole blocks.
    bias: Vec<f32>,
    /// Blocks of the input.
    inputs: usize,
    groups: Vec<Group>,
}

/// One or two blocks of the output that are computed together.
struct Group {
    first: usize,
    blocks: usize,
    /// `[points, taps, inputs, LANES, blocks, LANES]`, in bf16 with each two channels of the input as pairs.
    weights: Vec<f32>,
}

impl Winograd {
    /// Whether a convolution is of this kind.
    pub fn fits(geometry: &Geometry) -> bool {
        let [x, y, z] = geometry.axes;
        let three = |axis| matches!(axis, Axis::Strided { kernel: 3, stride: 1, dilation: 1, .. });
        geometry.groups == 1 && matches!(x, Axis::Strided { stride: 1, dilation: 1, .. }) && three(y) && three(z)
    }

    /// Transforms weights `[out, in, x, 3, 3]`.
    ///
    /// # Panics
    /// Where the convolution does not fit or the numbers are not as many as the geometry says.
    pub fn new(level: Level, geometry: Geometry, weights: &[f32], bias: Option<&[f32]>) -> Self {
        assert!(Self::fits(&geometry), "the convolution has three taps along y and z and stride 1");
        let Axis::Strided { kernel: taps, .. } = geometry.axes[0] else { unreachable!("it fits") };
        let in_channels: usize = geometry.inputs.iter().sum();
        let dense = weights::Dense::new(weights, [taps, 3, 3], [in_channels, geometry.out_channels], 1, false);
        let slots = weights::slots(&geometry.inputs);
        let bias = bias.map_or_else(|| vec![0.0; geometry.out_channels], <[f32]>::to_vec);
        assert_eq!(bias.len(), geometry.out_channels, "one bias per channel of the output");
        let transform = |(first, blocks): (usize, usize)| {
            let wide = blocks * LANES;
            let mut all = vec![0.0; ALL * taps * slots.len() * wide];
            for (lane, out) in (first * LANES..(first + blocks) * LANES).enumerate() {
                for (slot, input) in slots.iter().enumerate() {
                    let Some(input) = input.filter(|_| out < geometry.out_channels) else { continue };
                    for tap in 0..taps {
                        let points = points(|y, z| f64::from(dense.weight(out, input, [tap, y, z])));
                        for (point, value) in points.into_iter().enumerate() {
                            all[((point * taps + tap) * slots.len() + slot) * wide + lane] = value;
                        }
                    }
                }
            }
            Group { first, blocks, weights: weights::ordered(level, all, wide) }
        };
        let groups = weights::groups(level, geometry.out_channels).map(transform).collect();
        Self { taps, bias: fill_up(bias, 0.0), inputs: slots.len() / LANES, groups, level, geometry }
    }

    /// The extent of the output for a size of the input.
    pub fn output(&self, size: [usize; 3]) -> Extent {
        let size = std::array::from_fn(|axis| self.geometry.axes[axis].output(size[axis]));
        Extent { channels: self.geometry.out_channels, size }
    }

    /// Applies the convolution; as [`Filter::run`](crate::Filter::run).
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
        assert_eq!(channels, self.geometry.inputs, "the sources are the convolution's");
        let extent = self.output(size);
        assert_eq!(output.len(), extent.blocked(), "the output has its size");
        let work = Work::new(self, sources, size, extent, epilogue, Shared::new(output));
        let parts = work.parts();
        let found: Vec<_> = parts
            .par_iter()
            .map_init(Room::default, |room, part| self.level.multiply(PartKernel { work: &work, part, room }))
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

/// The points of one 3 x 3 of weights, those along z fastest.
fn points(weight: impl Fn(usize, usize) -> f64) -> [f32; ALL] {
    std::array::from_fn(|point| {
        let (row, column) = (WEIGHTS_2[point / POINTS[1]], WEIGHTS_4[point % POINTS[1]]);
        let sum = (0..3).flat_map(|y| (0..3).map(move |z| (y, z))).map(|(y, z)| row[y] * column[z] * weight(y, z));
        sum.sum::<f64>() as f32
    })
}

/// One application of a convolution.
struct Work<'a> {
    convolution: &'a Winograd,
    sources: &'a [Source<'a>],
    size: [usize; 3],
    extent: Extent,
    epilogue: &'a Epilogue<'a>,
    output: Shared<'a>,
    /// Tiles along y and z.
    tiles: [usize; 2],
    /// Rows of tiles that one part computes.
    rows: usize,
    /// Planes of the output that are computed together.
    planes: usize,
    /// Planes of the output that one part computes.
    width: usize,
    /// Parts of the groups.
    splits: usize,
}

/// Some rows of some planes of some blocks of the output.
struct Part {
    xs: std::ops::Range<usize>,
    /// Rows of tiles.
    rows: std::ops::Range<usize>,
    groups: std::ops::Range<usize>,
}

/// What a part works in.
#[derive(Default)]
struct Room {
    /// A plane of the input.
    window: Vec<f32>,
    /// `[planes, points, inputs, tiles, LANES]`, as the lanes store factors.
    inputs: Vec<f32>,
    /// `[planes, points, blocks, tiles, LANES]`.
    products: Vec<f32>,
}

impl<'a> Work<'a> {
    fn new(
        convolution: &'a Winograd,
        sources: &'a [Source<'a>],
        size: [usize; 3],
        extent: Extent,
        epilogue: &'a Epilogue<'a>,
        output: Shared<'a>,
    ) -> Self {
        let [x, y, z] = extent.size;
        let tiles = [y.div_ceil(OUT[0]), z.div_ceil(OUT[1])];
        let rows = (TILES / 2 / tiles[1]).clamp(1, tiles[0]);
        let plane = 4 * ALL * convolution.inputs * rows * tiles[1] * LANES / convolution.level.factors();
        // More planes at once use weights more often; too many leave the cache.
        let wanted = TILES.div_ceil(rows * tiles[1]);
        let room = (HELD / plane).saturating_sub(convolution.taps - 1);
        let planes = wanted.min(room.max(wanted.min(TILES / 2 / (rows * tiles[1])))).clamp(1, x);
        let strips = tiles[0].div_ceil(rows);
        let width = x.div_ceil(PARTS.div_ceil(strips)).next_multiple_of(planes).clamp(4.min(x), x);
        let splits = PARTS.div_ceil(strips * x.div_ceil(width)).min(convolution.groups.len());
        Self { convolution, sources, size, extent, epilogue, output, tiles, rows, planes, width, splits }
    }

    fn parts(&self) -> Vec<Part> {
        let groups = self.convolution.groups.len();
        let share = groups.div_ceil(self.splits);
        let mut parts = Vec::new();
        for row in (0..self.tiles[0]).step_by(self.rows) {
            for x in (0..self.extent.size[0]).step_by(self.width) {
                for group in (0..groups).step_by(share) {
                    parts.push(Part {
                        xs: x..(x + self.width).min(self.extent.size[0]),
                        rows: row..(row + self.rows).min(self.tiles[0]),
                        groups: group..(group + share).min(groups),
                    });
                }
            }
        }
        parts
    }
}

struct PartKernel<'a, 'b> {
    work: &'a Work<'a>,
    part: &'b Part,
    room: &'b mut Room,
}

impl Kernel for PartKernel<'_, '_> {
    type Output = Vec<Moments>;

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) -> Vec<Moments> {
        let Self { work, part, room } = self;
        let convolution = work.convolution;
        let tiles = part.rows.len() * work.tiles[1];
        let slots = work.planes + convolution.taps - 1;
        let plane = ALL * convolution.inputs * tiles * LANES / L::FACTORS;
        room.inputs.resize(slots * plane, 0.0);
        room.products.resize(work.planes * ALL * 2 * tiles * LANES, 0.0);
        let groups = &convolution.groups[part.groups.clone()];
        let last = groups.last().expect("a part has a group");
        let channels = (last.first + last.blocks - groups[0].first) * LANES;
        let mut moments = vec![Moments::default(); if work.epilogue.statistics { channels } else { 0 }];
        let mut transformed = part.xs.start;
        for x in part.xs.clone().step_by(work.planes) {
            let planes = work.planes.min(part.xs.end - x);
            for place in transformed..x + planes + convolution.taps - 1 {
                let to = &mut room.inputs[place % slots * plane..][..plane];
                // SAFETY: the caller's promise about the processor.
                unsafe { transform_input::<L>(work, part, place, &mut room.window, to) }
            }
            transformed = x + planes + convolution.taps - 1;
            for group in groups {
                // SAFETY: the caller's promise about the processor; the rows written are this part's.
                unsafe {
                    multiply::<L>(work, group, x, planes, tiles, slots, room);
                    let moments = moments.get_mut((group.first - groups[0].first) * LANES..).unwrap_or_default();
                    transform_output::<L>(work, part, group, x, planes, &room.products, moments);
                }
            }
        }
        moments
    }
}

/// Transforms a plane of the input, zeros around it included, as `[points, inputs, tiles, LANES]`, as the lanes store factors.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
unsafe fn transform_input<L: Lanes>(work: &Work<'_>, part: &Part, place: usize, packed: &mut Vec<f32>, to: &mut [f32]) {
    let before = work.convolution.geometry.axes.map(Axis::before);
    let places = [place, part.rows.start * OUT[0], 0];
    let window = Window {
        origin: std::array::from_fn(|axis| places[axis] as isize - before[axis] as isize),
        extent: [1, part.rows.len() * OUT[0] + 2, work.tiles[1] * OUT[1] + 2],
    };
    let inputs = work.convolution.inputs;
    packed.resize(pack::length(inputs, window.extent, 1), 0.0);
    let row = window.extent[2] * LANES;
    let (rows, columns) = (part.rows.len(), work.tiles[1]);
    let tiles = rows * columns;
    let wide = LANES / L::FACTORS;
    let from_point = inputs * tiles * wide;
    // SAFETY: the caller's promise about the processor; tiles lie in the window, their points in `to`.
    unsafe {
        pack::blocks::<L::Single>(work.sources, work.size, &window, packed);
        for input in 0..inputs {
            for y in 0..rows {
                for z in 0..columns {
                    let at = (input * window.extent[1] + y * OUT[0]) * row + z * OUT[1] * LANES;
                    let from = packed[at..at + 3 * row + 6 * LANES].as_ptr();
                    let mut patch = [[L::zero(); 6]; 4];
                    for j in 0..6 {
                        let load = |i: usize| L::load(from.add(i * row + j * LANES));
                        let (a, b, c, d) = (load(0), load(1), load(2), load(3));
                        (patch[0][j], patch[1][j], patch[2][j], patch[3][j]) = (a.sub(c), b.add(c), c.sub(b), b.sub(d));
                    }
                    let at = (input * tiles + y * columns + z) * wide;
                    let out = to[at..at + (ALL - 1) * from_point + wide].as_mut_ptr();
                    for i in 0..4 {
                        let points = six::<L>(patch[i]);
                        for j in 0..6 {
                            points[j].store_factors(out.add((i * 6 + j) * from_point));
                        }
                    }
                }
            }
        }
    }
}

/// Six inputs along z as their points.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
unsafe fn six<L: Lanes>([a, b, c, d, e, f]: [L; 6]) -> [L; 6] {
    // SAFETY: as for this function.
    unsafe {
        let (small, large) = (L::splat(SMALL as f32), L::splat(LARGE as f32));
        let (half, two, sum) = (L::splat(-0.5), L::splat(-2.0), L::splat(-2.5));
        let (even_small, odd_small) = (c.mul_add(two, e), b.mul_add(two, d).mul(small));
        let (even_large, odd_large) = (c.mul_add(half, e), b.mul_add(half, d).mul(large));
        [
            c.mul_add(sum, a.add(e)),
            even_small.add(odd_small),
            even_small.sub(odd_small),
            even_large.add(odd_large),
            even_large.sub(odd_large),
            d.mul_add(sum, b.add(f)),
        ]
    }
}

/// Multiplies the transformed inputs of some planes by the weights of one group.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
unsafe fn multiply<L: Lanes>(
    work: &Work<'_>,
    group: &Group,
    x: usize,
    planes: usize,
    tiles: usize,
    slots: usize,
    room: &mut Room,
) {
    let Winograd { taps, inputs, .. } = *work.convolution;
    let wide = LANES / L::FACTORS;
    let per_point = inputs * tiles * wide;
    let zeros = [0.0_f32; 2 * LANES];
    let tall = tile::height(tiles, L::ROWS[group.blocks - 1], wide);
    let weights_per_point = taps * inputs * wide * group.blocks * LANES;
    let mut segments = Vec::with_capacity(taps * inputs);
    for point in 0..ALL {
        for index in 0..planes {
            segments.clear();
            for tap in 0..taps {
                let slot = (x + index + tap) % slots;
                segments
                    .extend((0..inputs).map(|input| slot * ALL * per_point + point * per_point + input * tiles * wide));
            }
            let out = &mut room.products[(index * ALL + point) * 2 * tiles * LANES..][..2 * tiles * LANES];
            let mut at = 0;
            while at < tiles {
                // The last tile reaches back, so that it is whole.
                let first = at.min(tiles - tall);
                let tile = Tile {
                    input: room.inputs[first * wide..].as_ptr(),
                    segments: &segments,
                    depth: wide,
                    weights: group.weights[point * weights_per_point..][..weights_per_point].as_ptr(),
                    bias: zeros.as_ptr(),
                    output: out[first * LANES..].as_mut_ptr(),
                    step: LANES,
                    block: tiles * LANES,
                };
                // SAFETY: the inputs have so many tiles at each segment, the weights are those of the point, and the products have
                // room for two blocks.
                unsafe { tile::dispatch::<L>(&tile, tall, group.blocks, wide) }
                at = first + tall;
            }
        }
    }
}

/// Writes the outputs of some planes of one group.
///
/// # Safety
/// The processor has the features of the lanes, and nobody else writes these rows.
#[inline(always)]
unsafe fn transform_output<L: Lanes>(
    work: &Work<'_>,
    part: &Part,
    group: &Group,
    x: usize,
    planes: usize,
    products: &[f32],
    moments: &mut [Moments],
) {
    let [_, height, depth] = work.extent.size;
    let (rows, columns) = (part.rows.len(), work.tiles[1]);
    let tiles = rows * columns;
    let voxels = work.extent.voxels();
    for (index, n) in (0..planes).flat_map(|index| (0..group.blocks).map(move |n| (index, n))) {
        let block = group.first + n;
        for row in 0..rows {
            let y = (part.rows.start + row) * OUT[0];
            let count = OUT[0].min(height - y);
            let at = (block * voxels + ((x + index) * height + y) * depth) * LANES;
            // SAFETY: the caller's promises.
            unsafe {
                let out = work.output.part(at, count * depth * LANES);
                let bias = L::load(work.convolution.bias[block * LANES..][..LANES].as_ptr());
                for column in 0..columns {
                    let from = ((index * ALL * 2 + n) * tiles + row * columns + column) * LANES;
                    let from = products[from..from + (ALL - 1) * 2 * tiles * LANES + LANES].as_ptr();
                    let mut lines = [[L::zero(); 4]; 4];
                    for i in 0..4 {
                        let load = |j: usize| L::load(from.add((i * 6 + j) * 2 * tiles * LANES));
                        lines[i] = four([load(0), load(1), load(2), load(3), load(4), load(5)]);
                    }
                    for j in 0..4 {
                        let (a, b, c, d) = (lines[0][j], lines[1][j].add(bias), lines[2][j], lines[3][j]);
                        (lines[0][j], lines[1][j]) = (a.add(b).add(c), b.sub(c).sub(d));
                    }
                    let z = column * OUT[1];
                    let width = OUT[1].min(depth - z);
                    for y in 0..count {
                        let to = out[(y * depth + z) * LANES..][..width * LANES].as_mut_ptr();
                        for j in 0..width {
                            lines[y][j].store(to.add(j * LANES));
                        }
                    }
                }
                for (y, row) in out.chunks_exact_mut(depth * LANES).enumerate() {
                    let at = at + y * depth * LANES;
                    if let Some(found) = finish::row::<L>(row, work.epilogue, block, at) {
                        moments[n * LANES..].iter_mut().zip(&found).for_each(|(all, row)| all.merge(row));
                    }
                }
            }
        }
    }
}

/// Six products along z as four outputs.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
unsafe fn four<L: Lanes>([a, b, c, d, e, f]: [L; 6]) -> [L; 4] {
    // SAFETY: as for this function.
    unsafe {
        let (near, near_difference, far, far_difference) = (b.add(c), b.sub(c), d.add(e), d.sub(e));
        let of = |small: f64, large: f64| (L::splat(small as f32), L::splat(large as f32));
        let (small, large) = of(SMALL, LARGE);
        let (small_cubed, large_cubed) = of(SMALL / 2.0, 2.0 * LARGE);
        [
            a.add(near.add(far)),
            near_difference.mul_add(small, far_difference.mul(large)),
            near.mul_add(L::splat(0.5), far.add(far)),
            near_difference.mul_add(small_cubed, far_difference.mul_add(large_cubed, f)),
        ]
    }
}

//! Convolutions of 3 x 3 taps along y and z with stride 1, by the minimal algorithms F(2, 3) or F(4, 3) along y and F(4, 3) along z
//! (Lavin and Gray 2015); taps along x are summed as they are.
//!
//! A tile of 2 x 4 outputs of a plane takes 24 products for each pair of channels and tap along x, in place of 72; one of 4 x 4 outputs
//! 36 in place of 144. F(4, 3) evaluates its polynomials at 0, infinity, the square roots of 1/2 and of 2 and their negatives: beside the
//! usual 1 and 2 this loses a third of the digits' error and an eighth of the largest (docs/decisions/winograd.md).

use std::cell::RefCell;

use rayon::prelude::*;

use crate::axis::Axis;
use crate::filter::Geometry;
use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};
use crate::lines::{Lines, Scratch};
use crate::map::{Extent, fill_up};
use crate::pack::{self, Window};
use crate::points::{four, points, six};
use crate::shared::Shared;
use crate::source::{Epilogue, Source};
use crate::statistics::Moments;
use crate::tile::{self, Product};
use crate::{finish, weights};

/// Outputs of a tile along z.
const WIDE: usize = 4;
/// Outputs of a tile along y: of few channels each has as many along both axes. Of more, the weights of its points, four times as many
/// as the taps, would be read for few tiles.
const HEIGHTS: [usize; 2] = [2, 4];
/// The most channels of the input, or pairs of channels in a picture, of which tiles are the higher ones.
const FEW: usize = 64;
/// Products of a tile along z.
const COLUMNS: usize = WIDE + 2;

/// Tiles after which weights that are read once have cost little.
const TILES: usize = 48;
/// Bytes of transformed input that one part holds, where there are tiles enough.
const HELD: usize = 1 << 20;
/// Tiles of a part of a single plane whose weights stay in the second cache.
const FLAT: usize = 14;
/// Least number of parts of the work, for as many threads.
const PARTS: usize = 16;

/// A convolution with its weights transformed.
pub struct Winograd {
    geometry: Geometry,
    level: Level,
    /// Taps along x.
    taps: usize,
    /// Outputs of a tile along y.
    height: usize,
    /// One per channel, filled up to whole blocks.
    bias: Vec<f32>,
    /// Blocks of the input.
    inputs: usize,
    groups: Vec<Group>,
}

/// Blocks of the output that are computed together.
struct Group {
    first: usize,
    blocks: usize,
    /// `[points, taps, inputs, LANES, blocks, LANES]`, in bf16 with each two channels of the input as pairs.
    weights: Lines,
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
        // What bf16 rounds away, the higher tiles make nearly twice as much of.
        let few = in_channels <= FEW || (taps == 1 && in_channels * geometry.out_channels <= FEW * FEW);
        let height = HEIGHTS[usize::from(few && level.factors() == 1)];
        let transform = |(first, blocks): (usize, usize)| {
            let wide = blocks * LANES;
            let mut all = vec![0.0; (height + 2) * COLUMNS * taps * slots.len() * wide];
            for (lane, out) in (first * LANES..(first + blocks) * LANES).enumerate() {
                for (slot, input) in slots.iter().enumerate() {
                    let Some(input) = input.filter(|_| out < geometry.out_channels) else { continue };
                    for tap in 0..taps {
                        let points = points(height, |y, z| f64::from(dense.weight(out, input, [tap, y, z])));
                        for (point, value) in points.into_iter().enumerate() {
                            all[((point * taps + tap) * slots.len() + slot) * wide + lane] = value;
                        }
                    }
                }
            }
            Group { first, blocks, weights: weights::ordered(level, all, wide) }
        };
        // At each of the points, which are multiplied one after the other.
        let groups = weights::groups(level, geometry.out_channels, taps * in_channels).map(transform).collect();
        Self { taps, height, bias: fill_up(bias, 0.0), inputs: slots.len() / LANES, groups, level, geometry }
    }

    /// The extent of the output for a size of the input.
    pub fn output(&self, size: [usize; 3]) -> Extent {
        let size = std::array::from_fn(|axis| self.geometry.axes[axis].output(size[axis]));
        Extent { channels: self.geometry.out_channels, size }
    }

    /// Numbers from one point of the products to the next, with room for the widest group.
    fn per_product(&self, tiles: usize) -> usize {
        let blocks = self.groups.iter().map(|group| group.blocks).max().unwrap_or(0);
        apart(blocks * tiles, LANES)
    }

    /// Products of a tile.
    fn points(&self) -> usize {
        (self.height + 2) * COLUMNS
    }

    /// Rows of tiles that a part of a single plane computes, where a row takes so many bytes transformed. Weights too large for the second
    /// cache are read once for as many rows as there is room for, and parts share the groups.
    fn rows_of_plane(&self, tiles: [usize; 2], row: usize) -> usize {
        let bytes: usize = self.groups.iter().map(|group| 4 * group.weights.len()).sum();
        if bytes <= weights::KEPT {
            return (FLAT / tiles[1]).clamp(1, tiles[0].div_ceil(2));
        }
        let most = (HELD / self.taps / row).clamp(1, tiles[0]);
        tiles[0].div_ceil(tiles[0].div_ceil(most))
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
            .map(|part| {
                ROOM.with_borrow_mut(|room| match self.height {
                    2 => self.level.multiply(PartKernel::<2> { work: &work, part, room }),
                    _ => self.level.multiply(PartKernel::<4> { work: &work, part, room }),
                })
            })
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

thread_local! {
    static ROOM: RefCell<Room> = RefCell::default();
}

/// What a thread works in. It stays the thread's: parts are many and short.
#[derive(Default)]
struct Room {
    /// A plane of the input.
    window: Scratch,
    /// `[planes, points, inputs, tiles, LANES]`, as the lanes store factors; points lie [`apart`].
    inputs: Scratch,
    /// `[planes, points, blocks, tiles, LANES]`; points lie [`apart`].
    products: Scratch,
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
        let tiles = [y.div_ceil(convolution.height), z.div_ceil(WIDE)];
        let row = 4 * convolution.points() * convolution.inputs * tiles[1] * LANES / convolution.level.factors();
        let rows = match x {
            1 => convolution.rows_of_plane(tiles, row),
            _ => (TILES / 2 / tiles[1]).clamp(1, tiles[0]),
        };
        let plane = rows * row;
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

/// Computes a part with tiles of `Y` outputs along y.
struct PartKernel<'a, 'b, const Y: usize> {
    work: &'a Work<'a>,
    part: &'b Part,
    room: &'b mut Room,
}

impl<const Y: usize> Kernel for PartKernel<'_, '_, Y> {
    type Output = Vec<Moments>;

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) -> Vec<Moments> {
        let Self { work, part, room } = self;
        let convolution = work.convolution;
        let tiles = part.rows.len() * work.tiles[1];
        let slots = work.planes + convolution.taps - 1;
        let plane = convolution.points() * apart(convolution.inputs * tiles, LANES / L::FACTORS);
        let Room { window, inputs, products } = room;
        let inputs = inputs.take(slots * plane);
        let products = products.take(work.planes * convolution.points() * convolution.per_product(tiles));
        let groups = &convolution.groups[part.groups.clone()];
        let last = groups.last().expect("a part has a group");
        let channels = (last.first + last.blocks - groups[0].first) * LANES;
        let mut moments = vec![Moments::default(); if work.epilogue.statistics { channels } else { 0 }];
        let mut transformed = part.xs.start;
        for x in part.xs.clone().step_by(work.planes) {
            let planes = work.planes.min(part.xs.end - x);
            for place in transformed..x + planes + convolution.taps - 1 {
                let to = &mut inputs[place % slots * plane..][..plane];
                // SAFETY: the caller's promise about the processor.
                unsafe { transform_input::<L, Y>(work, part, place, window, to) }
            }
            transformed = x + planes + convolution.taps - 1;
            for group in groups {
                // SAFETY: the caller's promise about the processor; the rows written are this part's.
                unsafe {
                    multiply::<L>(work, group, x, planes, tiles, inputs, products);
                    let moments = moments.get_mut((group.first - groups[0].first) * LANES..).unwrap_or_default();
                    transform_output::<L, Y>(work, part, group, x, planes, products, moments);
                }
            }
        }
        moments
    }
}

/// Numbers from one point to the next where each has so many of so `wide` lines. They are an odd number of lines apart, so that the
/// same line of all points, which are used together, does not meet in a few sets of the cache.
fn apart(lines: usize, wide: usize) -> usize {
    (lines | 1) * wide
}

/// Transforms a plane of the input, zeros around it included, as `[points, inputs, tiles, LANES]`, as the lanes store factors.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
unsafe fn transform_input<L: Lanes, const Y: usize>(
    work: &Work<'_>,
    part: &Part,
    place: usize,
    packed: &mut Scratch,
    to: &mut [f32],
) {
    let before = work.convolution.geometry.axes.map(Axis::before);
    let places = [place, part.rows.start * Y, 0];
    let window = Window {
        origin: std::array::from_fn(|axis| places[axis] as isize - before[axis] as isize),
        extent: [1, part.rows.len() * Y + 2, work.tiles[1] * WIDE + 2],
    };
    let inputs = work.convolution.inputs;
    let packed = packed.take(pack::length(inputs, window.extent, 1));
    let row = window.extent[2] * LANES;
    let (rows, columns) = (part.rows.len(), work.tiles[1]);
    let tiles = rows * columns;
    let wide = LANES / L::FACTORS;
    let from_point = apart(inputs * tiles, wide);
    // SAFETY: the caller's promise about the processor; tiles lie in the window, their points in `to`.
    unsafe {
        pack::blocks::<L::Single>(work.sources, work.size, &window, packed);
        for input in 0..inputs {
            for y in 0..rows {
                for z in 0..columns {
                    let at = (input * window.extent[1] + y * Y) * row + z * WIDE * LANES;
                    let from = packed[at..at + (Y + 1) * row + COLUMNS * LANES].as_ptr();
                    let mut patch = [[L::zero(); COLUMNS]; 6];
                    for j in 0..COLUMNS {
                        let load = |i: usize| L::load(from.add(i * row + j * LANES));
                        let (a, b, c, d) = (load(0), load(1), load(2), load(3));
                        let points = match Y {
                            2 => [a.sub(c), b.add(c), c.sub(b), b.sub(d), L::zero(), L::zero()],
                            _ => six([a, b, c, d, load(4), load(5)]),
                        };
                        for i in 0..Y + 2 {
                            patch[i][j] = points[i];
                        }
                    }
                    let at = (input * tiles + y * columns + z) * wide;
                    let out = to[at..at + ((Y + 2) * COLUMNS - 1) * from_point + wide].as_mut_ptr();
                    for i in 0..Y + 2 {
                        let points = six::<L>(patch[i]);
                        for j in 0..COLUMNS {
                            points[j].store_factors(out.add((i * COLUMNS + j) * from_point));
                        }
                    }
                }
            }
        }
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
    transformed: &[f32],
    products: &mut [f32],
) {
    let Winograd { taps, inputs, .. } = *work.convolution;
    let slots = work.planes + taps - 1;
    let points = work.convolution.points();
    let wide = LANES / L::FACTORS;
    let (per_point, per_product) = (apart(inputs * tiles, wide), work.convolution.per_product(tiles));
    let zeros = [0.0_f32; tile::BLOCKS * LANES];
    let weights_per_point = taps * inputs * wide * group.blocks * LANES;
    let mut segments = Vec::with_capacity(taps * inputs);
    for point in 0..points {
        for index in 0..planes {
            segments.clear();
            for tap in 0..taps {
                let slot = (x + index + tap) % slots;
                segments.extend(
                    (0..inputs).map(|input| slot * points * per_point + point * per_point + input * tiles * wide),
                );
            }
            let out = &mut products[(index * points + point) * per_product..][..group.blocks * tiles * LANES];
            let product = Product {
                rows: tiles,
                blocks: group.blocks,
                input: transformed.as_ptr(),
                stride: wide,
                segments: &segments,
                depth: wide,
                weights: group.weights[point * weights_per_point..][..weights_per_point].as_ptr(),
                bias: zeros.as_ptr(),
                output: out.as_mut_ptr(),
                step: LANES,
                block: tiles * LANES,
            };
            // SAFETY: the inputs have so many tiles at each segment, the weights are those of the point, and the products have
            // room for the blocks.
            unsafe { product.run::<L>() }
        }
    }
}

/// Writes the outputs of some planes of one group.
///
/// # Safety
/// The processor has the features of the lanes, and nobody else writes these rows.
#[inline(always)]
unsafe fn transform_output<L: Lanes, const Y: usize>(
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
    let per_product = work.convolution.per_product(tiles);
    let voxels = work.extent.voxels();
    for (index, n) in (0..planes).flat_map(|index| (0..group.blocks).map(move |n| (index, n))) {
        let block = group.first + n;
        for row in 0..rows {
            let y = (part.rows.start + row) * Y;
            let count = Y.min(height - y);
            let at = (block * voxels + ((x + index) * height + y) * depth) * LANES;
            // SAFETY: the caller's promises.
            unsafe {
                let out = work.output.part(at, count * depth * LANES);
                let bias = L::load(work.convolution.bias[block * LANES..][..LANES].as_ptr());
                for column in 0..columns {
                    let from = index * (Y + 2) * COLUMNS * per_product + (n * tiles + row * columns + column) * LANES;
                    let from = products[from..from + ((Y + 2) * COLUMNS - 1) * per_product + LANES].as_ptr();
                    let mut lines = [[L::zero(); WIDE]; 6];
                    for i in 0..Y + 2 {
                        let load = |j: usize| L::load(from.add((i * COLUMNS + j) * per_product));
                        lines[i] = four([load(0), load(1), load(2), load(3), load(4), load(5)]);
                    }
                    for j in 0..WIDE {
                        let (a, b, c, d) = (lines[0][j], lines[1][j], lines[2][j], lines[3][j]);
                        let outputs = match Y {
                            2 => [a.add(b).add(c), b.sub(c).sub(d), L::zero(), L::zero()],
                            _ => four([a, b, c, d, lines[4][j], lines[5][j]]),
                        };
                        for i in 0..Y {
                            lines[i][j] = outputs[i].add(bias);
                        }
                    }
                    let z = column * WIDE;
                    let width = WIDE.min(depth - z);
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

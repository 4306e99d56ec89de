//! Convolutions in which each channel sees only itself.

use rayon::prelude::*;

use crate::axis::Axis;
use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};
use crate::map::{Extent, fill_up};
use crate::pack::{self, Window};
use crate::source::{Epilogue, Source};
use crate::statistics::Moments;
use crate::{combine, finish};

/// A depthwise convolution.
pub struct Depthwise {
    level: Level,
    axes: [Axis; 3],
    channels: usize,
    /// Shifts of the taps, in the order of the weights.
    taps: Vec<[usize; 3]>,
    /// `[blocks, taps, LANES]`.
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Depthwise {
    /// Orders weights `[channels, 1, x, y, z]`. The axes are those of a convolution.
    ///
    /// # Panics
    /// Where the numbers are not as many as channels and kernel say.
    pub fn new(level: Level, axes: [Axis; 3], channels: usize, weights: &[f32], bias: Option<&[f32]>) -> Self {
        let [xs, ys, zs] = axes.map(|axis| axis.taps(0));
        let mut taps = Vec::new();
        for (_, x) in &xs {
            for (_, y) in &ys {
                taps.extend(zs.iter().map(|(_, z)| [*x, *y, *z]));
            }
        }
        assert_eq!(weights.len(), channels * taps.len(), "the weights have their shape");
        let mut ordered = vec![0.0; channels.next_multiple_of(LANES) * taps.len()];
        for (channel, of_channel) in weights.chunks_exact(taps.len()).enumerate() {
            for (tap, weight) in of_channel.iter().enumerate() {
                ordered[(channel / LANES * taps.len() + tap) * LANES + channel % LANES] = *weight;
            }
        }
        let bias = bias.map_or_else(|| vec![0.0; channels], <[f32]>::to_vec);
        assert_eq!(bias.len(), channels, "one bias per channel");
        Self { level, axes, channels, taps, weights: ordered, bias: fill_up(bias, 0.0) }
    }

    /// The extent of the output for a size of the input.
    pub fn output(&self, size: [usize; 3]) -> Extent {
        Extent { channels: self.channels, size: std::array::from_fn(|axis| self.axes[axis].output(size[axis])) }
    }

    /// Applies the convolution; as [`Filter::run`](crate::Filter::run).
    ///
    /// # Panics
    /// Where the output is not as long as the size says.
    pub fn run(
        &self,
        source: &Source<'_>,
        size: [usize; 3],
        output: &mut [f32],
        epilogue: &Epilogue<'_>,
    ) -> Option<Vec<Moments>> {
        let extent = self.output(size);
        assert_eq!(output.len(), extent.blocked(), "the output has its size");
        let plane = extent.size[1] * extent.size[2] * LANES;
        let found: Vec<_> = output
            .par_chunks_exact_mut(plane)
            .enumerate()
            .map_init(Vec::new, |window, (index, out)| {
                self.level.run(Plane { convolution: self, source, size, extent, epilogue, index, out, window })
            })
            .collect();
        let found: Vec<_> = found.into_iter().flatten().collect();
        epilogue.statistics.then(|| combine::merged(&found, extent))
    }
}

struct Plane<'a, 'b> {
    convolution: &'a Depthwise,
    source: &'a Source<'a>,
    size: [usize; 3],
    extent: Extent,
    epilogue: &'a Epilogue<'a>,
    index: usize,
    out: &'a mut [f32],
    window: &'b mut Vec<f32>,
}

impl Kernel for Plane<'_, '_> {
    type Output = Vec<Option<[Moments; LANES]>>;

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) -> Self::Output {
        let Self { convolution, source, size, extent, epilogue, index, out, window: packed } = self;
        let [width, height, depth] = extent.size;
        let (block, x) = (index / width, index % width);
        let [x_axis, y_axis, z_axis] = convolution.axes;
        let places = [x_axis.place(x).1, 0, 0];
        let window = Window {
            origin: std::array::from_fn(|axis| places[axis] as isize - convolution.axes[axis].before() as isize),
            extent: [
                x_axis.reach() + 1,
                (height - 1) * y_axis.advance() + y_axis.reach() + 1,
                (depth - 1) * z_axis.advance() + z_axis.reach() + 1,
            ],
        };
        packed.resize(pack::length(1, window.extent, 1), 0.0);
        let [_, rows, columns] = window.extent;
        let count = convolution.taps.len();
        let weights = &convolution.weights[block * count * LANES..][..count * LANES];
        let row_length = depth * LANES;
        // SAFETY: the caller's promise about the processor; taps of outputs lie in the window.
        unsafe {
            pack::block::<L>(source, block, size, &window, packed);
            let bias = L::load(convolution.bias[block * LANES..][..LANES].as_ptr());
            for (y, out) in out.chunks_exact_mut(row_length).enumerate() {
                for (z, out) in out.chunks_exact_mut(LANES).enumerate() {
                    let base = (y * y_axis.advance() * columns + z * z_axis.advance()) * LANES;
                    let mut sum = bias;
                    for (tap, weight) in convolution.taps.iter().zip(weights.chunks_exact(LANES)) {
                        let at = base + ((tap[0] * rows + tap[1]) * columns + tap[2]) * LANES;
                        let value = L::load(packed[at..][..LANES].as_ptr());
                        sum = value.mul_add(L::load(weight.as_ptr()), sum);
                    }
                    sum.store(out.as_mut_ptr());
                }
            }
            let first = index * height;
            let rows = out.chunks_exact_mut(row_length).enumerate();
            rows.map(|(y, row)| finish::row::<L>(row, epilogue, block, (first + y) * row_length)).collect()
        }
    }
}

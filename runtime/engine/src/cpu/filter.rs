use pulp::Arch;
use rayon::prelude::*;

use super::arena::Arena;
use super::axis::Axis;
use super::map::Map;
use super::tile::{BLOCK, Row, WIDEST};
use crate::plan::Kernel;

/// A convolution or transposed convolution, its weights ordered as the tiles read them.
pub(crate) struct Filter {
    axes: [Axis; 3],
    out_channels: usize,
    in_channels: usize,
    /// One per channel, filled up to whole blocks.
    bias: Vec<f32>,
    /// Phases of the three axes, the last fastest.
    phases: Vec<Phase>,
}

struct Phase {
    /// Shifts along the three axes, in the order of `weights`, for one input channel.
    shifts: Vec<[usize; 3]>,
    /// `[blocks, in_channels, shifts, BLOCK]`.
    weights: Vec<f32>,
}

impl Filter {
    pub(crate) fn convolution(kernel: &Kernel) -> Self {
        let axes = [0, 1, 2].map(|axis| Axis::Strided {
            kernel: kernel.shape[axis + 2],
            stride: kernel.stride[axis],
            padding: kernel.padding[axis],
        });
        let [out_channels, in_channels, ..] = kernel.shape;
        Self::new(axes, kernel, in_channels, out_channels, |out, input| out * in_channels + input)
    }

    pub(crate) fn transposed(kernel: &Kernel, output_padding: [usize; 3]) -> Self {
        let axes = [0, 1, 2].map(|axis| Axis::Transposed {
            kernel: kernel.shape[axis + 2],
            stride: kernel.stride[axis],
            padding: kernel.padding[axis],
            output_padding: output_padding[axis],
        });
        let [in_channels, out_channels, ..] = kernel.shape;
        Self::new(axes, kernel, in_channels, out_channels, |out, input| input * out_channels + out)
    }

    fn new(
        axes: [Axis; 3],
        kernel: &Kernel,
        in_channels: usize,
        out_channels: usize,
        pair: impl Fn(usize, usize) -> usize,
    ) -> Self {
        let [_, _, kx, ky, kz] = kernel.shape;
        let mut bias = kernel.bias.clone().unwrap_or_else(|| vec![0.0; out_channels]);
        bias.resize(out_channels.next_multiple_of(BLOCK), 0.0);
        let weight = |out: usize, input: usize, [x, y, z]: [usize; 3]| match out < out_channels {
            true => kernel.weight[((pair(out, input) * kx + x) * ky + y) * kz + z],
            false => 0.0,
        };
        let [x_phases, y_phases, z_phases] = axes.map(Axis::phases);
        let mut phases = Vec::with_capacity(x_phases * y_phases * z_phases);
        for (x, y, z) in
            (0..x_phases).flat_map(|x| (0..y_phases).flat_map(move |y| (0..z_phases).map(move |z| (x, y, z))))
        {
            let (xs, ys, zs) = (axes[0].taps(x), axes[1].taps(y), axes[2].taps(z));
            let mut taps = Vec::new();
            for x in &xs {
                for y in &ys {
                    taps.extend(zs.iter().map(|z| ([x.0, y.0, z.0], [x.1, y.1, z.1])));
                }
            }
            let mut weights = Vec::with_capacity(bias.len() * in_channels * taps.len());
            for block in (0..bias.len()).step_by(BLOCK) {
                for input in 0..in_channels {
                    for (tap, _) in &taps {
                        weights.extend((block..block + BLOCK).map(|out| weight(out, input, *tap)));
                    }
                }
            }
            phases.push(Phase { shifts: taps.into_iter().map(|(_, shift)| shift).collect(), weights });
        }
        Self { axes, out_channels, in_channels, bias, phases }
    }

    /// Applies the filter. Each output number is one sum in a fixed order, whatever the number of threads.
    pub(crate) fn run(&self, input: &Map, arena: &Arena) -> Map {
        let [x_axis, y_axis, z_axis] = self.axes;
        let size: [usize; 3] = std::array::from_fn(|axis| self.axes[axis].output(input.size[axis]));
        let packed = Packed::new(&self.axes, input, arena);
        let taps: Vec<Vec<usize>> = self.phases.iter().map(|phase| packed.taps(self.in_channels, phase)).collect();
        let runs = z_axis.runs(input.size[2]);
        let longest = runs.iter().map(|run| run.count.next_multiple_of(WIDEST)).max().unwrap_or(0);
        let (y_phases, z_phases) = (y_axis.phases(), z_axis.phases());

        let [width, height, depth] = size;
        let plane = height * depth;
        let mut data = arena.take(self.out_channels * width * plane);
        let mut tasks: Vec<Vec<&mut [f32]>> = Vec::new();
        tasks.resize_with(self.bias.len() / BLOCK * width, || Vec::with_capacity(BLOCK));
        for (channel, map) in data.chunks_exact_mut(width * plane).enumerate() {
            for (x, plane) in map.chunks_exact_mut(plane).enumerate() {
                tasks[channel / BLOCK * width + x].push(plane);
            }
        }
        let arch = Arch::new();
        tasks.into_par_iter().enumerate().for_each_init(
            || vec![0.0_f32; BLOCK * longest],
            |buffer, (task, mut planes)| {
                let (block, (x_phase, x)) = (task / width, x_axis.place(task % width));
                for y_out in 0..height {
                    let (y_phase, y) = y_axis.place(y_out);
                    for run in &runs {
                        let phase = (x_phase * y_phases + y_phase) * z_phases + run.phase;
                        let length = run.count.next_multiple_of(WIDEST);
                        let weights = &self.phases[phase].weights;
                        let per_block = taps[phase].len() * BLOCK;
                        arch.dispatch(Row {
                            packed: &packed.data,
                            base: packed.base(x, y, run.start),
                            taps: &taps[phase],
                            weights: &weights[block * per_block..][..per_block],
                            bias: &self.bias[block * BLOCK..][..BLOCK],
                            out: &mut buffer[..BLOCK * length],
                            length,
                        });
                        for (plane, row) in planes.iter_mut().zip(buffer.chunks_exact(length)) {
                            let out = &mut plane[y_out * depth..][run.first..depth];
                            match run.step {
                                1 => out[..run.count].copy_from_slice(&row[..run.count]),
                                step => out.iter_mut().step_by(step).zip(row).for_each(|(out, value)| *out = *value),
                            }
                        }
                    }
                }
            },
        );
        arena.give(packed.data);
        Map { channels: self.out_channels, size, data }
    }
}

/// The input with zeros around it, `[channels, X, Y, interleave, length]`.
struct Packed {
    data: Vec<f32>,
    width: usize,
    height: usize,
    interleave: usize,
    length: usize,
}

impl Packed {
    fn new(axes: &[Axis; 3], input: &Map, arena: &Arena) -> Self {
        let [width, height, depth] = std::array::from_fn(|axis| axes[axis].packed(input.size[axis]));
        let interleave = axes[2].interleave();
        // A row is read in whole vectors from any tap, so it ends that much later.
        let length = depth.div_ceil(interleave) + WIDEST;
        let [x_before, y_before, z_before] = axes.map(Axis::before);
        let [x_size, y_size, z_size] = input.size;
        let row = interleave * length;
        let mut data = arena.take(input.channels * width * height * row);
        data.par_chunks_exact_mut(height * row).enumerate().for_each(|(index, plane)| {
            plane.fill(0.0);
            let (channel, x) = (index / width, index % width);
            let Some(x) = x.checked_sub(x_before).filter(|x| *x < x_size) else { return };
            let rows = plane.chunks_exact_mut(row).skip(y_before).take(y_size).enumerate();
            for (y, out) in rows {
                let source = &input.data[((channel * x_size + x) * y_size + y) * z_size..][..z_size];
                if interleave == 1 {
                    let count = z_size.min(length - z_before);
                    out[z_before..z_before + count].copy_from_slice(&source[..count]);
                } else {
                    for (z, value) in (z_before..depth).zip(source) {
                        out[z % interleave * length + z / interleave] = *value;
                    }
                }
            }
        });
        Self { data, width, height, interleave, length }
    }

    fn base(&self, x: usize, y: usize, z: usize) -> usize {
        (x * self.height + y) * self.interleave * self.length + z
    }

    /// Distances from a row's base to what each tap reads, for all input channels.
    fn taps(&self, channels: usize, phase: &Phase) -> Vec<usize> {
        let mut taps = Vec::with_capacity(channels * phase.shifts.len());
        for channel in 0..channels {
            taps.extend(phase.shifts.iter().map(|[x, y, z]| {
                let row = (channel * self.width + x) * self.height + y;
                (row * self.interleave + z % self.interleave) * self.length + z / self.interleave
            }));
        }
        taps
    }
}

//! Transposed convolution by plain ones: those of a GPU are fast, its transposed ones are not.

use burn::tensor::Tensor;
use burn::tensor::module::conv3d;
use burn::tensor::ops::{ConvOptions, PadMode};
use monai_networks::ConvolutionTranspose;

use super::rearrange;
use super::weights::Uploads;
use crate::Error;
use crate::features::lift;

/// The output in phases: voxels whose place leaves the same remainder by the stride see the same taps of the kernel, a plain
/// convolution of the input. Phases with as many taps are the channels of one convolution, and a pixel shuffle puts all of
/// them in their places. Where the kernel is as long as the stride, that is one convolution of single voxels.
pub(super) struct Transposed {
    parts: Vec<Part>,
    frame: Frame,
    groups: usize,
}

/// The phases with as many taps.
struct Part {
    /// Numbers of the phases, in C order of the three axes.
    phases: Vec<usize>,
    /// `[out_channels * phases, in_channels / groups, taps...]`.
    weight: Tensor<5>,
    bias: Option<Tensor<1>>,
    /// Zeros before and behind each axis of the input.
    padding: [(usize, usize); 3],
}

/// Sizes along the three axes.
#[derive(Debug, Clone, Copy)]
struct Frame {
    kernel: [usize; 3],
    stride: [usize; 3],
    padding: [usize; 3],
    output_padding: [usize; 3],
}

/// Weights of one part before they are on the device.
struct Taps {
    phases: Vec<usize>,
    taps: [usize; 3],
    weight: Vec<f32>,
}

impl Transposed {
    pub(super) fn new(op: &ConvolutionTranspose, uploads: &mut Uploads<'_, '_, '_>) -> Result<Self, Error> {
        let shape = &uploads.weights.network.parameters[op.weight.index()].shape;
        let channels = [shape[0], shape[1]];
        let frame = Frame {
            kernel: lift(&op.kernel, 1),
            stride: lift(&op.stride, 1),
            padding: lift(&op.padding, 0),
            output_padding: lift(&op.output_padding, 0),
        };
        let weight = uploads.weights.get(op.weight)?;
        let bias = uploads.weights.optional(op.bias)?;
        let parts = frame.split(&weight, channels, op.groups).into_iter().map(|part| {
            let Taps { phases, taps, weight } = part;
            let bias = bias.as_ref().map(|bias| {
                let bias: Vec<f32> = bias.iter().flat_map(|bias| std::iter::repeat_n(*bias, phases.len())).collect();
                let length = bias.len();
                uploads.upload(bias, [length])
            });
            let shape = [op.out_channels * phases.len(), channels[0] / op.groups, taps[0], taps[1], taps[2]];
            let padding = std::array::from_fn(|axis| (taps[axis] - 1, frame.behind(axis)));
            Part { phases, weight: uploads.upload(weight, shape), bias, padding }
        });
        Ok(Self { parts: parts.collect(), frame, groups: op.groups })
    }

    pub(super) fn run(&self, input: Tensor<5>) -> Tensor<5> {
        let [_, _, x, y, z] = input.dims();
        let phases = match self.parts.as_slice() {
            [part] => part.run(input, self.groups),
            _ => self.phases(input),
        };
        self.frame.cut(rearrange::pixel_shuffle(phases, self.frame.stride), [x, y, z])
    }

    /// All phases as `[batch, out_channels * phases, size...]`, from several parts.
    fn phases(&self, input: Tensor<5>) -> Tensor<5> {
        let batch = input.dims()[0];
        let mut phases: Vec<(usize, Tensor<5>)> = Vec::new();
        for part in &self.parts {
            let output = part.run(input.clone(), self.groups);
            let [_, channels, x, y, z] = output.dims();
            let count = part.phases.len();
            let output = output.reshape([batch * channels / count, count, x, y, z]);
            let one = |at: usize| output.clone().narrow(1, at, 1);
            phases.extend(part.phases.iter().enumerate().map(|(at, phase)| (*phase, one(at))));
        }
        phases.sort_by_key(|(phase, _)| *phase);
        let output = Tensor::cat(phases.into_iter().map(|(_, output)| output).collect(), 1);
        let [maps, count, x, y, z] = output.dims();
        output.reshape([batch, maps / batch * count, x, y, z])
    }
}

impl Part {
    fn run(&self, input: Tensor<5>, groups: usize) -> Tensor<5> {
        let input = if self.padding == [(0, 0); 3] { input } else { input.pad(self.padding, PadMode::Constant(0.0)) };
        conv3d(input, self.weight.clone(), self.bias.clone(), ConvOptions::new([1; 3], [0; 3], [1; 3], groups))
    }
}

impl Frame {
    /// How many taps a phase has along an axis. One that meets no tap has one of zero.
    fn taps(&self, axis: usize, phase: usize) -> usize {
        self.kernel[axis].saturating_sub(phase).div_ceil(self.stride[axis]).max(1)
    }

    /// Zeros behind the input, so that the phases reach the end of the output.
    fn behind(&self, axis: usize) -> usize {
        let reach = (self.kernel[axis] + self.output_padding[axis]).saturating_sub(self.padding[axis]);
        reach.div_ceil(self.stride[axis]).saturating_sub(1)
    }

    /// The phases, sorted by their taps. `weight` is `[in_channels, out_channels / groups, kernel...]`.
    fn split(&self, weight: &[f32], [inputs, outputs]: [usize; 2], groups: usize) -> Vec<Taps> {
        let [by_x, by_y, by_z] = self.stride;
        let mut parts: Vec<Taps> = Vec::new();
        for phase in 0..by_x * by_y * by_z {
            let place = [phase / by_z / by_y, phase / by_z % by_y, phase % by_z];
            let taps = std::array::from_fn(|axis| self.taps(axis, place[axis]));
            match parts.iter_mut().find(|part| part.taps == taps) {
                Some(part) => part.phases.push(phase),
                None => parts.push(Taps { phases: vec![phase], taps, weight: Vec::new() }),
            }
        }
        let kernel: usize = self.kernel.iter().product();
        for part in &mut parts {
            let [taps_x, taps_y, taps_z] = part.taps;
            for output in 0..groups * outputs {
                let (group, output) = (output / outputs, output % outputs);
                for phase in &part.phases {
                    let place = [phase / by_z / by_y, phase / by_z % by_y, phase % by_z];
                    for input in 0..inputs / groups {
                        let from = ((group * inputs / groups + input) * outputs + output) * kernel;
                        let numbers = &weight[from..from + kernel];
                        for tap in 0..taps_x * taps_y * taps_z {
                            let tap = [tap / taps_z / taps_y, tap / taps_z % taps_y, tap % taps_z];
                            part.weight.push(self.number(numbers, place, part.taps, tap));
                        }
                    }
                }
            }
        }
        parts
    }

    /// The number of the kernel that a tap of a phase is; taps go backwards.
    fn number(&self, kernel: &[f32], phase: [usize; 3], taps: [usize; 3], tap: [usize; 3]) -> f32 {
        let at: [usize; 3] = std::array::from_fn(|axis| phase[axis] + self.stride[axis] * (taps[axis] - 1 - tap[axis]));
        let [_, y, z] = self.kernel;
        let inside = (0..3).all(|axis| at[axis] < self.kernel[axis]);
        if inside { kernel[(at[0] * y + at[1]) * z + at[2]] } else { 0.0 }
    }

    /// Cuts the shuffled phases to the output for an input of this size.
    fn cut(&self, shuffled: Tensor<5>, size: [usize; 3]) -> Tensor<5> {
        let [batch, channels, x, y, z] = shuffled.dims();
        let ranges: [_; 3] = std::array::from_fn(|axis| {
            let full = (size[axis] - 1) * self.stride[axis] + self.kernel[axis] + self.output_padding[axis];
            self.padding[axis]..full - self.padding[axis]
        });
        if ranges == [0..x, 0..y, 0..z] {
            return shuffled;
        }
        let [x, y, z] = ranges;
        shuffled.slice([0..batch, 0..channels, x, y, z])
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::module::conv_transpose3d;
    use burn::tensor::ops::ConvTransposeOptions;
    use burn::tensor::{Device, TensorData};

    use super::*;

    /// Numbers without a pattern along any axis.
    fn numbers(count: usize) -> Vec<f32> {
        (0..count).map(|index| ((index * 37 + 11) % 101) as f32 / 50.0 - 1.0).collect()
    }

    fn check(frame: Frame, [inputs, outputs]: [usize; 2], groups: usize, parts: usize) {
        let (device, size, batch) = (Device::flex(), [3, 4, 2], 2);
        let [x, y, z] = frame.kernel;
        let (weights, biases) = (numbers(inputs * outputs * x * y * z), numbers(groups * outputs));
        let upload =
            |numbers: Vec<f32>, shape: [usize; 5]| Tensor::<5>::from_data(TensorData::new(numbers, shape), &device);
        let vector = |numbers: Vec<f32>| {
            let length = numbers.len();
            Tensor::<1>::from_data(TensorData::new(numbers, [length]), &device)
        };
        let parted = frame.split(&weights, [inputs, outputs], groups).into_iter().map(|part| {
            let count = part.phases.len();
            let [x, y, z] = part.taps;
            let bias = biases.iter().flat_map(|bias| std::iter::repeat_n(*bias, count)).collect();
            let padding = std::array::from_fn(|axis| (part.taps[axis] - 1, frame.behind(axis)));
            let weight = upload(part.weight, [groups * outputs * count, inputs / groups, x, y, z]);
            Part { phases: part.phases, weight, bias: Some(vector(bias)), padding }
        });
        let ours = Transposed { parts: parted.collect(), frame, groups };
        assert_eq!(ours.parts.len(), parts, "{frame:?}");
        let input = upload(numbers(batch * inputs * 24), [batch, inputs, size[0], size[1], size[2]]);
        let options = ConvTransposeOptions::new(frame.stride, frame.padding, frame.output_padding, [1; 3], groups);
        let weight = upload(weights, [inputs, outputs, x, y, z]);
        let theirs = conv_transpose3d(input.clone(), weight, Some(vector(biases)), options);
        let found = ours.run(input);
        assert_eq!(found.dims(), theirs.dims(), "{frame:?}");
        let worst = (found - theirs).abs().max().into_scalar::<f32>();
        assert!(worst < 1e-4, "{frame:?}: {worst}");
    }

    #[test]
    fn phases_give_what_a_transposed_convolution_gives() {
        let frame = |kernel, stride, padding, output_padding| Frame { kernel, stride, padding, output_padding };
        check(frame([2; 3], [2; 3], [0; 3], [0; 3]), [3, 2], 1, 1);
        check(frame([1, 2, 2], [1, 2, 2], [0; 3], [0; 3]), [4, 1], 2, 1);
        check(frame([3; 3], [2; 3], [1; 3], [1; 3]), [3, 2], 1, 8);
        check(frame([3; 3], [2; 3], [1; 3], [1; 3]), [4, 2], 2, 8);
        check(frame([3; 3], [2; 3], [1; 3], [0; 3]), [2, 1], 1, 8);
        check(frame([4; 3], [2; 3], [1; 3], [0; 3]), [2, 1], 1, 1);
        check(frame([3; 3], [1; 3], [1; 3], [0; 3]), [2, 3], 1, 1);
        check(frame([5, 3, 4], [3, 2, 3], [2, 1, 0], [2, 1, 1]), [2, 2], 2, 8);
        check(frame([2, 3, 1], [4, 4, 2], [0, 1, 0], [2, 3, 1]), [2, 1], 1, 1);
        check(frame([2; 3], [2; 3], [0; 3], [1; 3]), [1, 1], 1, 1);
    }
}

//! Convolutions, each by the way that is fastest.

use monai_kernels::{Axis, Depthwise, Epilogue, Extent, Filter, Geometry, Level, Moments, Narrow, Source, Winograd};
use monai_networks::{Convolution, ConvolutionTranspose, Linear, RunningNorm};

use crate::Error;
use crate::features::lift;
use crate::weights::Weights;

/// Inputs of fewer channels are faster by plain sums.
const LEAST_INPUTS: usize = 8;

/// A convolution that is ready to run.
pub(super) enum Prepared {
    Filter(Box<Filter>),
    Winograd(Box<Winograd>),
    Depthwise(Box<Depthwise>),
    /// Writes a planar map.
    Narrow(Box<Narrow>),
}

impl Prepared {
    pub(super) fn run(
        &self,
        sources: &[Source<'_>],
        input: Extent,
        output: &mut [f32],
        epilogue: &Epilogue<'_>,
    ) -> Option<Vec<Moments>> {
        match self {
            Self::Filter(filter) => filter.run(sources, input.size, output, epilogue),
            Self::Winograd(winograd) => winograd.run(sources, input.size, output, epilogue),
            Self::Depthwise(depthwise) => depthwise.run(&sources[0], input.size, output, epilogue),
            Self::Narrow(narrow) => {
                narrow.run(sources, input.size, output, epilogue);
                None
            }
        }
    }
}

/// What the kinds of convolution have in common.
struct Parts {
    axes: [Axis; 3],
    kernel: [usize; 3],
    groups: usize,
    weight: Vec<f32>,
    bias: Option<Vec<f32>>,
    /// Numbers of the weights between those of one channel of the output and the next.
    inner: usize,
    transposed: bool,
    /// Whether the output lies planar.
    planar: bool,
}

/// A convolution of `inputs` channels, with the norm behind it; `planar` says how its output lies.
pub(super) fn convolution(
    level: Level,
    op: &Convolution,
    inputs: Vec<usize>,
    fold: Option<&RunningNorm>,
    planar: bool,
    weights: &mut Weights<'_, '_>,
) -> Result<Prepared, Error> {
    let (kernel, stride, dilation) = (lift(&op.kernel, 1), lift(&op.stride, 1), lift(&op.dilation, 1));
    let side = |at: usize| lift(&op.padding.iter().map(|pair| pair[at]).collect::<Vec<_>>(), 0);
    let (before, behind) = (side(0), side(1));
    let axes = std::array::from_fn(|axis| Axis::Strided {
        kernel: kernel[axis],
        stride: stride[axis],
        dilation: dilation[axis],
        before: before[axis],
        behind: behind[axis],
    });
    let parts = Parts {
        axes,
        kernel,
        groups: op.groups,
        weight: weights.get(op.weight)?,
        bias: weights.optional(op.bias)?,
        inner: weights.shape(op.weight)[1..].iter().product(),
        transposed: false,
        planar,
    };
    parts.prepare(level, op.out_channels, inputs, fold, weights)
}

/// A transposed convolution.
pub(super) fn transposed(
    level: Level,
    op: &ConvolutionTranspose,
    inputs: Vec<usize>,
    fold: Option<&RunningNorm>,
    planar: bool,
    weights: &mut Weights<'_, '_>,
) -> Result<Prepared, Error> {
    let (kernel, stride) = (lift(&op.kernel, 1), lift(&op.stride, 1));
    let (padding, more) = (lift(&op.padding, 0), lift(&op.output_padding, 0));
    let axes = std::array::from_fn(|axis| Axis::Transposed {
        kernel: kernel[axis],
        stride: stride[axis],
        padding: padding[axis],
        output_padding: more[axis],
    });
    let parts = Parts {
        axes,
        kernel,
        groups: op.groups,
        weight: weights.get(op.weight)?,
        bias: weights.optional(op.bias)?,
        inner: weights.shape(op.weight)[2..].iter().product(),
        transposed: true,
        planar,
    };
    parts.prepare(level, op.out_channels, inputs, fold, weights)
}

/// A linear layer is a convolution of one tap.
pub(super) fn linear(
    level: Level,
    op: &Linear,
    inputs: Vec<usize>,
    fold: Option<&RunningNorm>,
    weights: &mut Weights<'_, '_>,
) -> Result<Prepared, Error> {
    let point = Axis::Strided { kernel: 1, stride: 1, dilation: 1, before: 0, behind: 0 };
    let parts = Parts {
        axes: [point; 3],
        kernel: [1; 3],
        groups: 1,
        weight: weights.get(op.weight)?,
        bias: weights.optional(op.bias)?,
        inner: weights.shape(op.weight)[1],
        transposed: false,
        planar: false,
    };
    parts.prepare(level, op.out_channels, inputs, fold, weights)
}

impl Parts {
    fn prepare(
        mut self,
        level: Level,
        out_channels: usize,
        inputs: Vec<usize>,
        fold: Option<&RunningNorm>,
        weights: &mut Weights<'_, '_>,
    ) -> Result<Prepared, Error> {
        let in_channels: usize = inputs.iter().sum();
        if let Some(norm) = fold {
            let (scale, shift) = weights.running(norm)?;
            self.fold([in_channels, out_channels], &scale, &shift);
        }
        let Self { axes, kernel, groups, weight, bias, transposed, planar, .. } = self;
        if !transposed && groups > 1 && groups == in_channels && groups == out_channels {
            return Ok(Prepared::Depthwise(Box::new(Depthwise::new(level, axes, groups, &weight, bias.as_deref()))));
        }
        let geometry = Geometry { axes, inputs, out_channels, groups };
        if planar {
            return Ok(Prepared::Narrow(Box::new(Narrow::new(level, geometry, kernel, &weight, bias.as_deref()))));
        }
        if in_channels >= LEAST_INPUTS && Winograd::fits(&geometry) {
            return Ok(Prepared::Winograd(Box::new(Winograd::new(level, geometry, &weight, bias.as_deref()))));
        }
        Ok(Prepared::Filter(Box::new(Filter::new(level, geometry, kernel, &weight, bias.as_deref()))))
    }

    /// Multiplies the weights of each channel of the output, and moves its bias.
    fn fold(&mut self, [in_channels, out_channels]: [usize; 2], scale: &[f32], shift: &[f32]) {
        let inside = out_channels / self.groups;
        for (block, weights) in self.weight.chunks_exact_mut(self.inner).enumerate() {
            let channel = match self.transposed {
                // The blocks of one input are the outputs of its group.
                true => block / inside / (in_channels / self.groups) * inside + block % inside,
                false => block,
            };
            weights.iter_mut().for_each(|weight| *weight *= scale[channel]);
        }
        let bias = self.bias.get_or_insert_with(|| vec![0.0; out_channels]);
        for (channel, bias) in bias.iter_mut().enumerate() {
            *bias = bias.mul_add(scale[channel], shift[channel]);
        }
    }
}

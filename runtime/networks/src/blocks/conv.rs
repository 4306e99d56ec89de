use crate::builder::Builder;
use crate::graph::ValueId;
use crate::op::{Convolution, Op};

/// `torch.nn.Conv2d` or `Conv3d` with dilation 1. Extents have one entry per spatial axis.
pub(crate) struct Conv {
    pub(crate) in_channels: usize,
    pub(crate) out_channels: usize,
    pub(crate) kernel: Vec<usize>,
    pub(crate) stride: Vec<usize>,
    pub(crate) padding: Vec<usize>,
    pub(crate) groups: usize,
    pub(crate) bias: bool,
}

impl Conv {
    /// The same odd kernel and stride along each axis, padded by half the kernel, without bias. `channels` are those of input and
    /// output.
    pub(crate) fn cube(axes: usize, [in_channels, out_channels]: [usize; 2], size: usize, stride: usize) -> Self {
        let [kernel, stride, padding] = [size, stride, size / 2].map(|extent| vec![extent; axes]);
        Self { in_channels, out_channels, kernel, stride, padding, groups: 1, bias: false }
    }

    pub(crate) fn build(self, builder: &mut Builder, name: &str, input: ValueId) -> ValueId {
        let Self { in_channels, out_channels, kernel, stride, padding, groups, bias } = self;
        let weight = builder.parameter(name, "weight", [&[out_channels, in_channels / groups], &kernel[..]].concat());
        let bias = bias.then(|| builder.parameter(name, "bias", vec![out_channels]));
        let op = Convolution {
            weight,
            bias,
            out_channels,
            padding: padding.into_iter().map(|size| [size; 2]).collect(),
            dilation: vec![1; kernel.len()],
            kernel,
            stride,
            groups,
        };
        builder.node(name, Op::Convolution(op), &[input])
    }
}

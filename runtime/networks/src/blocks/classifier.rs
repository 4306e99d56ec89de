//! What ends a classifier: the mean of each channel, then a linear layer.

use crate::builder::Builder;
use crate::graph::ValueId;
use crate::op::{AdaptiveAveragePool, Linear, Op};

/// `torch.nn.AdaptiveAvgPool2d(1)` or `3d`: a map of one voxel.
pub(crate) fn average(builder: &mut Builder, name: &str, input: ValueId) -> ValueId {
    let output = vec![1; builder.spatial_dims()];
    builder.node(name, Op::AdaptiveAveragePool(AdaptiveAveragePool { output }), &[input])
}

/// `torch.nn.Linear` on a vector or on the channels of each voxel. `channels` are those of input and output.
pub(crate) fn linear(
    builder: &mut Builder,
    name: &str,
    input: ValueId,
    [in_channels, out_channels]: [usize; 2],
    bias: bool,
) -> ValueId {
    let weight = builder.parameter(name, "weight", vec![out_channels, in_channels]);
    let bias = bias.then(|| builder.parameter(name, "bias", vec![out_channels]));
    builder.node(name, Op::Linear(Linear { weight, bias, in_channels, out_channels }), &[input])
}

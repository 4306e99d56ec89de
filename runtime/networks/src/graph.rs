use crate::layers::{Activation, GroupNorm, InstanceNorm, RunningNorm};
use crate::parameter::ParameterId;

/// A map `[batch, channels, spatial...]` that flows through a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub(crate) usize);

impl ValueId {
    /// The network's input.
    pub const INPUT: Self = Self(0);

    /// 0 for the input, `n + 1` for the output of node `n`.
    pub fn index(self) -> usize {
        self.0
    }
}

/// Operations in the order in which they run; each produces one value, each reads only earlier values.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) output: ValueId,
    pub(crate) spatial_dims: usize,
    pub(crate) in_channels: usize,
}

impl Graph {
    /// The operations in order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The value that is the network's output.
    pub fn output(&self) -> ValueId {
        self.output
    }

    /// Number of values: the input and one per node.
    pub fn values(&self) -> usize {
        self.nodes.len() + 1
    }
}

/// One operation of a graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The PyTorch module that does this, e.g. `model.0.conv.unit0.adn.N`.
    pub name: String,
    /// What it does.
    pub op: Op,
    /// The values it reads.
    pub inputs: Vec<ValueId>,
    /// The value it produces.
    pub output: ValueId,
}

/// The kinds of operation.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Op {
    /// `torch.nn.Conv2d` or `Conv3d`, one input.
    Convolution(Convolution),
    /// `torch.nn.ConvTranspose2d` or `ConvTranspose3d`, one input.
    ConvolutionTranspose(ConvolutionTranspose),
    /// Normalisation by recorded statistics: a scale and a shift per channel, one input.
    RunningNorm(RunningNorm),
    /// Normalisation by the statistics of each sample and channel, one input.
    InstanceNorm(InstanceNorm),
    /// Normalisation by the statistics of each sample and group of channels, one input.
    GroupNorm(GroupNorm),
    /// Elementwise function, one input.
    Activation(Activation),
    /// Sum of two inputs of equal shape.
    Add,
    /// Channels of the first input, then those of the second; equal spatial sizes.
    Concatenate,
}

/// Arguments of a convolution with zero padding, dilation 1 and one group. Extents have one entry per spatial axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Convolution {
    /// `[out_channels, in_channels, kernel...]`.
    pub weight: ParameterId,
    /// `[out_channels]`.
    pub bias: Option<ParameterId>,
    /// Channels of the output.
    pub out_channels: usize,
    /// Kernel size.
    pub kernel: Vec<usize>,
    /// Stride.
    pub stride: Vec<usize>,
    /// Zeros added at both ends.
    pub padding: Vec<usize>,
}

/// Arguments of a transposed convolution with dilation 1 and one group. Extents have one entry per spatial axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvolutionTranspose {
    /// `[in_channels, out_channels, kernel...]`.
    pub weight: ParameterId,
    /// `[out_channels]`.
    pub bias: Option<ParameterId>,
    /// Channels of the output.
    pub out_channels: usize,
    /// Kernel size.
    pub kernel: Vec<usize>,
    /// Stride.
    pub stride: Vec<usize>,
    /// Points cut from both ends of the full output.
    pub padding: Vec<usize>,
    /// Points added at the far end of the output.
    pub output_padding: Vec<usize>,
}

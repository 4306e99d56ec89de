//! The kinds of operation, one file per family, each with the shape of what it produces.

mod attention;
mod convolution;
mod linear;
mod merge;
mod pad;
mod pool;
mod resize;

pub use attention::WindowAttention;
pub use convolution::{Convolution, ConvolutionTranspose};
pub use linear::Linear;
pub use merge::{PatchMerging, PixelShuffle};
pub use pad::{Pad, PadMode, PadToWindows};
pub use pool::{AdaptiveAveragePool, Pool, PoolKind};
pub use resize::{Resize, ResizeMode};

use crate::layers::{Activation, GroupNorm, InstanceNorm, LayerNorm, RunningNorm};
use crate::shapes::Shape;

/// The kinds of operation. One input where nothing else is said.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Op {
    /// `torch.nn.Conv2d` or `Conv3d`.
    Convolution(Convolution),
    /// `torch.nn.ConvTranspose2d` or `ConvTranspose3d`.
    ConvolutionTranspose(ConvolutionTranspose),
    /// `torch.nn.Linear` over the channels of each voxel, or of a vector.
    Linear(Linear),
    /// Normalisation by recorded statistics: a scale and a shift per channel.
    RunningNorm(RunningNorm),
    /// Normalisation by the statistics of each sample and channel.
    InstanceNorm(InstanceNorm),
    /// Normalisation by the statistics of each sample and group of channels.
    GroupNorm(GroupNorm),
    /// Normalisation by the statistics of the channels of each voxel.
    LayerNorm(LayerNorm),
    /// Elementwise function.
    Activation(Activation),
    /// Sum of two inputs of equal shape.
    Add,
    /// Product of two inputs; the second may have one voxel, which then weighs the whole channel.
    Multiply,
    /// Channels of the inputs one after the other; equal spatial sizes.
    Concatenate,
    /// `torch.nn.MaxPool2d`, `AvgPool2d` and their like in three dimensions.
    Pool(Pool),
    /// `torch.nn.AdaptiveAvgPool2d` or `3d`.
    AdaptiveAveragePool(AdaptiveAveragePool),
    /// `torch.nn.Upsample` by whole factors.
    Resize(Resize),
    /// `monai.networks.utils.pixelshuffle`.
    PixelShuffle(PixelShuffle),
    /// `torch.nn.functional.pad`.
    Pad(Pad),
    /// The first input, lengthened by at most one voxel per axis to the size of the second: what MONAI's `UpCat` does. The new
    /// voxel repeats the last.
    PadLike,
    /// The first input, cut at the far ends to the size of the second.
    CropLike,
    /// Zeros at the far ends, up to whole windows of attention.
    PadToWindows(PadToWindows),
    /// Shifted window attention between queries, keys and values.
    WindowAttention(WindowAttention),
    /// Neighbouring voxels as channels of one: the first half of `monai.networks.nets.swin_unetr.PatchMerging`.
    PatchMerging(PatchMerging),
    /// `torch.flatten` of all but the batch: a map becomes a vector.
    Flatten,
}

impl Op {
    /// The shape of the output; the error says what does not fit.
    pub(crate) fn infer(&self, inputs: &[&Shape]) -> Result<Shape, String> {
        let input = inputs[0];
        match self {
            Self::Convolution(op) => op.infer(input),
            Self::ConvolutionTranspose(op) => op.infer(input),
            Self::Linear(op) => Ok(op.infer(input)),
            Self::Pool(op) => op.infer(input),
            Self::AdaptiveAveragePool(op) => Ok(op.infer(input)),
            Self::Resize(op) => Ok(op.infer(input)),
            Self::PixelShuffle(op) => op.infer(input),
            Self::Pad(op) => op.infer(input),
            Self::PadToWindows(op) => Ok(op.infer(input)),
            Self::WindowAttention(op) => op.infer(input),
            Self::PatchMerging(op) => Ok(op.infer(input)),
            Self::InstanceNorm(_) => several(input, input.channels),
            Self::GroupNorm(op) => several(input, op.groups),
            Self::RunningNorm(_) | Self::LayerNorm(_) | Self::Activation(_) => Ok(input.clone()),
            Self::Add => same(input, inputs[1]),
            Self::Multiply if inputs[1].channels == input.channels && inputs[1].voxels() == 1 => Ok(input.clone()),
            Self::Multiply => same(input, inputs[1]),
            Self::Concatenate => concatenate(inputs),
            Self::PadLike => like(input, inputs[1], |own, other| own == other || own + 1 == other),
            Self::CropLike => like(input, inputs[1], |own, other| own >= other),
            Self::Flatten => Ok(Shape { channels: input.elements(), spatial: Vec::new() }),
        }
    }

    /// Multiplications and additions for one sample.
    pub(crate) fn flops(&self, input: &Shape, output: &Shape) -> u64 {
        let elements = output.elements() as u64;
        match self {
            Self::Convolution(op) => elements * op.flops_per_output(input.channels),
            Self::ConvolutionTranspose(op) => input.elements() as u64 * op.flops_per_input(),
            Self::Linear(_) => 2 * elements * input.channels as u64,
            Self::WindowAttention(op) => op.flops(input),
            Self::Pool(op) => elements * op.kernel.iter().product::<usize>() as u64,
            Self::InstanceNorm(_) | Self::GroupNorm(_) | Self::LayerNorm(_) => 8 * elements,
            Self::Resize(_) => 8 * elements,
            _ => elements,
        }
    }
}

/// As PyTorch does, refuses to normalise a group of a single number.
fn several(input: &Shape, groups: usize) -> Result<Shape, String> {
    if input.elements() == groups { Err(format!("{input} leave one number to normalise")) } else { Ok(input.clone()) }
}

fn same(first: &Shape, second: &Shape) -> Result<Shape, String> {
    if first == second { Ok(first.clone()) } else { Err(format!("the two sides are {first} and {second}")) }
}

fn concatenate(inputs: &[&Shape]) -> Result<Shape, String> {
    if let Some(other) = inputs.iter().find(|shape| shape.spatial != inputs[0].spatial) {
        return Err(format!("the two sides have {:?} and {:?} voxels", inputs[0].spatial, other.spatial));
    }
    let channels = inputs.iter().map(|shape| shape.channels).sum();
    Ok(Shape { channels, spatial: inputs[0].spatial.clone() })
}

fn like(input: &Shape, other: &Shape, fits: impl Fn(usize, usize) -> bool) -> Result<Shape, String> {
    let pairs = input.spatial.iter().zip(&other.spatial);
    if input.spatial.len() != other.spatial.len() || !pairs.clone().all(|(own, other)| fits(*own, *other)) {
        return Err(format!("the two sides have {:?} and {:?} voxels", input.spatial, other.spatial));
    }
    Ok(Shape { channels: input.channels, spatial: other.spatial.clone() })
}

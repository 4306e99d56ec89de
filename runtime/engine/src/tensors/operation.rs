use burn::tensor::Tensor;
use burn::tensor::module::conv3d;
use burn::tensor::ops::{ConvOptions, PadMode as Mode};
use monai_networks::{Affine, Convolution, Linear, Node, Op, Pad, PadMode, PadToWindows};

use super::activation::Function;
use super::attention::Attention;
use super::norm::{self, LayerNorm, Standardise};
use super::transposed::Transposed;
use super::weights::Uploads;
use super::{pool, rearrange, resize};
use crate::Error;
use crate::features::lift;

/// A node's operation with its weights on the device.
pub(super) enum Prepared {
    Convolution { weight: Tensor<5>, bias: Option<Tensor<1>>, padding: [(usize, usize); 3], options: ConvOptions<3> },
    ConvolutionTranspose(Transposed),
    Affine { scale: Tensor<5>, shift: Tensor<5> },
    Standardise(Standardise),
    LayerNorm(LayerNorm),
    Activation(Function),
    Add,
    Multiply,
    Concatenate,
    Pool(pool::Pool),
    AdaptiveAveragePool { output: [usize; 3] },
    Resize(resize::Resize),
    PixelShuffle { factor: [usize; 3] },
    Pad { amounts: [(usize, usize); 3], mode: Mode },
    PadLike,
    CropLike,
    PadChannels { channels: usize },
    PadToWindows { window: [usize; 3] },
    WindowAttention(Box<Attention>),
    PatchMerging { offsets: Vec<[usize; 3]>, step: [usize; 3] },
    Flatten,
}

impl Prepared {
    pub(super) fn new(node: &Node, axes: usize, uploads: &mut Uploads<'_, '_, '_>) -> Result<Self, Error> {
        Ok(match &node.op {
            Op::Convolution(op) => convolution(op, uploads)?,
            Op::ConvolutionTranspose(op) => Self::ConvolutionTranspose(Transposed::new(op, uploads)?),
            Op::Linear(Linear { weight, bias, in_channels, out_channels }) => Self::Convolution {
                weight: uploads.tensor(*weight, [*out_channels, *in_channels, 1, 1, 1])?,
                bias: uploads.vector(*bias)?,
                padding: [(0, 0); 3],
                options: ConvOptions::new([1; 3], [0; 3], [1; 3], 1),
            },
            Op::RunningNorm(op) => {
                let (scale, shift) = norm::running(op, uploads)?;
                Self::Affine { scale, shift }
            }
            Op::Affine(Affine { scale, shift }) => {
                Self::Affine { scale: uploads.channels(scale.clone()), shift: uploads.channels(shift.clone()) }
            }
            Op::InstanceNorm(op) => Self::Standardise(Standardise::instance(op, uploads)?),
            Op::GroupNorm(op) => Self::Standardise(Standardise::group(op, uploads)?),
            Op::LayerNorm(op) => Self::LayerNorm(LayerNorm::new(op, uploads)?),
            Op::Activation(op) => Self::Activation(Function::new(*op, uploads)?),
            Op::Add => Self::Add,
            Op::Multiply => Self::Multiply,
            Op::Concatenate => Self::Concatenate,
            Op::Pool(op) => Self::Pool(pool::Pool::new(op)),
            Op::AdaptiveAveragePool(op) => Self::AdaptiveAveragePool { output: lift(&op.output, 1) },
            Op::Resize(op) => Self::Resize(resize::Resize { factor: lift(&op.factor, 1), mode: op.mode }),
            Op::PixelShuffle(op) => Self::PixelShuffle { factor: lift(&vec![op.factor; axes], 1) },
            Op::Pad(Pad { amounts, mode }) => {
                let mode = match mode {
                    PadMode::Constant(value) => Mode::Constant(*value),
                    PadMode::Replicate => Mode::Edge,
                };
                Self::Pad { amounts: pairs(amounts), mode }
            }
            Op::PadLike => Self::PadLike,
            Op::CropLike => Self::CropLike,
            Op::PadChannels(op) => Self::PadChannels { channels: op.channels },
            Op::PadToWindows(PadToWindows { window }) => Self::PadToWindows { window: lift(window, 1) },
            Op::WindowAttention(op) => Self::WindowAttention(Box::new(Attention::new(op, uploads)?)),
            Op::PatchMerging(op) => Self::PatchMerging {
                offsets: op.offsets.iter().map(|offset| lift(offset, 0)).collect(),
                step: lift(&vec![2; axes], 1),
            },
            Op::Flatten => Self::Flatten,
            _ => return Err(Error::PrepareNode { node: node.name.clone() }),
        })
    }

    /// Runs on one input, or on as many as the operation reads.
    pub(super) fn run(&self, mut inputs: Vec<Tensor<5>>) -> Tensor<5> {
        if let Self::Concatenate = self {
            return Tensor::cat(inputs, 1);
        }
        let input = inputs.remove(0);
        match self {
            Self::Convolution { weight, bias, padding, options } => {
                let input = if *padding == [(0, 0); 3] { input } else { input.pad(*padding, Mode::Constant(0.0)) };
                conv3d(input, weight.clone(), bias.clone(), options.clone())
            }
            Self::ConvolutionTranspose(op) => op.run(input),
            Self::Affine { scale, shift } => input * scale.clone() + shift.clone(),
            Self::Standardise(op) => op.run(input),
            Self::LayerNorm(op) => op.run(input),
            Self::Activation(function) => function.run(input),
            Self::Add => input + inputs.remove(0),
            Self::Multiply => input * inputs.remove(0),
            Self::Concatenate => unreachable!("it is done above"),
            Self::Pool(op) => op.run(input),
            Self::AdaptiveAveragePool { output } => burn::tensor::module::adaptive_avg_pool3d(input, *output),
            Self::Resize(op) => op.run(input),
            Self::PixelShuffle { factor } => rearrange::pixel_shuffle(input, *factor),
            Self::Pad { amounts, mode } => input.pad(*amounts, *mode),
            Self::PadLike => rearrange::pad_like(input, inputs.remove(0).dims()),
            Self::CropLike => rearrange::crop_like(input, inputs.remove(0).dims()),
            Self::PadChannels { channels } => rearrange::pad_channels(input, *channels),
            Self::PadToWindows { window } => rearrange::pad_to_windows(input, *window),
            Self::WindowAttention(op) => op.run(input),
            Self::PatchMerging { offsets, step } => rearrange::patch_merging(input, offsets, *step),
            Self::Flatten => {
                let [batch, channels, x, y, z] = input.dims();
                input.reshape([batch, channels * x * y * z, 1, 1, 1])
            }
        }
    }
}

fn convolution(op: &Convolution, uploads: &mut Uploads<'_, '_, '_>) -> Result<Prepared, Error> {
    let shape = &uploads.weights.network.parameters[op.weight.index()].shape;
    let [x, y, z] = lift(&op.kernel, 1);
    let shape = [shape[0], shape[1], x, y, z];
    Ok(Prepared::Convolution {
        weight: uploads.tensor(op.weight, shape)?,
        bias: uploads.vector(op.bias)?,
        padding: pairs(&op.padding),
        options: ConvOptions::new(lift(&op.stride, 1), [0; 3], lift(&op.dilation, 1), op.groups),
    })
}

/// Amounts before and behind of three axes.
fn pairs(amounts: &[[usize; 2]]) -> [(usize, usize); 3] {
    let side = |at: usize| lift(&amounts.iter().map(|pair| pair[at]).collect::<Vec<_>>(), 0);
    let (before, behind) = (side(0), side(1));
    std::array::from_fn(|axis| (before[axis], behind[axis]))
}

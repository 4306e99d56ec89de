//! The steps of a plan as Burn's functional operations on `[1, C, X, Y, Z]`.

use burn::tensor::activation::{leaky_relu, prelu, relu};
use burn::tensor::module::{conv_transpose3d, conv3d};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, Tensor, TensorData};

use crate::plan::{Kernel, Operation};

/// A step's operation with its weights on the device.
pub(crate) enum Prepared {
    Convolution { weight: Tensor<5>, bias: Option<Tensor<1>>, options: ConvOptions<3> },
    ConvolutionTranspose { weight: Tensor<5>, bias: Option<Tensor<1>>, options: ConvTransposeOptions<3> },
    Affine { scale: Tensor<5>, shift: Tensor<5> },
    Standardise { groups: usize, scale: Option<Tensor<5>>, shift: Option<Tensor<5>>, epsilon: f64 },
    Relu,
    LeakyRelu { slope: f32 },
    Prelu { slopes: Tensor<1> },
    Add,
    Concatenate,
}

impl Prepared {
    pub(crate) fn new(operation: Operation, device: &Device) -> Self {
        let vector = |data: Vec<f32>| {
            let length = data.len();
            Tensor::<1>::from_data(TensorData::new(data, [length]), device)
        };
        let per_channel = |data: Vec<f32>| {
            let length = data.len();
            Tensor::<5>::from_data(TensorData::new(data, [1, length, 1, 1, 1]), device)
        };
        match operation {
            Operation::Convolution(Kernel { shape, weight, bias, stride, padding }) => Self::Convolution {
                weight: Tensor::from_data(TensorData::new(weight, shape), device),
                bias: bias.map(vector),
                options: ConvOptions::new(stride, padding, [1; 3], 1),
            },
            Operation::ConvolutionTranspose { kernel, output_padding } => Self::ConvolutionTranspose {
                weight: Tensor::from_data(TensorData::new(kernel.weight, kernel.shape), device),
                bias: kernel.bias.map(vector),
                options: ConvTransposeOptions::new(kernel.stride, kernel.padding, output_padding, [1; 3], 1),
            },
            Operation::Affine { scale, shift } => Self::Affine { scale: per_channel(scale), shift: per_channel(shift) },
            Operation::Standardise { groups, scale, shift, epsilon } => {
                Self::Standardise { groups, scale: scale.map(per_channel), shift: shift.map(per_channel), epsilon }
            }
            Operation::Relu => Self::Relu,
            Operation::LeakyRelu { slope } => Self::LeakyRelu { slope },
            Operation::Prelu { slopes } => Self::Prelu { slopes: vector(slopes) },
            Operation::Add => Self::Add,
            Operation::Concatenate => Self::Concatenate,
        }
    }

    /// Runs on one input, or on two for [`Prepared::Add`] and [`Prepared::Concatenate`].
    pub(crate) fn run(&self, mut inputs: Vec<Tensor<5>>) -> Tensor<5> {
        let input = inputs.remove(0);
        match self {
            Self::Convolution { weight, bias, options } => conv3d(input, weight.clone(), bias.clone(), options.clone()),
            Self::ConvolutionTranspose { weight, bias, options } => {
                conv_transpose3d(input, weight.clone(), bias.clone(), options.clone())
            }
            Self::Affine { scale, shift } => input * scale.clone() + shift.clone(),
            Self::Standardise { groups, scale, shift, epsilon } => {
                let output = standardise(input, *groups, *epsilon);
                let output = match scale {
                    Some(scale) => output * scale.clone(),
                    None => output,
                };
                match shift {
                    Some(shift) => output + shift.clone(),
                    None => output,
                }
            }
            Self::Relu => relu(input),
            Self::LeakyRelu { slope } => leaky_relu(input, f64::from(*slope)),
            Self::Prelu { slopes } => prelu(input, slopes.clone()),
            Self::Add => input + inputs.remove(0),
            Self::Concatenate => Tensor::cat(vec![input, inputs.remove(0)], 1),
        }
    }
}

/// Summed axis by axis: partial sums stay short, so single precision suffices for whole volumes.
fn standardise(input: Tensor<5>, groups: usize, epsilon: f64) -> Tensor<5> {
    let shape @ [batch, channels, x, y, z] = input.dims();
    let mean = |values: Tensor<5>| values.mean_dim(4).mean_dim(3).mean_dim(2);
    let grouped = input.reshape([batch, groups, channels / groups * x, y, z]);
    let centred = grouped.clone() - mean(grouped);
    let variance = mean(centred.clone() * centred.clone());
    (centred * (variance + epsilon).sqrt().recip()).reshape(shape)
}

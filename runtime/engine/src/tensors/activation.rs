use burn::tensor::Tensor;
use burn::tensor::activation::{gelu, leaky_relu, mish, prelu, relu, sigmoid};
use monai_networks::Activation;

use super::weights::Uploads;
use crate::Error;

/// An elementwise function with its weights on the device.
#[allow(clippy::large_enum_variant, reason = "there are as many as activations in a graph")]
pub(super) enum Function {
    Prelu(Box<Tensor<1>>),
    Other(Activation),
}

impl Function {
    pub(super) fn new(activation: Activation, uploads: &mut Uploads<'_, '_, '_>) -> Result<Self, Error> {
        Ok(match activation {
            Activation::Prelu { slope } => Self::Prelu(Box::new(uploads.vector(Some(slope))?.expect("it has a slope"))),
            other => Self::Other(other),
        })
    }

    pub(super) fn run(&self, input: Tensor<5>) -> Tensor<5> {
        let activation = match self {
            Self::Prelu(slopes) => return prelu(input, *slopes.clone()),
            Self::Other(activation) => activation,
        };
        match *activation {
            Activation::Relu => relu(input),
            Activation::Relu6 => input.clamp(0.0, 6.0),
            Activation::LeakyRelu { negative_slope } => leaky_relu(input, negative_slope),
            Activation::Elu { alpha, steepness, scale } => {
                let below = (input.clone().clamp_max(0.0) / steepness).exp() - 1.0;
                (relu(input) + below * alpha) * scale
            }
            Activation::Gelu { tanh: false } => gelu(input),
            Activation::Gelu { tanh: true } => {
                let inner =
                    (input.clone() + input.clone().powi_scalar(3) * 0.044715) * (2.0 / std::f64::consts::PI).sqrt();
                input * (inner.tanh() + 1.0) * 0.5
            }
            Activation::Sigmoid => sigmoid(input),
            Activation::Tanh => input.tanh(),
            Activation::Swish { alpha } => input.clone() * sigmoid(input * alpha),
            Activation::Mish => mish(input),
            _ => unreachable!("the graph has no other function"),
        }
    }
}

//! MONAI's blocks `Convolution` and `ResidualUnit`, of which its networks are composed.

mod convolution;
mod residual_unit;

pub(crate) use convolution::{ConvolutionBlock, plain};
pub(crate) use residual_unit::ResidualUnit;

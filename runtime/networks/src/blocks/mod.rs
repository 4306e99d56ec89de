//! MONAI's blocks, of which several of its networks are composed.

mod convolution;
mod mb_conv;
mod residual_unit;
mod two_conv;
mod up_cat;
mod upsample;

pub(crate) use convolution::{ConvolutionBlock, plain};
pub(crate) use mb_conv::{MbConvBlock, SWISH, SamePadded, normed};
pub(crate) use residual_unit::ResidualUnit;
pub(crate) use two_conv::TwoConv;
pub(crate) use up_cat::UpCat;
pub(crate) use upsample::{Upsample, UpsampleMode, interpolation};

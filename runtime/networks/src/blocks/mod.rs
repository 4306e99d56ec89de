//! MONAI's blocks, of which several of its networks are composed.

mod convolution;
mod residual_unit;
mod swin_transformer;
mod unet_block;
mod unet_up_block;

pub(crate) use convolution::{ConvolutionBlock, plain};
pub(crate) use residual_unit::ResidualUnit;
pub(crate) use swin_transformer::{PatchMergingMode, SwinTransformer};
pub(crate) use unet_block::{UnetBlock, UnetLayers};
pub(crate) use unet_up_block::UnetUpBlock;

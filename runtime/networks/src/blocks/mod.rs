//! MONAI's blocks, and those of torchvision, of which several networks are composed.

mod classifier;
mod conv;
mod convolution;
mod inception;
mod residual_unit;
mod resnet_features;
mod squeeze_and_excitation;
mod swin_transformer;
mod unet_block;
mod unet_up_block;

pub(crate) use classifier::{average, linear};
pub(crate) use conv::Conv;
pub(crate) use convolution::{ConvolutionBlock, plain};
pub(crate) use inception::Inception;
pub(crate) use residual_unit::ResidualUnit;
pub(crate) use resnet_features::{PLANES, ResNetBlock, ResNetFeatures, Shortcut, named};
pub(crate) use squeeze_and_excitation::SeBlock;
pub(crate) use swin_transformer::{PatchMergingMode, SwinTransformer};
pub(crate) use unet_block::{UnetBlock, UnetLayers};
pub(crate) use unet_up_block::UnetUpBlock;

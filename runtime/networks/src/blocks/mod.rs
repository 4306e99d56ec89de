//! MONAI's blocks, and those of torchvision, of which several networks are composed.

mod classifier;
mod conv;
mod convolution;
mod inception;
mod mb_conv;
mod residual_unit;
mod resnet_features;
mod squeeze_and_excitation;
mod swin_transformer;
mod two_conv;
mod unet_block;
mod unet_up_block;
mod up_cat;
mod upsample;

pub(crate) use classifier::{average, linear};
pub(crate) use conv::Conv;
pub(crate) use convolution::{ConvolutionBlock, plain};
pub(crate) use inception::Inception;
pub(crate) use mb_conv::{MbConvBlock, SWISH, SamePadded, normed};
pub(crate) use residual_unit::ResidualUnit;
pub(crate) use resnet_features::{PLANES, ResNetBlock, ResNetFeatures, Shortcut, named};
pub(crate) use squeeze_and_excitation::SeBlock;
pub(crate) use swin_transformer::{PatchMergingMode, SwinTransformer};
pub(crate) use two_conv::TwoConv;
pub(crate) use unet_block::{UnetBlock, UnetLayers};
pub(crate) use unet_up_block::UnetUpBlock;
pub(crate) use up_cat::UpCat;
pub(crate) use upsample::{Upsample, UpsampleMode, interpolation};

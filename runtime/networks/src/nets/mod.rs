//! One file per network of `monai.networks.nets`.

pub(crate) mod basic_unet;
pub(crate) mod densenet;
pub(crate) mod dynunet;
pub(crate) mod efficientnet;
pub(crate) mod flexible_unet;
pub(crate) mod resnet;
pub(crate) mod segresnet;
pub(crate) mod segresnet_ds;
pub(crate) mod senet;
pub(crate) mod swin_unetr;
pub(crate) mod torchvision_fc;
pub(crate) mod unet;

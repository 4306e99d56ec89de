//! One file per network of `monai.networks.nets`.

pub(crate) mod densenet;
pub(crate) mod dynunet;
pub(crate) mod resnet;
pub(crate) mod senet;
pub(crate) mod swin_unetr;
pub(crate) mod torchvision_fc;
pub(crate) mod unet;

//! One file per network of `monai.networks.nets`.

pub(crate) mod dynunet;
pub(crate) mod swin_unetr;
pub(crate) mod unet;

//! One file per network of `monai.networks.nets`.

pub(crate) mod basic_unet;
pub(crate) mod efficientnet;
pub(crate) mod flexible_unet;
pub(crate) mod segresnet;
pub(crate) mod segresnet_ds;
pub(crate) mod unet;

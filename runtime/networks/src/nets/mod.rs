//! One file per network of `monai.networks.nets`.

pub(crate) mod unet;

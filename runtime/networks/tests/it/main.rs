//! Tests of the networks.

mod basic_unet;
mod cases;
mod classifier_cases;
mod classifiers;
mod dynunet;
mod efficientnet;
mod flexible_unet;
mod parity;
mod segresnet;
mod swin_unetr;
mod table;
mod unet;

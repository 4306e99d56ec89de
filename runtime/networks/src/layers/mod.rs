//! The layers that follow a convolution, chosen by name as in MONAI's factories `Act`, `Norm`, `Dropout` and `Pool`.

mod activation;
mod adn;
mod dropout;
mod norm;
mod pool;
mod spec;

pub use activation::Activation;
pub(crate) use activation::ActivationSpec;
pub(crate) use adn::Adn;
pub(crate) use dropout::{check as check_dropout, check_ratio};
pub(crate) use norm::NormSpec;
pub use norm::{GroupNorm, InstanceNorm, LayerNorm, RunningNorm};
pub(crate) use pool::parse_pool;
pub(crate) use spec::LayerSpec;

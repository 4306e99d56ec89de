//! The layers that follow a convolution, chosen by name as in MONAI's factories `Act`, `Norm` and `Dropout`.

mod activation;
mod adn;
mod dropout;
mod norm;
mod spec;

pub use activation::Activation;
pub(crate) use activation::ActivationSpec;
pub(crate) use adn::Adn;
pub(crate) use dropout::check_ratio;
pub(crate) use norm::NormSpec;
pub use norm::{GroupNorm, InstanceNorm, LayerNorm, RunningNorm};
pub(crate) use spec::LayerSpec;

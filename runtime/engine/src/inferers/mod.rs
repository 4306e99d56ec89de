//! `monai.inferers`: how a network is applied to an image of any size.

mod importance;
mod layout;
mod padding;
mod sliding_window;

pub use importance::importance_map;
pub use layout::WindowLayout;
pub use sliding_window::sliding_window;

use crate::{Error, Features};

/// `monai.inferers.SimpleInferer`: the network on the whole image.
pub fn simple(image: Features, network: impl Fn(Features) -> Result<Features, Error>) -> Result<Features, Error> {
    network(image)
}

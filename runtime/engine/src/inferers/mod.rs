//! `monai.inferers`: how a network is applied to an image of any size.

mod importance;
mod layout;
mod padding;
mod per_axis;
mod sliding_window;

pub use importance::{Blend, importance_map};
pub use layout::WindowLayout;
pub use padding::Padding;
pub use per_axis::PerAxis;
pub use sliding_window::SlidingWindow;

use crate::{Error, Features};

/// `monai.inferers.SimpleInferer`: the network on the whole image.
pub fn simple(image: Features, network: impl Fn(Features) -> Result<Features, Error>) -> Result<Features, Error> {
    network(image)
}

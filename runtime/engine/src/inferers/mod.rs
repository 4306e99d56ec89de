//! `monai.inferers`: how a network is applied to an image of any size.

mod canvas;
mod importance;
mod mirror;
mod padding;
mod slice;
mod sliding_window;

pub use importance::importance_map;
pub use mirror::mirrored;
pub use slice::slice;
pub use sliding_window::sliding_window;

use crate::{Error, Features};

/// What is done to some voxels of the output, of which all windows are there: channels and `[channels, voxels]` in, the same
/// out.
pub type Finish<'a> = dyn Fn(usize, Vec<f32>) -> Result<(usize, Vec<f32>), Error> + Sync + 'a;

/// `monai.inferers.SimpleInferer`: the network on the whole image.
///
/// # Errors
/// Those of `network` and `finish`.
pub fn simple(
    image: Features,
    network: impl FnOnce(Features) -> Result<Features, Error>,
    finish: &Finish<'_>,
) -> Result<Features, Error> {
    let output = network(image)?;
    let spatial = output.spatial().to_vec();
    let (channels, data) = finish(output.channels(), output.into_data())?;
    Ok(Features::new(channels, &spatial, data))
}

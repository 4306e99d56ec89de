use monai_pipeline::Slice;

use super::{Finish, sliding_window};
use crate::{Error, Features};

/// `monai.inferers.SliceInferer`: runs a network of two axes over the slices of an image of three. As
/// [`sliding_window`], of which it takes the rest.
///
/// # Errors
/// As [`sliding_window`].
pub fn slice(
    settings: &Slice,
    image: Features,
    at_once: usize,
    network: impl Fn(Vec<Features>) -> Result<Vec<Features>, Error>,
    finish: &Finish<'_>,
) -> Result<Features, Error> {
    let axis = settings.spatial_dim;
    let thin = |window: Features| {
        let mut spatial = window.spatial().to_vec();
        spatial.remove(axis);
        Features::new(window.channels(), &spatial, window.into_data())
    };
    let thick = |output: Features| {
        let mut spatial = output.spatial().to_vec();
        if !spatial.is_empty() {
            spatial.insert(axis, 1);
        }
        Features::new(output.channels(), &spatial, output.into_data())
    };
    let network = |windows: Vec<Features>| {
        let outputs = network(windows.into_iter().map(thin).collect())?;
        Ok(outputs.into_iter().map(thick).collect())
    };
    sliding_window(&settings.windows, image, at_once, network, finish)
}

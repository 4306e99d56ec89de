use crate::features::lift;
use crate::{Error, Features};

/// The mean of the outputs for the image and for it mirrored along every combination of `axes`, each brought back
/// (`monai.data.TestTimeAugmentation` with `RandFlipd`, every flip once). The image itself comes first.
///
/// # Errors
/// Those of `infer`, and [`Error::MirrorAxis`] where the image has no such axis.
pub fn mirrored(
    axes: &[usize],
    image: Features,
    mut infer: impl FnMut(Features) -> Result<Features, Error>,
) -> Result<Features, Error> {
    let rank = image.spatial().len();
    if let Some(&axis) = axes.iter().find(|axis| **axis >= rank) {
        return Err(Error::MirrorAxis { axis, rank });
    }
    let passes = 1_usize << axes.len();
    let first = infer(image.clone())?;
    let (channels, spatial) = (first.channels(), first.spatial().to_vec());
    let mut mean = first.into_data();
    for pass in 1..passes {
        let flipped: Vec<usize> =
            axes.iter().enumerate().filter(|(bit, _)| pass >> bit & 1 == 1).map(|(_, axis)| *axis).collect();
        let output = infer(flip(&image, &flipped))?;
        let output = if spatial.is_empty() { output } else { flip(&output, &flipped) };
        mean.iter_mut().zip(output.data()).for_each(|(sum, value)| *sum += value);
    }
    mean.iter_mut().for_each(|sum| *sum /= passes as f32);
    Ok(Features::new(channels, &spatial, mean))
}

/// Mirrors along these axes.
fn flip(features: &Features, axes: &[usize]) -> Features {
    let rank = features.spatial().len();
    let [x, y, z] = lift(features.spatial(), 1);
    let mirror: [bool; 3] = std::array::from_fn(|axis| axis + rank >= 3 && axes.contains(&(axis + rank - 3)));
    let place = |index: usize, extent: usize, axis: usize| if mirror[axis] { extent - 1 - index } else { index };
    let mut data = Vec::with_capacity(features.data().len());
    for channel in features.data().chunks_exact(x * y * z) {
        for i in 0..x {
            for j in 0..y {
                let row = &channel[(place(i, x, 0) * y + place(j, y, 1)) * z..][..z];
                if mirror[2] { data.extend(row.iter().rev()) } else { data.extend_from_slice(row) }
            }
        }
    }
    Features::new(features.channels(), features.spatial(), data)
}

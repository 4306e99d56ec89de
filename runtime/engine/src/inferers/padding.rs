use monai_pipeline::{Padding, WindowLayout};

use crate::features::lift;
use crate::{Error, Features};

/// Fills the image up to the layout's padded size.
pub(super) fn pad(padding: Padding, image: Features, layout: &WindowLayout) -> Result<Features, Error> {
    if image.spatial() == layout.padded {
        return Ok(image);
    }
    let sources = (0..layout.padded.len())
        .map(|axis| sources(padding, axis, image.spatial()[axis], layout.before[axis], layout.padded[axis]))
        .collect::<Result<Vec<_>, _>>()?;
    let whole = vec![Some(0)];
    let [xs, ys, zs] = match &sources[..] {
        [x, y, z] => [x, y, z],
        [y, z] => [&whole, y, z],
        _ => [&whole, &whole, &sources[0]],
    };
    let filler = if let Padding::Constant(value) = padding { value } else { 0.0 };
    let [x_size, y_size, z_size] = lift(image.spatial(), 1);
    let mut data = Vec::with_capacity(image.channels() * layout.padded.iter().product::<usize>());
    for channel in image.data().chunks_exact(x_size * y_size * z_size) {
        for x in xs {
            for y in ys {
                let row = x.zip(*y).map(|(x, y)| &channel[(x * y_size + y) * z_size..][..z_size]);
                data.extend(zs.iter().map(|z| row.zip(*z).map_or(filler, |(row, z)| row[z])));
            }
        }
    }
    Ok(Features::new(image.channels(), &layout.padded, data))
}

/// For each place along the padded axis the voxel that it shows, `None` for the constant.
fn sources(
    padding: Padding,
    axis: usize,
    size: usize,
    before: usize,
    padded: usize,
) -> Result<Vec<Option<usize>>, Error> {
    let amount = (padded - size).div_ceil(2);
    let (mode, largest) = match padding {
        Padding::Constant(_) => ("constant", usize::MAX),
        Padding::Reflect => ("reflect", size - 1),
        Padding::Replicate => ("replicate", usize::MAX),
        Padding::Circular => ("circular", size),
    };
    if amount > largest {
        return Err(Error::PadImage { axis, size, amount, mode });
    }
    let source = |place: usize| match (place.checked_sub(before), padding) {
        (Some(inside), _) if inside < size => Some(inside),
        (_, Padding::Constant(_)) => None,
        (None, Padding::Reflect) => Some(before - place),
        (Some(beyond), Padding::Reflect) => Some(2 * (size - 1) - beyond),
        (None, Padding::Replicate) => Some(0),
        (Some(_), Padding::Replicate) => Some(size - 1),
        (None, Padding::Circular) => Some(size + place - before),
        (Some(beyond), Padding::Circular) => Some(beyond - size),
    };
    Ok((0..padded).map(source).collect())
}

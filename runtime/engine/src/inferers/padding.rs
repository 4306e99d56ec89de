use super::WindowLayout;
use crate::features::lift;
use crate::{Error, Features};

/// How an image smaller than the window is filled up, `torch.nn.functional.pad`'s modes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Padding {
    /// With this value.
    Constant(f32),
    /// Mirrored, the edge not repeated.
    Reflect,
    /// With the edge.
    Replicate,
    /// From the other end.
    Circular,
}

impl Padding {
    /// Fills the image up to the layout's padded size.
    pub(super) fn apply(self, image: Features, layout: &WindowLayout) -> Result<Features, Error> {
        if image.spatial() == layout.padded {
            return Ok(image);
        }
        let sources = (0..layout.padded.len())
            .map(|axis| self.sources(axis, image.spatial()[axis], layout.before[axis], layout.padded[axis]))
            .collect::<Result<Vec<_>, _>>()?;
        let whole = vec![Some(0)];
        let [xs, ys, zs] = match &sources[..] {
            [x, y, z] => [x, y, z],
            [y, z] => [&whole, y, z],
            _ => [&whole, &whole, &sources[0]],
        };
        let filler = if let Self::Constant(value) = self { value } else { 0.0 };
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
    fn sources(self, axis: usize, size: usize, before: usize, padded: usize) -> Result<Vec<Option<usize>>, Error> {
        let amount = (padded - size).div_ceil(2);
        let (mode, largest) = match self {
            Self::Constant(_) => ("constant", usize::MAX),
            Self::Reflect => ("reflect", size - 1),
            Self::Replicate => ("replicate", usize::MAX),
            Self::Circular => ("circular", size),
        };
        if amount > largest {
            return Err(Error::PadImage { axis, size, amount, mode });
        }
        let source = |place: usize| match (place.checked_sub(before), self) {
            (Some(inside), _) if inside < size => Some(inside),
            (_, Self::Constant(_)) => None,
            (None, Self::Reflect) => Some(before - place),
            (Some(beyond), Self::Reflect) => Some(2 * (size - 1) - beyond),
            (None, Self::Replicate) => Some(0),
            (Some(_), Self::Replicate) => Some(size - 1),
            (None, Self::Circular) => Some(size + place - before),
            (Some(beyond), Self::Circular) => Some(beyond - size),
        };
        Ok((0..padded).map(source).collect())
    }
}

use crate::shapes::Shape;

/// `torch.nn.Upsample` with whole factors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resize {
    /// Factor of each spatial axis.
    pub factor: Vec<usize>,
    /// How voxels in between are found.
    pub mode: ResizeMode,
}

/// How voxels in between are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResizeMode {
    /// The voxel at `floor(place / factor)`.
    Nearest,
    /// Bilinear or trilinear.
    Linear {
        /// Whether the centres of the corners fall together, else their outer edges do.
        align_corners: bool,
    },
}

impl Resize {
    pub(super) fn infer(&self, input: &Shape) -> Shape {
        let spatial = input.spatial.iter().zip(&self.factor).map(|(size, factor)| size * factor).collect();
        Shape { channels: input.channels, spatial }
    }
}

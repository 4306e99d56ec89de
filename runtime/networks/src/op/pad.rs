use crate::shapes::Shape;

/// `torch.nn.functional.pad`.
#[derive(Debug, Clone, PartialEq)]
pub struct Pad {
    /// Voxels before and behind, one pair per spatial axis.
    pub amounts: Vec<[usize; 2]>,
    /// What they are.
    pub mode: PadMode,
}

/// What new voxels are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PadMode {
    /// This value.
    Constant(f32),
    /// The nearest voxel of the input.
    Replicate,
}

impl Pad {
    pub(super) fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let spatial = input.spatial.iter().zip(&self.amounts).map(|(size, [before, behind])| before + size + behind);
        Ok(Shape { channels: input.channels, spatial: spatial.collect() })
    }
}

/// Channels of zeros behind those of the input: how MONAI's `ResNet` widens a shortcut of type `A`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PadChannels {
    /// Channels of the output; at least those of the input.
    pub channels: usize,
}

impl PadChannels {
    pub(super) fn infer(&self, input: &Shape) -> Shape {
        Shape { channels: self.channels, spatial: input.spatial.clone() }
    }
}

/// Zeros behind each axis up to whole windows. The window of an axis is no longer than the axis
/// (`monai.networks.nets.swin_unetr.get_window_size`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PadToWindows {
    /// Size of the window, one per spatial axis.
    pub window: Vec<usize>,
}

impl PadToWindows {
    pub(super) fn infer(&self, input: &Shape) -> Shape {
        let pairs = input.spatial.iter().zip(&self.window);
        Shape {
            channels: input.channels,
            spatial: pairs.map(|(size, window)| size.next_multiple_of(*window.min(size))).collect(),
        }
    }
}

use crate::shapes::Shape;

/// Concatenates neighbours as channels: voxel `2 * v + offset` for each offset in turn. An odd axis gets one zero behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchMerging {
    /// 0 or 1 for each spatial axis, in the order in which MONAI concatenates; before 1.5 some occurred twice, others never.
    pub offsets: Vec<Vec<usize>>,
}

impl PatchMerging {
    pub(super) fn infer(&self, input: &Shape) -> Shape {
        let spatial = input.spatial.iter().map(|size| size.div_ceil(2)).collect();
        Shape { channels: input.channels * self.offsets.len(), spatial }
    }
}

/// `monai.networks.utils.pixelshuffle`: channel `c * factor^axes + i` becomes the `i`-th voxel of each block of channel `c`, the
/// last axis fastest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PixelShuffle {
    /// Edge of a block.
    pub factor: usize,
}

impl PixelShuffle {
    pub(super) fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let block = self.factor.pow(input.spatial.len() as u32);
        if !input.channels.is_multiple_of(block) {
            return Err(format!("{} channels are not whole blocks of {block}", input.channels));
        }
        let spatial = input.spatial.iter().map(|size| size * self.factor).collect();
        Ok(Shape { channels: input.channels / block, spatial })
    }
}

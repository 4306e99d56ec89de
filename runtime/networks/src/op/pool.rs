use crate::shapes::Shape;

/// A pooling layer; dilation 1. Extents have one entry per spatial axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// What is taken of a window.
    pub kind: PoolKind,
    /// Size of the window.
    pub kernel: Vec<usize>,
    /// Stride.
    pub stride: Vec<usize>,
    /// Voxels added at both ends: minus infinity for the maximum, zero for the average.
    pub padding: Vec<usize>,
    /// Whether a last window that the input does not fill counts (`ceil_mode`).
    pub ceil: bool,
}

/// What is taken of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolKind {
    /// The largest value.
    Maximum,
    /// The mean.
    Average {
        /// Whether padding counts as voxels. What lies beyond the padding, where `ceil` reaches, never does.
        count_include_pad: bool,
    },
}

impl Pool {
    /// The same window along each axis; windows that the input does not fill do not count.
    pub(crate) fn cube(kind: PoolKind, axes: usize, size: usize, stride: usize, padding: usize) -> Self {
        let [kernel, stride, padding] = [size, stride, padding].map(|extent| vec![extent; axes]);
        Self { kind, kernel, stride, padding, ceil: false }
    }

    pub(super) fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let spatial = (0..input.spatial.len()).map(|axis| {
            let padded = input.spatial[axis] + 2 * self.padding[axis];
            let (kernel, stride) = (self.kernel[axis], self.stride[axis]);
            // A last window that is not filled may be the only one.
            let reach = if self.ceil { padded + stride - 1 } else { padded };
            let room = reach
                .checked_sub(kernel)
                .ok_or_else(|| format!("axis {axis} has {padded} voxels with padding, the window {kernel}"))?;
            let steps = room / stride;
            // As in PyTorch, a window that begins in the padding at the far end is none.
            let beyond = steps * stride >= input.spatial[axis] + self.padding[axis];
            Ok(steps + 1 - usize::from(self.ceil && beyond))
        });
        Ok(Shape { channels: input.channels, spatial: spatial.collect::<Result<_, String>>()? })
    }
}

/// `torch.nn.AdaptiveAvgPool2d` or `3d`: voxel `i` of an axis is the mean of the input from `floor(i * in / out)` to
/// `ceil((i + 1) * in / out)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdaptiveAveragePool {
    /// Size of the output, one per spatial axis.
    pub output: Vec<usize>,
}

impl AdaptiveAveragePool {
    pub(super) fn infer(&self, input: &Shape) -> Shape {
        Shape { channels: input.channels, spatial: self.output.clone() }
    }
}

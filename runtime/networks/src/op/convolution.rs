use crate::parameter::ParameterId;
use crate::shapes::Shape;

/// Arguments of a convolution with zero padding. Extents have one entry per spatial axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Convolution {
    /// `[out_channels, in_channels / groups, kernel...]`.
    pub weight: ParameterId,
    /// `[out_channels]`.
    pub bias: Option<ParameterId>,
    /// Channels of the output.
    pub out_channels: usize,
    /// Kernel size.
    pub kernel: Vec<usize>,
    /// Stride.
    pub stride: Vec<usize>,
    /// Zeros added before and behind.
    pub padding: Vec<[usize; 2]>,
    /// Distance of two taps of the kernel.
    pub dilation: Vec<usize>,
    /// Parts that the channels of both sides are cut into; each part of the output sees one of the input.
    pub groups: usize,
}

impl Convolution {
    pub(super) fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let spatial = (0..input.spatial.len()).map(|axis| {
            let padded = input.spatial[axis] + self.padding[axis].iter().sum::<usize>();
            let kernel = (self.kernel[axis] - 1) * self.dilation[axis] + 1;
            let room = padded
                .checked_sub(kernel)
                .ok_or_else(|| format!("axis {axis} has {padded} voxels with padding, the kernel {kernel}"))?;
            Ok(room / self.stride[axis] + 1)
        });
        Ok(Shape { channels: self.out_channels, spatial: spatial.collect::<Result<_, String>>()? })
    }

    pub(super) fn flops_per_output(&self, in_channels: usize) -> u64 {
        2 * (in_channels / self.groups * self.kernel.iter().product::<usize>()) as u64
    }
}

/// Arguments of a transposed convolution with dilation 1. Extents have one entry per spatial axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvolutionTranspose {
    /// `[in_channels, out_channels / groups, kernel...]`.
    pub weight: ParameterId,
    /// `[out_channels]`.
    pub bias: Option<ParameterId>,
    /// Channels of the output.
    pub out_channels: usize,
    /// Kernel size.
    pub kernel: Vec<usize>,
    /// Stride.
    pub stride: Vec<usize>,
    /// Points cut from both ends of the full output.
    pub padding: Vec<usize>,
    /// Points added at the far end of the output.
    pub output_padding: Vec<usize>,
    /// Parts that the channels of both sides are cut into.
    pub groups: usize,
}

impl ConvolutionTranspose {
    pub(super) fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let spatial = (0..input.spatial.len()).map(|axis| {
            let full = (input.spatial[axis] - 1) * self.stride[axis] + self.kernel[axis];
            (full + self.output_padding[axis])
                .checked_sub(2 * self.padding[axis])
                .filter(|size| *size > 0)
                .ok_or_else(|| format!("nothing is left of axis {axis}"))
        });
        Ok(Shape { channels: self.out_channels, spatial: spatial.collect::<Result<_, String>>()? })
    }

    pub(super) fn flops_per_input(&self) -> u64 {
        2 * (self.out_channels / self.groups * self.kernel.iter().product::<usize>()) as u64
    }
}

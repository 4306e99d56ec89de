use serde_json::Value;

use super::plain;
use crate::Error;
use crate::arguments::Arguments;
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::op::{ConvolutionTranspose, Op, Pad, PadMode, PixelShuffle, Pool, PoolKind, Resize, ResizeMode};

/// MONAI's block `UpSample` with whole factors.
pub(crate) struct Upsample<'a> {
    pub(crate) mode: UpsampleMode,
    pub(crate) in_channels: usize,
    pub(crate) out_channels: usize,
    /// Factor of each spatial axis; all equal for a pixel shuffle.
    pub(crate) scale: &'a [usize],
    /// Kernel of a transposed convolution; `None`: the factor.
    pub(crate) kernel: Option<&'a [usize]>,
    /// How a resize finds voxels in between.
    pub(crate) resize: ResizeMode,
    pub(crate) bias: bool,
}

/// `monai.utils.UpsampleMode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpsampleMode {
    Deconv,
    DeconvGroup,
    NonTrainable,
    PixelShuffle,
}

impl UpsampleMode {
    pub(crate) fn take(arguments: &mut Arguments, argument: &'static str, default: Self) -> Result<Self, Error> {
        let Some(value) = arguments.take(argument) else { return Ok(default) };
        match value.as_str() {
            Some("deconv") => Ok(Self::Deconv),
            Some("deconvgroup") => Ok(Self::DeconvGroup),
            Some("nontrainable") => Ok(Self::NonTrainable),
            Some("pixelshuffle") => Ok(Self::PixelShuffle),
            _ => Err(arguments.invalid(argument, &value, "deconv, deconvgroup, nontrainable or pixelshuffle")),
        }
    }
}

/// Takes an argument that is a `monai.utils.InterpolateMode`, with `align_corners` as `None`. By whole factors several are the same.
pub(crate) fn interpolation(
    arguments: &mut Arguments,
    argument: &'static str,
    default: &str,
) -> Result<ResizeMode, Error> {
    let value = arguments.take(argument).unwrap_or_else(|| Value::from(default));
    match value.as_str() {
        Some("nearest" | "nearest-exact" | "area") => Ok(ResizeMode::Nearest),
        Some("linear" | "bilinear" | "trilinear") => Ok(ResizeMode::Linear { align_corners: false }),
        _ => Err(arguments.invalid(argument, &value, "nearest, nearest-exact, area, linear, bilinear or trilinear")),
    }
}

impl Upsample<'_> {
    pub(crate) fn build(&self, builder: &mut Builder, name: &str, input: ValueId) -> ValueId {
        match self.mode {
            UpsampleMode::Deconv => self.transpose(builder, &format!("{name}.deconv"), input, 1),
            UpsampleMode::DeconvGroup => {
                let groups = if self.in_channels.is_multiple_of(self.out_channels) { self.out_channels } else { 1 };
                self.transpose(builder, &format!("{name}.deconvgroup"), input, groups)
            }
            UpsampleMode::NonTrainable => self.resize(builder, name, input),
            UpsampleMode::PixelShuffle => self.shuffle(builder, &format!("{name}.pixelshuffle"), input),
        }
    }

    fn transpose(&self, builder: &mut Builder, name: &str, input: ValueId, groups: usize) -> ValueId {
        let kernel = self.kernel.unwrap_or(self.scale);
        let (padding, output_padding) = match self.kernel {
            None => (vec![0; kernel.len()], vec![0; kernel.len()]),
            Some(kernel) => (
                kernel.iter().map(|size| (size - 1) / 2).collect(),
                kernel.iter().zip(self.scale).map(|(size, scale)| scale - 1 - (size - 1) % 2).collect(),
            ),
        };
        let weight =
            builder.parameter(name, "weight", [&[self.in_channels, self.out_channels / groups], kernel].concat());
        let op = ConvolutionTranspose {
            weight,
            bias: self.bias.then(|| builder.parameter(name, "bias", vec![self.out_channels])),
            out_channels: self.out_channels,
            kernel: kernel.to_vec(),
            stride: self.scale.to_vec(),
            padding,
            output_padding,
            groups,
        };
        builder.node(name, Op::ConvolutionTranspose(op), &[input])
    }

    /// The default `pre_conv`, a convolution with kernel 1 where channels change, then `torch.nn.Upsample`.
    fn resize(&self, builder: &mut Builder, name: &str, input: ValueId) -> ValueId {
        let value = if self.in_channels == self.out_channels {
            input
        } else {
            let ones = vec![1; self.scale.len()];
            let channels = [self.in_channels, self.out_channels];
            plain(builder, &format!("{name}.preconv"), input, channels, &ones, &ones, self.bias)
        };
        let op = Op::Resize(Resize { factor: self.scale.to_vec(), mode: self.resize });
        builder.node(&format!("{name}.upsample_non_trainable"), op, &[value])
    }

    /// MONAI's block `SubpixelUpsample`: the average over each voxel and those before it smooths what the shuffle puts together.
    fn shuffle(&self, builder: &mut Builder, name: &str, input: ValueId) -> ValueId {
        let (axes, factor) = (self.scale.len(), self.scale[0]);
        let channels = [self.in_channels, self.out_channels * factor.pow(axes as u32)];
        let (kernel, ones) = (vec![3; axes], vec![1; axes]);
        let value = plain(builder, &format!("{name}.conv_block"), input, channels, &kernel, &ones, self.bias);
        let shuffled = builder.node(name, Op::PixelShuffle(PixelShuffle { factor }), &[value]);
        let pad = Op::Pad(Pad { amounts: vec![[factor - 1, 0]; axes], mode: PadMode::Constant(0.0) });
        let padded = builder.node(&format!("{name}.pad_pool.0"), pad, &[shuffled]);
        let pool = Op::Pool(Pool {
            kind: PoolKind::Average { count_include_pad: true },
            kernel: self.scale.to_vec(),
            stride: ones,
            padding: vec![0; axes],
            ceil: false,
        });
        builder.node(&format!("{name}.pad_pool.1"), pool, &[padded])
    }
}

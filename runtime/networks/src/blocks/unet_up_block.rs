use super::{UnetBlock, UnetLayers};
use crate::Error;
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::op::{ConvolutionTranspose, Op};

/// MONAI's blocks `UnetUpBlock` and `UnetrUpBlock`: a transposed convolution, the skipped value behind its channels, then a
/// [`UnetBlock`].
pub(crate) struct UnetUpBlock<'a> {
    pub(crate) in_channels: usize,
    pub(crate) out_channels: usize,
    pub(crate) kernel: &'a [usize],
    /// Kernel and stride of the transposed convolution.
    pub(crate) upsample: &'a [usize],
    /// Whether the transposed convolution has a bias.
    pub(crate) bias: bool,
    pub(crate) layers: &'a UnetLayers,
    pub(crate) residual: bool,
}

impl UnetUpBlock<'_> {
    /// `skip` has `out_channels`.
    pub(crate) fn build(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        skip: ValueId,
    ) -> Result<ValueId, Error> {
        let Self { in_channels, out_channels, kernel, upsample, bias, layers, residual } = *self;
        let up = format!("{name}.transp_conv.conv");
        let weight = builder.parameter(&up, "weight", [&[in_channels, out_channels], upsample].concat());
        let bias = bias.then(|| builder.parameter(&up, "bias", vec![out_channels]));
        let zeros = vec![0; upsample.len()];
        let op = Op::ConvolutionTranspose(ConvolutionTranspose {
            weight,
            bias,
            out_channels,
            kernel: upsample.to_vec(),
            stride: upsample.to_vec(),
            padding: zeros.clone(),
            output_padding: zeros,
            groups: 1,
        });
        let value = builder.node(&up, op, &[input]);
        let value = builder.node(name, Op::Concatenate, &[value, skip]);
        let ones = vec![1; builder.spatial_dims()];
        let block = UnetBlock { in_channels: 2 * out_channels, out_channels, kernel, stride: &ones, layers, residual };
        block.build(builder, &format!("{name}.conv_block"), value)
    }
}

use super::{ConvolutionBlock, plain};
use crate::Error;
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::Adn;
use crate::op::Op;

/// MONAI's block `ResidualUnit`: several [`ConvolutionBlock`]s, the first strided, plus the input.
///
/// Where channels or size change the input passes a convolution, with kernel 1 if only the channels change.
pub(crate) struct ResidualUnit<'a> {
    pub(crate) in_channels: usize,
    pub(crate) out_channels: usize,
    pub(crate) kernel: &'a [usize],
    pub(crate) stride: &'a [usize],
    pub(crate) bias: bool,
    pub(crate) subunits: usize,
    pub(crate) adn: &'a Adn,
    pub(crate) last_conv_only: bool,
}

impl ResidualUnit<'_> {
    pub(crate) fn build(&self, builder: &mut Builder, name: &str, input: ValueId) -> Result<ValueId, Error> {
        let ones = vec![1; builder.spatial_dims()];
        let mut value = input;
        for subunit in 0..self.subunits {
            let first = subunit == 0;
            let conv_only = self.last_conv_only && subunit + 1 == self.subunits;
            let block = ConvolutionBlock {
                in_channels: if first { self.in_channels } else { self.out_channels },
                out_channels: self.out_channels,
                kernel: self.kernel,
                stride: if first { self.stride } else { &ones },
                bias: self.bias,
                transposed: false,
                adn: (!conv_only).then_some(self.adn),
            };
            value = block.build(builder, &format!("{name}.conv.unit{subunit}"), value)?;
        }
        let strided = self.stride.iter().any(|stride| *stride != 1);
        let residual = if strided || self.in_channels != self.out_channels {
            let kernel = if strided { self.kernel } else { &ones };
            let channels = [self.in_channels, self.out_channels];
            plain(builder, &format!("{name}.residual"), input, channels, kernel, self.stride, self.bias)
        } else {
            input
        };
        Ok(builder.node(name, Op::Add, &[value, residual]))
    }
}

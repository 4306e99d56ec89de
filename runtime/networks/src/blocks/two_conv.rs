use super::ConvolutionBlock;
use crate::Error;
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::Adn;

/// `monai.networks.nets.basic_unet.TwoConv`: two [`ConvolutionBlock`]s with kernel 3.
pub(crate) struct TwoConv<'a> {
    pub(crate) in_channels: usize,
    pub(crate) out_channels: usize,
    pub(crate) bias: bool,
    pub(crate) adn: &'a Adn,
}

impl TwoConv<'_> {
    pub(crate) fn build(&self, builder: &mut Builder, name: &str, input: ValueId) -> Result<ValueId, Error> {
        let axes = builder.spatial_dims();
        let (kernel, stride) = (vec![3; axes], vec![1; axes]);
        let block = |in_channels| ConvolutionBlock {
            in_channels,
            out_channels: self.out_channels,
            kernel: &kernel,
            stride: &stride,
            bias: self.bias,
            transposed: false,
            adn: Some(self.adn),
        };
        let value = block(self.in_channels).build(builder, &format!("{name}.conv_0"), input)?;
        block(self.out_channels).build(builder, &format!("{name}.conv_1"), value)
    }
}

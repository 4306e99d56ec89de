use super::Conv;
use crate::Error;
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::Adn;
use crate::op::{ConvolutionTranspose, Op};

/// MONAI's block `Convolution`: a convolution with same padding, then [`Adn`] unless `adn` is `None`.
///
/// Kernel sizes are odd. Transposed: the output is `stride` times the input.
pub(crate) struct ConvolutionBlock<'a> {
    pub(crate) in_channels: usize,
    pub(crate) out_channels: usize,
    pub(crate) kernel: &'a [usize],
    pub(crate) stride: &'a [usize],
    pub(crate) bias: bool,
    pub(crate) transposed: bool,
    pub(crate) adn: Option<&'a Adn>,
}

impl ConvolutionBlock<'_> {
    pub(crate) fn build(&self, builder: &mut Builder, name: &str, input: ValueId) -> Result<ValueId, Error> {
        let conv = format!("{name}.conv");
        let value = if self.transposed {
            self.transpose(builder, &conv, input)
        } else {
            plain(builder, &conv, input, [self.in_channels, self.out_channels], self.kernel, self.stride, self.bias)
        };
        match self.adn {
            Some(adn) => adn.build(builder, &format!("{name}.adn"), value, self.out_channels),
            None => Ok(value),
        }
    }

    fn transpose(&self, builder: &mut Builder, name: &str, input: ValueId) -> ValueId {
        let shape = [&[self.in_channels, self.out_channels], self.kernel].concat();
        let weight = builder.parameter(name, "weight", shape);
        let bias = self.bias.then(|| builder.parameter(name, "bias", vec![self.out_channels]));
        let op = Op::ConvolutionTranspose(ConvolutionTranspose {
            weight,
            bias,
            out_channels: self.out_channels,
            kernel: self.kernel.to_vec(),
            stride: self.stride.to_vec(),
            padding: same_padding(self.kernel),
            output_padding: self.stride.iter().map(|stride| stride - 1).collect(),
            groups: 1,
        });
        builder.node(name, op, &[input])
    }
}

/// A convolution with same padding. `channels` are those of input and output.
pub(crate) fn plain(
    builder: &mut Builder,
    name: &str,
    input: ValueId,
    [in_channels, out_channels]: [usize; 2],
    kernel: &[usize],
    stride: &[usize],
    bias: bool,
) -> ValueId {
    let (padding, groups) = (same_padding(kernel), 1);
    let (kernel, stride) = (kernel.to_vec(), stride.to_vec());
    Conv { in_channels, out_channels, kernel, stride, padding, groups, bias }.build(builder, name, input)
}

/// MONAI's `same_padding` for odd kernels.
fn same_padding(kernel: &[usize]) -> Vec<usize> {
    kernel.iter().map(|size| (size - 1) / 2).collect()
}

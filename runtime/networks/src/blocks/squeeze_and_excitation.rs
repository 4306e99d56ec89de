use super::{Conv, average, linear};
use crate::Error;
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{Activation, NormSpec};
use crate::op::Op;

/// `monai.networks.blocks.SEBlock` as SENet uses it: three convolutions of kernels 1, 3, 1 whose channels are then weighed by what
/// they hold on average, plus the input. Batch norm and ReLU throughout.
pub(crate) struct SeBlock {
    pub(crate) in_channels: usize,
    /// Channels after each convolution.
    pub(crate) channels: [usize; 3],
    /// Stride of the first two convolutions.
    pub(crate) strides: [usize; 2],
    /// Groups of the second convolution.
    pub(crate) groups: usize,
    /// By how much fewer channels the excitation has inside.
    pub(crate) reduction: usize,
    /// Kernel of the convolution that the input passes, where it passes one.
    pub(crate) project: Option<usize>,
}

impl SeBlock {
    pub(crate) fn build(&self, builder: &mut Builder, name: &str, input: ValueId) -> Result<ValueId, Error> {
        let axes = builder.spatial_dims();
        let [first, second, third] = self.channels;
        let relu = Op::Activation(Activation::Relu);
        let mut value = input;
        let convolutions = [
            Conv::cube(axes, [self.in_channels, first], 1, self.strides[0]),
            Conv { groups: self.groups, ..Conv::cube(axes, [first, second], 3, self.strides[1]) },
            Conv::cube(axes, [second, third], 1, 1),
        ];
        for (index, conv) in convolutions.into_iter().enumerate() {
            let name = format!("{name}.conv{}", index + 1);
            value = normed(builder, &name, value, conv)?;
            if index < 2 {
                value = builder.node(&format!("{name}.adn.A"), relu.clone(), &[value]);
            }
        }
        value = excite(builder, &format!("{name}.se_layer"), value, third, third / self.reduction);
        let residual = match self.project {
            Some(kernel) => {
                let stride = self.strides.iter().product();
                let conv = Conv::cube(axes, [self.in_channels, third], kernel, stride);
                normed(builder, &format!("{name}.project"), input, conv)?
            }
            None => input,
        };
        let sum = builder.node(name, Op::Add, &[value, residual]);
        Ok(builder.node(&format!("{name}.act"), relu, &[sum]))
    }
}

/// MONAI's block `Convolution` with batch norm and no activation.
fn normed(builder: &mut Builder, name: &str, input: ValueId, conv: Conv) -> Result<ValueId, Error> {
    let channels = conv.out_channels;
    let value = conv.build(builder, &format!("{name}.conv"), input);
    NormSpec::batch(1e-5).build(builder, &format!("{name}.adn.N"), value, channels)
}

/// `monai.networks.blocks.ChannelSELayer`: each channel times a weight that follows from the means of all.
fn excite(builder: &mut Builder, name: &str, input: ValueId, channels: usize, inner: usize) -> ValueId {
    let mut gate = average(builder, &format!("{name}.avg_pool"), input);
    gate = linear(builder, &format!("{name}.fc.0"), gate, [channels, inner], true);
    gate = builder.node(&format!("{name}.fc.1"), Op::Activation(Activation::Relu), &[gate]);
    gate = linear(builder, &format!("{name}.fc.2"), gate, [inner, channels], true);
    gate = builder.node(&format!("{name}.fc.3"), Op::Activation(Activation::Sigmoid), &[gate]);
    builder.node(name, Op::Multiply, &[input, gate])
}

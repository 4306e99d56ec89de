use super::plain;
use crate::Error;
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{Activation, NormSpec};
use crate::op::{AdaptiveAveragePool, Convolution, Op};

/// `monai.networks.nets.efficientnet.MBConvBlock`: widens the channels, convolves each by itself, weighs them by what they hold
/// on average, narrows them again and adds the input where it fits.
#[derive(Debug, Clone)]
pub(crate) struct MbConvBlock {
    pub(crate) in_channels: usize,
    pub(crate) out_channels: usize,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    /// The edge of the image here for which the padding is made; other sizes are padded alike.
    pub(crate) image_size: usize,
    pub(crate) expand_ratio: usize,
    /// Channels in the middle of the squeeze and excitation.
    pub(crate) squeezed: Option<usize>,
    pub(crate) id_skip: bool,
}

/// What MONAI's EfficientNet puts after its convolutions; `memswish`.
pub(crate) const SWISH: Op = Op::Activation(Activation::Swish { alpha: 1.0 });

impl MbConvBlock {
    pub(crate) fn build(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        norm: &Option<NormSpec>,
    ) -> Result<ValueId, Error> {
        let axes = builder.spatial_dims();
        let ones = vec![1; axes];
        let wide = self.in_channels * self.expand_ratio;
        let mut value = input;
        if self.expand_ratio != 1 {
            let channels = [self.in_channels, wide];
            value = plain(builder, &format!("{name}._expand_conv"), value, channels, &ones, &ones, false);
            value = normed(builder, &format!("{name}._bn0"), value, norm, wide)?;
            value = builder.node(name, SWISH, &[value]);
        }
        let depthwise = SamePadded { kernel: self.kernel, stride: self.stride, image_size: self.image_size };
        value = depthwise.build(builder, &format!("{name}._depthwise_conv"), value, [wide, wide], wide);
        value = normed(builder, &format!("{name}._bn1"), value, norm, wide)?;
        value = builder.node(name, SWISH, &[value]);
        if let Some(squeezed) = self.squeezed {
            let pool = Op::AdaptiveAveragePool(AdaptiveAveragePool { output: ones.clone() });
            let mean = builder.node(&format!("{name}._se_adaptpool"), pool, &[value]);
            let few = plain(builder, &format!("{name}._se_reduce"), mean, [wide, squeezed], &ones, &ones, true);
            let few = builder.node(name, SWISH, &[few]);
            let many = plain(builder, &format!("{name}._se_expand"), few, [squeezed, wide], &ones, &ones, true);
            let gate = builder.node(name, Op::Activation(Activation::Sigmoid), &[many]);
            value = builder.node(name, Op::Multiply, &[value, gate]);
        }
        let channels = [wide, self.out_channels];
        value = plain(builder, &format!("{name}._project_conv"), value, channels, &ones, &ones, false);
        value = normed(builder, &format!("{name}._bn2"), value, norm, self.out_channels)?;
        if self.id_skip && self.stride == 1 && self.in_channels == self.out_channels {
            value = builder.node(name, Op::Add, &[value, input]);
        }
        Ok(value)
    }
}

/// A convolution without bias whose padding is TensorFlow's `same` for an image of one edge: the output has that edge divided by
/// the stride, rounded up.
pub(crate) struct SamePadded {
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    pub(crate) image_size: usize,
}

impl SamePadded {
    pub(crate) fn build(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        [in_channels, out_channels]: [usize; 2],
        groups: usize,
    ) -> ValueId {
        let axes = builder.spatial_dims();
        let kernel = vec![self.kernel; axes];
        let weight = builder.parameter(name, "weight", [&[out_channels, in_channels / groups], &kernel[..]].concat());
        let reach = (self.image_size.div_ceil(self.stride) - 1) * self.stride + self.kernel;
        let padding = reach.saturating_sub(self.image_size);
        let op = Convolution {
            weight,
            bias: None,
            out_channels,
            kernel,
            stride: vec![self.stride; axes],
            padding: vec![[padding / 2, padding - padding / 2]; axes],
            dilation: vec![1; axes],
            groups,
        };
        builder.node(name, Op::Convolution(op), &[input])
    }
}

/// The norm, where there is one.
pub(crate) fn normed(
    builder: &mut Builder,
    name: &str,
    input: ValueId,
    norm: &Option<NormSpec>,
    channels: usize,
) -> Result<ValueId, Error> {
    match norm {
        Some(norm) => norm.build(builder, name, input, channels),
        None => Ok(input),
    }
}

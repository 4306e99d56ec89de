use serde_json::{Value, json};

use crate::Error;
use crate::arguments::Arguments;
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{ActivationSpec, NormSpec};
use crate::op::{Convolution, Op};

/// MONAI's blocks `UnetBasicBlock` and `UnetResBlock`: two convolutions without bias, the first strided, each with its norm and
/// with one activation behind both.
pub(crate) struct UnetBlock<'a> {
    pub(crate) in_channels: usize,
    pub(crate) out_channels: usize,
    pub(crate) kernel: &'a [usize],
    /// At most one more than the kernel, and at most 2 if `residual`: beyond that MONAI's padding is negative.
    pub(crate) stride: &'a [usize],
    pub(crate) layers: &'a UnetLayers,
    /// Whether the input is added before the last activation, by a strided convolution of kernel 1 where channels or size change.
    pub(crate) residual: bool,
}

/// What stands between the convolutions.
pub(crate) struct UnetLayers {
    pub(crate) norm: Option<NormSpec>,
    pub(crate) activation: Option<ActivationSpec>,
}

impl UnetLayers {
    /// Takes `norm_name`; the activation is the block's own.
    pub(crate) fn parse(arguments: &mut Arguments, default: Value) -> Result<Self, Error> {
        let norm = NormSpec::named(arguments, "norm_name", default)?;
        Ok(Self { norm, ..Self::instance()? })
    }

    /// Instance norm without weights, and the block's own activation.
    pub(crate) fn instance() -> Result<Self, Error> {
        let owner = &Arguments::new("UnetResBlock", Value::Null)?;
        let leaky = json!(["leakyrelu", {"negative_slope": 0.01}]);
        Ok(Self {
            norm: NormSpec::parse(owner, &json!("instance"))?,
            activation: ActivationSpec::parse(owner, &leaky)?,
        })
    }
}

impl UnetBlock<'_> {
    pub(crate) fn build(&self, builder: &mut Builder, name: &str, input: ValueId) -> Result<ValueId, Error> {
        let Self { in_channels, out_channels, kernel, stride, layers, .. } = *self;
        let ones = vec![1; builder.spatial_dims()];
        let lrelu = format!("{name}.lrelu");
        let activation = layers.activation.as_ref();
        let activation = activation.map(|spec| spec.register(builder, &lrelu, out_channels)).transpose()?;
        let activate = |builder: &mut Builder, value| match activation {
            Some(activation) => builder.node(&lrelu, Op::Activation(activation), &[value]),
            None => value,
        };
        let normed = |builder: &mut Builder, place: usize, value, channels, kernel, stride| {
            let value = convolution(builder, &format!("{name}.conv{place}.conv"), value, channels, kernel, stride);
            match &layers.norm {
                Some(norm) => norm.build(builder, &format!("{name}.norm{place}"), value, out_channels),
                None => Ok(value),
            }
        };

        let value = normed(builder, 1, input, [in_channels, out_channels], kernel, stride)?;
        let value = activate(builder, value);
        let mut value = normed(builder, 2, value, [out_channels; 2], kernel, &ones)?;
        if self.residual {
            let changes = in_channels != out_channels || stride != ones;
            let shortcut =
                if changes { normed(builder, 3, input, [in_channels, out_channels], &ones, stride)? } else { input };
            value = builder.node(name, Op::Add, &[value, shortcut]);
        }
        Ok(activate(builder, value))
    }
}

/// `get_conv_layer` of `monai.networks.blocks.dynunet_block`, without bias. `channels` are those of input and output.
fn convolution(
    builder: &mut Builder,
    name: &str,
    input: ValueId,
    [in_channels, out_channels]: [usize; 2],
    kernel: &[usize],
    stride: &[usize],
) -> ValueId {
    let weight = builder.parameter(name, "weight", [&[out_channels, in_channels], kernel].concat());
    let padding = kernel.iter().zip(stride).map(|(kernel, stride)| [(kernel + 1 - stride) / 2; 2]);
    let op = Op::Convolution(Convolution {
        weight,
        bias: None,
        out_channels,
        kernel: kernel.to_vec(),
        stride: stride.to_vec(),
        padding: padding.collect(),
        dilation: vec![1; kernel.len()],
        groups: 1,
    });
    builder.node(name, op, &[input])
}

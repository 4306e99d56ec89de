use serde_json::Value;

use crate::arguments::Arguments;
use crate::blocks::{Conv, PLANES, SeBlock, average, linear};
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{Activation, NormSpec, check_ratio};
use crate::op::{Op, Pool, PoolKind};
use crate::{Error, Network};

/// `monai.networks.nets.SENet`: a stem that quarters the image and four stages of squeeze and excitation blocks.
struct SeNet {
    block: Bottleneck,
    layers: [usize; 4],
    groups: usize,
    reduction: usize,
    inplanes: usize,
    downsample_kernel_size: usize,
    input_3x3: bool,
}

/// The blocks by the channels of their convolutions.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bottleneck {
    /// `SEBottleneck`.
    Senet,
    /// `SEResNetBottleneck`, whose first convolution has the stride.
    ResNet,
    /// `SEResNeXtBottleneck`.
    ResNext,
}

/// `monai.networks.nets.SENet`, in two and three dimensions.
pub(crate) fn parse(mut arguments: Arguments) -> Result<Network, Error> {
    let value = arguments.required("block")?;
    let block = match value.as_str() {
        Some("se_bottleneck") => Bottleneck::Senet,
        Some("se_resnet_bottleneck") => Bottleneck::ResNet,
        Some("se_resnetxt_bottleneck") => Bottleneck::ResNext,
        _ => {
            let expected = "se_bottleneck, se_resnet_bottleneck or se_resnetxt_bottleneck";
            return Err(arguments.invalid("block", &value, expected));
        }
    };
    let layers = arguments.required("layers")?;
    let (groups, reduction) = (arguments.count("groups")?, arguments.count("reduction")?);
    let net = SeNet::take(&mut arguments, block, &layers, [groups, reduction], true)?;
    net.finish("SENet", arguments)
}

/// `monai.networks.nets.SENet154`.
pub(crate) fn parse_154(arguments: Arguments) -> Result<Network, Error> {
    parse_named("SENet154", arguments, Bottleneck::Senet, [3, 8, 36, 3])
}

/// `monai.networks.nets.SEResNet50`.
pub(crate) fn parse_resnet50(arguments: Arguments) -> Result<Network, Error> {
    parse_named("SEResNet50", arguments, Bottleneck::ResNet, [3, 4, 6, 3])
}

/// `monai.networks.nets.SEResNet101`.
pub(crate) fn parse_resnet101(arguments: Arguments) -> Result<Network, Error> {
    parse_named("SEResNet101", arguments, Bottleneck::ResNet, [3, 4, 23, 3])
}

/// `monai.networks.nets.SEResNet152`.
pub(crate) fn parse_resnet152(arguments: Arguments) -> Result<Network, Error> {
    parse_named("SEResNet152", arguments, Bottleneck::ResNet, [3, 8, 36, 3])
}

/// `monai.networks.nets.SEResNext50`.
pub(crate) fn parse_resnext50(arguments: Arguments) -> Result<Network, Error> {
    parse_named("SEResNext50", arguments, Bottleneck::ResNext, [3, 4, 6, 3])
}

/// `monai.networks.nets.SEResNext101`.
pub(crate) fn parse_resnext101(arguments: Arguments) -> Result<Network, Error> {
    parse_named("SEResNext101", arguments, Bottleneck::ResNext, [3, 4, 23, 3])
}

/// A class with a block of its own. The checkpoint replaces whatever `pretrained` would download.
fn parse_named(
    target: &'static str,
    mut arguments: Arguments,
    block: Bottleneck,
    layers: [usize; 4],
) -> Result<Network, Error> {
    arguments.without_effect("progress");
    arguments.bool_or("pretrained", false)?;
    let layers = arguments.take("layers").unwrap_or_else(|| Value::from(layers.to_vec()));
    let groups = match block {
        Bottleneck::Senet => 64,
        Bottleneck::ResNet => 1,
        Bottleneck::ResNext => 32,
    };
    let sizes = [arguments.count_or("groups", groups)?, arguments.count_or("reduction", 16)?];
    let net = SeNet::take(&mut arguments, block, &layers, sizes, block == Bottleneck::Senet)?;
    net.finish(target, arguments)
}

impl SeNet {
    /// `original` has the defaults of SENet154, else those of the ResNets are meant.
    fn take(
        arguments: &mut Arguments,
        block: Bottleneck,
        layers: &Value,
        [groups, reduction]: [usize; 2],
        original: bool,
    ) -> Result<Self, Error> {
        if let Some(ratio) = arguments.take("dropout_prob").filter(|ratio| !ratio.is_null()) {
            check_ratio(arguments, "dropout_prob", &ratio)?;
        }
        arguments.without_effect("dropout_dim");
        let layers = arguments.to_four("layers", layers, &arguments.to_repeats("layers", layers)?)?;
        let (inplanes, kernel) = if original { (128, 3) } else { (64, 1) };
        let net = Self {
            block,
            layers,
            groups,
            reduction,
            inplanes: arguments.count_or("inplanes", inplanes)?,
            downsample_kernel_size: arguments.count_or("downsample_kernel_size", kernel)?,
            input_3x3: arguments.bool_or("input_3x3", original)?,
        };
        let grouped = match block {
            Bottleneck::Senet => 2 * PLANES[0],
            Bottleneck::ResNet => PLANES[0],
            Bottleneck::ResNext => groups,
        };
        if !grouped.is_multiple_of(groups) {
            return Err(arguments.invalid("groups", &Value::from(groups), &format!("a divisor of {grouped}")));
        }
        if reduction > 4 * PLANES[0] {
            let expected = format!("at most the {} channels of the first stage", 4 * PLANES[0]);
            return Err(arguments.invalid("reduction", &Value::from(reduction), &expected));
        }
        if net.downsample_kernel_size.is_multiple_of(2) {
            let found = Value::from(net.downsample_kernel_size);
            return Err(arguments.invalid("downsample_kernel_size", &found, "an odd size"));
        }
        Ok(net)
    }

    fn finish(self, target: &'static str, mut arguments: Arguments) -> Result<Network, Error> {
        let spatial_dims = arguments.spatial_dims()?;
        let in_channels = arguments.count("in_channels")?;
        let out_channels = arguments.count_or("num_classes", 1000)?;
        arguments.finish()?;
        let mut builder = Builder::new(spatial_dims, in_channels);
        let output = self.build(&mut builder, in_channels, out_channels)?;
        let (graph, parameters) = builder.finish(output);
        let multiple_of = vec![32; spatial_dims];
        Ok(Network { target, spatial_dims, in_channels, out_channels, multiple_of, graph, parameters })
    }

    fn build(&self, builder: &mut Builder, in_channels: usize, out_channels: usize) -> Result<ValueId, Error> {
        let mut value = self.stem(builder, in_channels)?;
        let mut channels = self.inplanes;
        for (stage, planes) in PLANES.into_iter().enumerate() {
            for index in 0..self.layers[stage].max(1) {
                let stride = if stage > 0 && index == 0 { 2 } else { 1 };
                let block =
                    self.block(channels, planes, stride, if stage == 0 { 1 } else { self.downsample_kernel_size });
                value = block.build(builder, &format!("layer{}.{index}", stage + 1), value)?;
                channels = 4 * planes;
            }
        }
        value = average(builder, "adaptive_avg_pool", value);
        value = builder.node("last_linear", Op::Flatten, &[value]);
        Ok(linear(builder, "last_linear", value, [channels, out_channels], true))
    }

    fn stem(&self, builder: &mut Builder, in_channels: usize) -> Result<ValueId, Error> {
        let axes = builder.spatial_dims();
        let convolutions = if self.input_3x3 {
            vec![
                Conv::cube(axes, [in_channels, 64], 3, 2),
                Conv::cube(axes, [64, 64], 3, 1),
                Conv::cube(axes, [64, self.inplanes], 3, 1),
            ]
        } else {
            vec![Conv::cube(axes, [in_channels, self.inplanes], 7, 2)]
        };
        let mut value = ValueId::INPUT;
        for (index, conv) in convolutions.into_iter().enumerate() {
            let (number, channels) = (index + 1, conv.out_channels);
            value = conv.build(builder, &format!("layer0.conv{number}"), value);
            value = NormSpec::batch(1e-5).build(builder, &format!("layer0.bn{number}"), value, channels)?;
            value = builder.node(&format!("layer0.relu{number}"), Op::Activation(Activation::Relu), &[value]);
        }
        let pool = Pool { ceil: true, ..Pool::cube(PoolKind::Maximum, axes, 3, 2, 0) };
        Ok(builder.node("layer0.pool", Op::Pool(pool), &[value]))
    }

    fn block(&self, in_channels: usize, planes: usize, stride: usize, kernel: usize) -> SeBlock {
        let (channels, strides) = match self.block {
            Bottleneck::Senet => ([2 * planes, 4 * planes, 4 * planes], [1, stride]),
            Bottleneck::ResNet => ([planes, planes, 4 * planes], [stride, 1]),
            Bottleneck::ResNext => {
                let width = planes / 16 * self.groups;
                ([width, width, 4 * planes], [1, stride])
            }
        };
        SeBlock {
            in_channels,
            channels,
            strides,
            groups: self.groups,
            reduction: self.reduction,
            project: (stride != 1 || in_channels != 4 * planes).then_some(kernel),
        }
    }
}

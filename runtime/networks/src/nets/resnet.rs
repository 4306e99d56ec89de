use serde_json::Value;

use crate::arguments::{Arguments, MAX_COUNT};
use crate::blocks::{PLANES, ResNetBlock, ResNetFeatures, Shortcut, average, linear, named};
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{ActivationSpec, NormSpec};
use crate::op::Op;
use crate::{Error, Network};

/// `monai.networks.nets.ResNet`: the mean of the last map's channels, and a linear layer unless `classes` is `None`.
struct ResNet {
    features: ResNetFeatures,
    classes: Option<usize>,
}

/// `monai.networks.nets.ResNet`, in two and three dimensions.
pub(crate) fn parse(mut arguments: Arguments) -> Result<Network, Error> {
    let value = arguments.required("block")?;
    let block = match value.as_str() {
        Some("basic") => ResNetBlock::Basic,
        Some("bottleneck") => ResNetBlock::Bottleneck { groups: 1, width: 64 },
        _ => return Err(arguments.invalid("block", &value, "basic or bottleneck")),
    };
    let value = arguments.required("layers")?;
    let layers = arguments.to_four("layers", &value, &arguments.to_repeats("layers", &value)?)?;
    let value = arguments.required("block_inplanes")?;
    let planes = value.as_array().into_iter().flatten().map(|item| arguments.to_count("block_inplanes", item));
    let planes = arguments.to_four("block_inplanes", &value, &planes.collect::<Result<Vec<_>, _>>()?)?;
    let net = ResNet::take(&mut arguments, block, layers, planes)?;
    net.finish("ResNet", arguments)
}

/// The function `monai.networks.nets.resnet10` or one of its sisters, by its name.
///
/// The checkpoint replaces whatever `pretrained` would download, so that it is only refused where MONAI has nothing to download.
pub(crate) fn parse_named(target: &'static str, mut arguments: Arguments) -> Result<Network, Error> {
    let (block, layers) = named(target).expect("the table of networks has no other");
    arguments.without_effect("progress");
    let pretrained = arguments.bool_or("pretrained", false)?;
    let net = ResNet::take(&mut arguments, block, layers, PLANES)?;
    let ResNetFeatures { in_channels, shortcut, kernel, .. } = &net.features;
    let (of_weights, expected) = match target {
        "resnet18" | "resnet34" => (Shortcut::Pad, "A"),
        _ => (Shortcut::Convolution { bias: false }, "B with `bias_downsample` false"),
    };
    let has_weights = kernel.len() == 3 && *in_channels == 1 && net.classes.is_none() && *shortcut == of_weights;
    if pretrained && !has_weights {
        let expected = format!(
            "false: MONAI has weights for 3 axes, `n_input_channels` 1, `feed_forward` false and `shortcut_type` {expected}"
        );
        return Err(arguments.invalid("pretrained", &Value::Bool(true), &expected));
    }
    net.finish(target, arguments)
}

impl ResNet {
    fn take(
        arguments: &mut Arguments,
        block: ResNetBlock,
        layers: [usize; 4],
        planes: [usize; 4],
    ) -> Result<Self, Error> {
        let axes = arguments.spatial_dims_or(3)?;
        let extents = |arguments: &mut Arguments, argument, default: usize| {
            let value = arguments.take(argument).unwrap_or_else(|| Value::from(default));
            arguments.to_extents(argument, &value, axes)
        };
        let (kernel, stride) = (extents(arguments, "conv1_t_size", 7)?, extents(arguments, "conv1_t_stride", 1)?);
        let planes = widen(arguments, planes)?;
        let bias = arguments.bool_or("bias_downsample", true)?;
        let kind = arguments.take("shortcut_type").unwrap_or_else(|| Value::from("B"));
        let shortcut = match kind.as_str() {
            Some("A") => Shortcut::Pad,
            Some("B") => Shortcut::Convolution { bias },
            _ => return Err(arguments.invalid("shortcut_type", &kind, "A or B")),
        };
        let classes = arguments.count_or("num_classes", 400)?;
        let features = ResNetFeatures {
            in_channels: arguments.count_or("n_input_channels", 3)?,
            block,
            layers,
            planes,
            shortcut,
            kernel,
            stride,
            max_pool: !arguments.bool_or("no_max_pool", false)?,
            // As in MONAI 1.6.1, `norm` and `act` are those of the stem; the blocks keep batch norm and ReLU.
            norm: norm(arguments)?,
            act: ActivationSpec::take(arguments, "relu")?,
        };
        if shortcut == Shortcut::Pad && !features.channels().is_sorted() {
            let expected = "B where a stage has fewer channels than the one before";
            return Err(arguments.invalid("shortcut_type", &kind, expected));
        }
        let classes = arguments.bool_or("feed_forward", true)?.then_some(classes);
        Ok(Self { features, classes })
    }

    fn finish(self, target: &'static str, arguments: Arguments) -> Result<Network, Error> {
        arguments.finish()?;
        let Self { features, classes } = self;
        let (in_channels, [.., channels]) = (features.in_channels, features.channels());
        let mut builder = Builder::new(features.kernel.len(), in_channels);
        let [.., map] = features.build(&mut builder, &ResNetFeatures::modules(""), ValueId::INPUT)?;
        let mean = average(&mut builder, "avgpool", map);
        let mut output = builder.node("avgpool", Op::Flatten, &[mean]);
        if let Some(classes) = classes {
            output = linear(&mut builder, "fc", output, [channels, classes], true);
        }
        let (graph, parameters) = builder.finish(output);
        let stages = if features.max_pool { 16 } else { 8 };
        Ok(Network {
            target,
            spatial_dims: features.kernel.len(),
            in_channels,
            out_channels: classes.unwrap_or(channels),
            multiple_of: features.stride.iter().map(|stride| stages * stride).collect(),
            graph,
            parameters,
        })
    }
}

/// Takes `widen_factor` and applies it as MONAI does, downwards.
fn widen(arguments: &mut Arguments, planes: [usize; 4]) -> Result<[usize; 4], Error> {
    let factor = arguments.number_or("widen_factor", 1.0)?;
    let planes = planes.map(|planes| (planes as f64 * factor) as usize);
    if planes.iter().all(|planes| (1..=MAX_COUNT).contains(planes)) {
        return Ok(planes);
    }
    let expected = format!("a factor that gives each stage from 1 to {MAX_COUNT} channels");
    Err(arguments.invalid("widen_factor", &Value::from(factor), &expected))
}

/// Takes `norm`, which MONAI's class refuses without learned scale and shift.
fn norm(arguments: &mut Arguments) -> Result<NormSpec, Error> {
    match NormSpec::take(arguments, Value::from("batch"))? {
        Some(norm) if norm.affine() => Ok(norm),
        _ => Err(arguments.invalid("norm", &Value::from("without scale and shift"), "a norm with `affine` true")),
    }
}

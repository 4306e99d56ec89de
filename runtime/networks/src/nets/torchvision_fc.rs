use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::blocks::{Conv, Inception, PLANES, ResNetBlock, ResNetFeatures, Shortcut, average, linear, named};
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{Activation, ActivationSpec, NormSpec, check_ratio, parse_pool};
use crate::op::Op;
use crate::{Error, Network};

/// `monai.networks.nets.TorchVisionFCModel`: a network of torchvision with another head. Two dimensions, three channels.
struct TorchVisionFc {
    features: Features,
    /// Whether modules are named as the network has them, else they are numbered.
    named: bool,
    pool: Pooling,
    in_channels: usize,
    classes: usize,
    use_conv: bool,
    bias: bool,
}

/// The network up to its last map.
enum Features {
    ResNet(Box<ResNetFeatures>),
    Inception(Inception),
}

/// What follows the last map.
enum Pooling {
    /// The mean of each channel, which is what all these networks have.
    Own,
    /// Another layer, or none.
    Other(Option<Op>),
}

/// The networks that MONAI documents.
const MODELS: [&str; 10] = [
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "wide_resnet50_2",
    "wide_resnet101_2",
    "inception_v3",
];

/// `monai.networks.nets.TorchVisionFCModel`.
///
/// The checkpoint replaces what `pretrained` and `weights` would download. With either of them torchvision's Inception takes images
/// normalised in another way, which stays.
pub(crate) fn parse(mut arguments: Arguments) -> Result<Network, Error> {
    let model = arguments.take("model_name").unwrap_or_else(|| Value::from("resnet18"));
    let name = model.as_str().filter(|name| MODELS.contains(name));
    let name = name.ok_or_else(|| arguments.invalid("model_name", &model, &format!("one of {}", MODELS.join(", "))))?;
    let downloads = downloads(&mut arguments, name)?;
    let features = Features::take(&mut arguments, name, downloads)?;
    fixed(&mut arguments, "dim", json!(2), "2, like the model's input")?;
    fixed(&mut arguments, "fc_name", json!("fc"), "fc, the last layer of the model")?;
    let net = TorchVisionFc::take(&mut arguments, features)?;
    arguments.finish()?;

    let mut builder = Builder::new(2, 3);
    let output = net.build(&mut builder)?;
    let (graph, parameters) = builder.finish(output);
    // The first multiple of the strides with which no layer runs out of voxels.
    let least = (1..=16).map(|count| count * 32).find(|size| graph.shapes(&[*size; 2]).is_ok());
    let multiple_of = vec![least.unwrap_or(32); 2];
    let (target, out_channels) = ("TorchVisionFCModel", net.classes);
    Ok(Network { target, spatial_dims: 2, in_channels: 3, out_channels, multiple_of, graph, parameters })
}

/// Takes `pretrained` and `weights`: whether torchvision would download weights, which are then among its own.
fn downloads(arguments: &mut Arguments, name: &str) -> Result<bool, Error> {
    let pretrained = arguments.bool_or("pretrained", false)?;
    let Some(weights) = arguments.take("weights").filter(|weights| !weights.is_null()) else { return Ok(pretrained) };
    let versions: &[&str] = match name {
        "resnet18" | "resnet34" | "inception_v3" => &["DEFAULT", "IMAGENET1K_V1"],
        _ => &["DEFAULT", "IMAGENET1K_V1", "IMAGENET1K_V2"],
    };
    match weights.as_str().and_then(|weights| weights.rsplit('.').next()) {
        Some(version) if versions.contains(&version) => Ok(true),
        _ => Err(arguments.invalid("weights", &weights, &format!("one of {}", versions.join(", ")))),
    }
}

/// Takes an argument that has one possible value.
fn fixed(arguments: &mut Arguments, argument: &'static str, value: Value, expected: &str) -> Result<(), Error> {
    match arguments.take(argument) {
        Some(other) if other != value => Err(arguments.invalid(argument, &other, expected)),
        _ => Ok(()),
    }
}

impl Features {
    /// Takes what torchvision's function of this name takes.
    fn take(arguments: &mut Arguments, name: &str, downloads: bool) -> Result<Self, Error> {
        arguments.without_effect("progress");
        let bottleneck = |groups, width| ResNetBlock::Bottleneck { groups, width };
        let (block, layers) = match name {
            "inception_v3" => return Self::inception(arguments, downloads),
            "resnext50_32x4d" => (bottleneck(32, 4), [3, 4, 6, 3]),
            "resnext101_32x8d" => (bottleneck(32, 8), [3, 4, 23, 3]),
            "wide_resnet50_2" => (bottleneck(1, 128), [3, 4, 6, 3]),
            "wide_resnet101_2" => (bottleneck(1, 128), [3, 4, 23, 3]),
            other => named(other).expect("the models are those of MONAI"),
        };
        arguments.without_effect("zero_init_residual");
        let features = ResNetFeatures {
            in_channels: 3,
            block,
            layers,
            planes: PLANES,
            shortcut: Shortcut::Convolution { bias: false },
            kernel: vec![7; 2],
            stride: vec![2; 2],
            max_pool: true,
            norm: NormSpec::batch(1e-5),
            act: Some(ActivationSpec::Fixed(Activation::Relu)),
        };
        Ok(Self::ResNet(Box::new(features)))
    }

    fn inception(arguments: &mut Arguments, downloads: bool) -> Result<Self, Error> {
        arguments.without_effect("init_weights");
        if let Some(ratio) = arguments.take("dropout") {
            check_ratio(arguments, "dropout", &ratio)?;
        }
        let transform_input = arguments.bool_or("transform_input", downloads)?;
        let aux_logits = arguments.bool_or("aux_logits", true)?;
        if downloads && !aux_logits {
            return Err(arguments.invalid("aux_logits", &Value::Bool(false), "true where weights are given"));
        }
        Ok(Self::Inception(Inception { transform_input, aux_logits }))
    }

    /// Channels of the last map.
    fn channels(&self) -> usize {
        match self {
            Self::ResNet(features) => features.channels()[4],
            Self::Inception(_) => Inception::CHANNELS,
        }
    }

    /// Torchvision's name of the node that gives the last map.
    fn node_name(&self) -> String {
        match self {
            Self::ResNet(features) => {
                let activation = if features.block == ResNetBlock::Basic { 1 } else { 2 };
                format!("layer4.{}.relu_{activation}", features.layers[3] - 1)
            }
            Self::Inception(_) => "Mixed_7c.cat_2".into(),
        }
    }
}

impl TorchVisionFc {
    fn take(arguments: &mut Arguments, mut features: Features) -> Result<Self, Error> {
        let node = arguments.take("node_name").filter(|node| node != "");
        let value = arguments.take("pool").unwrap_or_else(|| json!(["avg", {"kernel_size": 7, "stride": 1}]));
        let pool = if value.is_null() { Pooling::Own } else { Pooling::Other(parse_pool(arguments, &value, 2)?) };
        match (&node, &pool, &features) {
            (None, Pooling::Other(_), Features::Inception(_)) => {
                return Err(arguments.invalid("pool", &value, "nothing, or also `node_name`, for inception_v3"));
            }
            (Some(node), Pooling::Own, _) => {
                return Err(arguments.invalid("node_name", node, "nothing where `pool` is nothing"));
            }
            (Some(node), ..) if *node != features.node_name().as_str() => {
                return Err(arguments.invalid("node_name", node, &format!("{}, the last map", features.node_name())));
            }
            _ => {}
        }
        if let (Some(_), Features::Inception(inception)) = (&node, &mut features) {
            // The second head is not part of what is extracted.
            inception.aux_logits = false;
        }
        let channels = features.channels();
        let use_conv = arguments.bool_or("use_conv", false)?;
        let in_channels = match arguments.take("in_channels").filter(|count| !count.is_null()) {
            Some(value) => arguments.to_count("in_channels", &value)?,
            None => channels,
        };
        // A linear layer may read a map of several voxels.
        let fits = match pool {
            Pooling::Other(_) if !use_conv => in_channels.is_multiple_of(channels),
            _ => in_channels == channels,
        };
        if !fits {
            let expected = format!("the {channels} channels of the last map");
            return Err(arguments.invalid("in_channels", &Value::from(in_channels), &expected));
        }
        Ok(Self {
            named: node.is_some() || matches!(pool, Pooling::Own),
            features,
            pool,
            in_channels,
            classes: arguments.count_or("num_classes", 1)?,
            use_conv,
            bias: arguments.bool_or("bias", true)?,
        })
    }

    fn build(&self, builder: &mut Builder) -> Result<ValueId, Error> {
        let mut value = match &self.features {
            Features::Inception(inception) => inception.build(builder, "features.", ValueId::INPUT)?,
            Features::ResNet(features) => {
                let [.., map] = features.build(builder, &self.modules(), ValueId::INPUT)?;
                map
            }
        };
        match &self.pool {
            Pooling::Own => value = average(builder, "features.avgpool", value),
            Pooling::Other(Some(op)) => value = builder.node("pool", op.clone(), &[value]),
            Pooling::Other(None) => {}
        }
        let channels = [self.in_channels, self.classes];
        if self.use_conv {
            let conv = Conv { bias: self.bias, ..Conv::cube(2, channels, 1, 1) };
            return Ok(conv.build(builder, "fc", value));
        }
        value = builder.node("fc", Op::Flatten, &[value]);
        Ok(linear(builder, "fc", value, channels, self.bias))
    }

    fn modules(&self) -> [String; 8] {
        let names = match self.named {
            true => ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"],
            false => ["0", "1", "2", "3", "4", "5", "6", "7"],
        };
        names.map(|name| format!("features.{name}"))
    }
}

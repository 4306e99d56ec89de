use serde_json::{Value, json};

use super::efficientnet::EfficientNet;
use crate::arguments::Arguments;
use crate::blocks::{PLANES, ResNetFeatures, Shortcut, UpCat, UpsampleMode, interpolation, named, plain};
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{Activation, ActivationSpec, Adn, NormSpec};
use crate::op::ResizeMode;
use crate::{Error, Network};

/// `monai.networks.nets.flexible_unet.UNetDecoder` and its segmentation head.
struct Decoder {
    channels: Vec<usize>,
    mode: UpsampleMode,
    resize: ResizeMode,
    /// Whether channels are halved on the way up. Without `pre_conv` nothing does that.
    halves: bool,
    pad: bool,
    bias: bool,
    adn: Adn,
}

/// `monai.networks.nets.FlexibleUNet`, in two and three dimensions.
pub(crate) fn parse(mut arguments: Arguments) -> Result<Network, Error> {
    let in_channels = arguments.count("in_channels")?;
    let out_channels = arguments.count("out_channels")?;
    let spatial_dims = arguments.spatial_dims_or(2)?;
    // The checkpoint replaces what MONAI would download.
    arguments.without_effect("pretrained");
    let mut builder = Builder::new(spatial_dims, in_channels);
    let features = encode(&mut arguments, &mut builder, in_channels)?;
    let decoder = Decoder::take(&mut arguments, &features)?;
    arguments.finish()?;

    let multiple_of = vec![1 << features.len(); spatial_dims];
    let output = decoder.build(&mut builder, features, out_channels)?;
    let (graph, parameters) = builder.finish(output);
    Ok(Network { target: "FlexibleUNet", spatial_dims, in_channels, out_channels, multiple_of, graph, parameters })
}

/// Takes `backbone` and builds it: its features with their channels, the finest first. Each has half the size of the one before.
fn encode(
    arguments: &mut Arguments,
    builder: &mut Builder,
    in_channels: usize,
) -> Result<Vec<(ValueId, usize)>, Error> {
    let backbone = arguments.required("backbone")?;
    match backbone.as_str() {
        Some(name) if name.starts_with("efficientnet-") => {
            // The argument `norm` is the decoder's.
            let norm = NormSpec::parse(arguments, &json!(["batch", {"eps": 1e-3}]))?;
            let net = EfficientNet::named(name, 1000, norm);
            let net = net.ok_or_else(|| arguments.invalid("backbone", &backbone, &names()))?;
            Ok(net.build(builder, "encoder.", in_channels)?.0)
        }
        Some(name) => {
            let net = residual(name, builder.spatial_dims(), in_channels);
            let net = net.ok_or_else(|| arguments.invalid("backbone", &backbone, &names()))?;
            let maps = net.build(builder, &ResNetFeatures::modules("encoder."), ValueId::INPUT)?;
            Ok(maps.into_iter().zip(net.channels()).collect())
        }
        None => Err(arguments.invalid("backbone", &backbone, &names())),
    }
}

fn names() -> String {
    format!("{}, or resnet with 10, 18, 34, 50, 101, 152 or 200 layers", EfficientNet::names())
}

/// `monai.networks.nets.resnet.ResNetEncoder`: the features of a residual network as MedicalNet has it.
fn residual(name: &str, axes: usize, in_channels: usize) -> Option<ResNetFeatures> {
    let (block, layers) = named(name)?;
    let pads = matches!(name, "resnet18" | "resnet34");
    Some(ResNetFeatures {
        in_channels,
        block,
        layers,
        planes: PLANES,
        shortcut: if pads { Shortcut::Pad } else { Shortcut::Convolution { bias: false } },
        kernel: vec![7; axes],
        stride: vec![2; axes],
        max_pool: true,
        norm: NormSpec::batch(1e-5),
        act: Some(ActivationSpec::Fixed(Activation::Relu)),
    })
}

impl Decoder {
    fn take(arguments: &mut Arguments, features: &[(ValueId, usize)]) -> Result<Self, Error> {
        let mode = UpsampleMode::take(arguments, "upsample", UpsampleMode::NonTrainable)?;
        let pre_conv = arguments.take("pre_conv").unwrap_or_else(|| Value::from("default"));
        let halves = match (&pre_conv, mode) {
            (Value::Null, UpsampleMode::PixelShuffle) => {
                return Err(arguments.invalid("pre_conv", &pre_conv, "default where `upsample` is pixelshuffle"));
            }
            (Value::Null, UpsampleMode::NonTrainable) => false,
            (Value::Null, _) => true,
            (Value::String(name), _) if name == "default" => true,
            _ => return Err(arguments.invalid("pre_conv", &pre_conv, "default or nothing")),
        };
        let act = Value::from("relu");
        Ok(Self {
            channels: decoder_channels(arguments, features.len(), halves)?,
            mode,
            resize: interpolation(arguments, "interp_mode", "nearest")?,
            halves,
            pad: arguments.bool_or("is_pad", true)?,
            bias: arguments.bool_or("decoder_bias", false)?,
            adn: Adn::parse_or(arguments, act, json!(["batch", {"eps": 1e-3}]))?,
        })
    }

    fn build(
        &self,
        builder: &mut Builder,
        mut features: Vec<(ValueId, usize)>,
        out_channels: usize,
    ) -> Result<ValueId, Error> {
        let (mut value, mut in_channels) = features.pop().expect("a backbone has features");
        for (block, out_channels) in self.channels.iter().copied().enumerate() {
            let skip = features.pop();
            let up_cat = UpCat {
                in_channels,
                up_channels: if self.halves && skip.is_some() { in_channels / 2 } else { in_channels },
                out_channels,
                mode: self.mode,
                resize: self.resize,
                pad: self.pad,
                bias: self.bias,
                adn: &self.adn,
            };
            value = up_cat.build(builder, &format!("decoder.blocks.{block}"), value, skip)?;
            in_channels = out_channels;
        }
        let axes = builder.spatial_dims();
        let (kernel, ones) = (vec![3; axes], vec![1; axes]);
        let channels = [in_channels, out_channels];
        Ok(plain(builder, "segmentation_head.0", value, channels, &kernel, &ones, true))
    }
}

/// Takes `decoder_channels`, one for each level up; like MONAI, what stands behind them is not used.
fn decoder_channels(arguments: &mut Arguments, levels: usize, halves: bool) -> Result<Vec<usize>, Error> {
    let value = arguments.take("decoder_channels").unwrap_or_else(|| json!([256, 128, 64, 32, 16]));
    let items = value.as_array().filter(|items| items.len() >= levels);
    let expected = format!("a list of {levels} positive integers");
    let items = items.ok_or_else(|| arguments.invalid("decoder_channels", &value, &expected))?;
    let channels: Vec<usize> = items
        .iter()
        .take(levels)
        .map(|item| arguments.to_count("decoder_channels", item))
        .collect::<Result<_, Error>>()?;
    if halves && channels[..levels - 2].contains(&1) {
        let expected = "at least 2 wherever they are halved on the way up: all but the last two";
        return Err(arguments.invalid("decoder_channels", &value, expected));
    }
    Ok(channels)
}

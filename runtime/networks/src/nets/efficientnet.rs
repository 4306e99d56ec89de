use serde_json::{Value, json};

use crate::arguments::{Arguments, MAX_COUNT};
use crate::blocks::{MbConvBlock, SWISH, SamePadded, average, linear, normed, plain};
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{NormSpec, check_ratio};
use crate::op::Op;
use crate::{Error, Network};

/// `monai.networks.nets.EfficientNet`: a stem that halves the image, stacks of blocks, and a classifier.
pub(crate) struct EfficientNet {
    image_size: usize,
    stem: usize,
    stacks: Vec<Vec<MbConvBlock>>,
    head: usize,
    classes: usize,
    norm: Option<NormSpec>,
}

/// `monai.networks.nets.EfficientNet`, in two and three dimensions.
pub(crate) fn parse(mut arguments: Arguments) -> Result<Network, Error> {
    let (spatial_dims, in_channels, classes, norm) = common(&mut arguments)?;
    let image_size = arguments.count_or("image_size", 224)?;
    let scaling = Scaling {
        width: coefficient(&mut arguments, "width_coefficient")?,
        depth: coefficient(&mut arguments, "depth_coefficient")?,
        divisor: arguments.count_or("depth_divisor", 8)?,
    };
    if let Some(ratio) = arguments.take("dropout_rate") {
        check_ratio(&arguments, "dropout_rate", &ratio)?;
    }
    if let Some(ratio) = arguments.take("drop_connect_rate").filter(|ratio| !ratio.is_null()) {
        check_ratio(&arguments, "drop_connect_rate", &ratio)?;
    }
    let blocks = arguments.required("blocks_args_str")?;
    let invalid = |expected: String| arguments.invalid("blocks_args_str", &blocks, &expected);
    let names = blocks.as_array().into_iter().flatten().map(|name| name.as_str().unwrap_or_default());
    let parsed: Vec<BlockArgs> = names.map(BlockArgs::parse).collect::<Result<_, String>>().map_err(invalid)?;
    let net = EfficientNet::new(&parsed, &scaling, image_size, classes, norm).map_err(invalid)?;
    arguments.finish()?;
    net.finish("EfficientNet", spatial_dims, in_channels)
}

/// `monai.networks.nets.EfficientNetBN`, in two and three dimensions.
pub(crate) fn parse_named(mut arguments: Arguments) -> Result<Network, Error> {
    let (spatial_dims, in_channels, classes, norm) = common(&mut arguments)?;
    let model = arguments.required("model_name")?;
    // The checkpoint replaces what MONAI would download.
    for argument in ["pretrained", "progress", "adv_prop"] {
        arguments.without_effect(argument);
    }
    let net = EfficientNet::named(model.as_str().unwrap_or_default(), classes, norm);
    let net = net.ok_or_else(|| arguments.invalid("model_name", &model, &EfficientNet::names()))?;
    arguments.finish()?;
    net.finish("EfficientNetBN", spatial_dims, in_channels)
}

/// Takes what both classes have: spatial axes, channels, classes and the norm.
fn common(arguments: &mut Arguments) -> Result<(usize, usize, usize, Option<NormSpec>), Error> {
    let spatial_dims = arguments.spatial_dims_or(2)?;
    let in_channels = arguments.count_or("in_channels", 3)?;
    let classes = arguments.count_or("num_classes", 1000)?;
    Ok((spatial_dims, in_channels, classes, NormSpec::take(arguments, json!(["batch", {"eps": 1e-3}]))?))
}

/// Takes a factor; zero and `None` leave what they would scale as it is.
fn coefficient(arguments: &mut Arguments, argument: &'static str) -> Result<Option<f64>, Error> {
    let value = arguments.take(argument).unwrap_or_else(|| Value::from(1.0));
    match value.as_f64() {
        None if value.is_null() => Ok(None),
        Some(0.0) => Ok(None),
        Some(factor) if factor > 0.0 && factor <= 100.0 => Ok(Some(factor)),
        _ => Err(arguments.invalid(argument, &value, "a number from 0 to 100")),
    }
}

/// Width, depth and image size by name: `efficientnet_params` of MONAI.
const MODELS: [(&str, f64, f64, usize); 10] = [
    ("efficientnet-b0", 1.0, 1.0, 224),
    ("efficientnet-b1", 1.0, 1.1, 240),
    ("efficientnet-b2", 1.1, 1.2, 260),
    ("efficientnet-b3", 1.2, 1.4, 300),
    ("efficientnet-b4", 1.4, 1.8, 380),
    ("efficientnet-b5", 1.6, 2.2, 456),
    ("efficientnet-b6", 1.8, 2.6, 528),
    ("efficientnet-b7", 2.0, 3.1, 600),
    ("efficientnet-b8", 2.2, 3.6, 672),
    ("efficientnet-l2", 4.3, 5.3, 800),
];

/// The blocks of every named model.
const BLOCKS: [&str; 7] = [
    "r1_k3_s11_e1_i32_o16_se0.25",
    "r2_k3_s22_e6_i16_o24_se0.25",
    "r2_k5_s22_e6_i24_o40_se0.25",
    "r3_k3_s22_e6_i40_o80_se0.25",
    "r3_k5_s11_e6_i80_o112_se0.25",
    "r4_k5_s22_e6_i112_o192_se0.25",
    "r1_k3_s11_e6_i192_o320_se0.25",
];

/// By how much a model is larger than its block definitions say.
struct Scaling {
    width: Option<f64>,
    depth: Option<f64>,
    divisor: usize,
}

impl Scaling {
    /// `_round_filters`: the nearest multiple of the divisor that is not less than nine tenths.
    fn filters(&self, filters: usize) -> Result<usize, String> {
        let Some(width) = self.width else { return Ok(filters) };
        let (exact, divisor) = (filters as f64 * width, self.divisor as f64);
        let rounded = ((exact + divisor / 2.0).trunc() / divisor).floor() * divisor;
        let rounded = rounded.max(divisor);
        let filters = if rounded < 0.9 * exact { rounded + divisor } else { rounded };
        at_most(filters as usize)
    }

    /// `_round_repeats`.
    fn repeats(&self, repeats: usize) -> usize {
        self.depth.map_or(repeats, |depth| (depth * repeats as f64).ceil() as usize)
    }
}

/// `monai.networks.nets.BlockArgs`: one stack of blocks.
struct BlockArgs {
    repeats: usize,
    kernel: usize,
    stride: usize,
    expand_ratio: usize,
    in_channels: usize,
    out_channels: usize,
    squeeze_ratio: Option<f64>,
    id_skip: bool,
}

impl BlockArgs {
    /// Reads a definition such as `r2_k3_s22_e6_i16_o24_se0.25`.
    fn parse(definition: &str) -> Result<Self, String> {
        let invalid = || {
            let example = "r2_k3_s22_e6_i16_o24_se0.25";
            format!("definitions like {example}, with small counts and one stride for all axes, not `{definition}`")
        };
        let mut options = std::collections::BTreeMap::new();
        for option in definition.split('_').filter(|option| *option != "noskip") {
            let digit = option.find(|letter: char| letter.is_ascii_digit()).ok_or_else(invalid)?;
            options.insert(&option[..digit], &option[digit..]);
        }
        let mut count = |key, most| {
            let value = options.remove(key).and_then(|value| value.parse::<usize>().ok());
            value.filter(|count| (1..=most).contains(count)).ok_or_else(invalid)
        };
        let (repeats, kernel, expand_ratio) = (count("r", 64)?, count("k", 64)?, count("e", 64)?);
        let (in_channels, out_channels) = (count("i", MAX_COUNT)?, count("o", MAX_COUNT)?);
        let strides = options.remove("s").unwrap_or_default();
        let stride = match strides.as_bytes() {
            [first @ b'1'..=b'9', rest @ ..] if rest.len() < 3 && rest.iter().all(|digit| digit == first) => {
                first - b'0'
            }
            _ => return Err(invalid()),
        };
        let squeeze_ratio =
            options.remove("se").map(|ratio| ratio.parse::<f64>().map_err(|_| invalid())).transpose()?;
        if !options.is_empty() {
            return Err(invalid());
        }
        Ok(Self {
            repeats,
            kernel,
            stride: stride.into(),
            expand_ratio,
            in_channels,
            out_channels,
            // Like MONAI: another ratio means no squeeze and excitation.
            squeeze_ratio: squeeze_ratio.filter(|ratio| *ratio > 0.0 && *ratio <= 1.0),
            id_skip: !definition.contains("noskip"),
        })
    }

    /// The blocks of this stack; only the first changes channels and size.
    fn blocks(&self, scaling: &Scaling, image_size: usize) -> Result<Vec<MbConvBlock>, String> {
        let (first, out_channels) = (scaling.filters(self.in_channels)?, scaling.filters(self.out_channels)?);
        let block = |at: usize| {
            let (in_channels, stride, image_size) = match at {
                0 => (first, self.stride, image_size),
                _ => (out_channels, 1, image_size.div_ceil(self.stride)),
            };
            at_most(in_channels * self.expand_ratio)?;
            let squeezed = self.squeeze_ratio.map(|ratio| ((in_channels as f64 * ratio) as usize).max(1));
            let (kernel, expand_ratio, id_skip) = (self.kernel, self.expand_ratio, self.id_skip);
            Ok(MbConvBlock { in_channels, out_channels, kernel, stride, image_size, expand_ratio, squeezed, id_skip })
        };
        (0..scaling.repeats(self.repeats)).map(block).collect()
    }
}

fn at_most(channels: usize) -> Result<usize, String> {
    if channels <= MAX_COUNT { Ok(channels) } else { Err(format!("at most {MAX_COUNT} channels, not {channels}")) }
}

impl EfficientNet {
    /// The model of this name; `None` where MONAI has none.
    pub(crate) fn named(name: &str, classes: usize, norm: Option<NormSpec>) -> Option<Self> {
        let (_, width, depth, image_size) = MODELS.into_iter().find(|(model, ..)| *model == name)?;
        let parse = |definition| BlockArgs::parse(definition).expect("MONAI's own");
        let scaling = Scaling { width: Some(width), depth: Some(depth), divisor: 8 };
        Some(Self::new(&BLOCKS.map(parse), &scaling, image_size, classes, norm).expect("MONAI's own"))
    }

    /// The models in words.
    pub(crate) fn names() -> String {
        format!("one of {}", MODELS.map(|(name, ..)| name).join(", "))
    }

    /// The error is what `blocks_args_str` must be.
    fn new(
        definitions: &[BlockArgs],
        scaling: &Scaling,
        image_size: usize,
        classes: usize,
        norm: Option<NormSpec>,
    ) -> Result<Self, String> {
        let stem = scaling.filters(32)?;
        let (mut channels, mut edge) = (stem, image_size.div_ceil(2));
        let mut stacks = Vec::new();
        for definition in definitions {
            let blocks = definition.blocks(scaling, edge)?;
            if blocks[0].in_channels != channels {
                return Err(format!("a block that takes the {channels} channels there, not {}", blocks[0].in_channels));
            }
            (channels, edge) = (blocks[0].out_channels, edge.div_ceil(definition.stride));
            stacks.push(blocks);
        }
        if stacks.is_empty() {
            return Err("a list of at least one definition".into());
        }
        Ok(Self { image_size, stem, stacks, head: scaling.filters(1280)?, classes, norm })
    }

    fn finish(self, target: &'static str, spatial_dims: usize, in_channels: usize) -> Result<Network, Error> {
        let mut builder = Builder::new(spatial_dims, in_channels);
        let (_, output) = self.build(&mut builder, "", in_channels)?;
        let (graph, parameters) = builder.finish(output);
        let strides = self.stacks.iter().map(|blocks| blocks[0].stride);
        let multiple_of = vec![strides.fold(2, usize::saturating_mul); spatial_dims];
        Ok(Network { target, spatial_dims, in_channels, out_channels: self.classes, multiple_of, graph, parameters })
    }

    /// The features of `EfficientNetBNFeatures` with their channels, the finest first: what each stack leaves before the next halves
    /// it, and what the last leaves. Then the logits. `prefix` stands before the names of the modules.
    pub(crate) fn build(
        &self,
        builder: &mut Builder,
        prefix: &str,
        in_channels: usize,
    ) -> Result<(Vec<(ValueId, usize)>, ValueId), Error> {
        let axes = builder.spatial_dims();
        let ones = vec![1; axes];
        let name = |module: &str| format!("{prefix}{module}");
        let stem = SamePadded { kernel: 3, stride: 2, image_size: self.image_size };
        let mut value = stem.build(builder, &name("_conv_stem"), ValueId::INPUT, [in_channels, self.stem], 1);
        value = normed(builder, &name("_bn0"), value, &self.norm, self.stem)?;
        value = builder.node(&name("_swish"), SWISH, &[value]);

        let mut features = Vec::new();
        let (mut channels, mut index) = (self.stem, 0);
        for (stack, blocks) in self.stacks.iter().enumerate() {
            if blocks[0].stride > 1 {
                features.push((value, channels));
            }
            for block in blocks {
                value = block.build(builder, &name(&format!("_blocks.{stack}.{index}")), value, &self.norm)?;
                index += 1;
            }
            channels = blocks[0].out_channels;
        }
        features.push((value, channels));

        value = plain(builder, &name("_conv_head"), value, [channels, self.head], &ones, &ones, false);
        value = normed(builder, &name("_bn1"), value, &self.norm, self.head)?;
        value = builder.node(&name("_swish"), SWISH, &[value]);
        value = average(builder, &name("_avg_pooling"), value);
        value = builder.node(&name("_fc"), Op::Flatten, &[value]);
        value = linear(builder, &name("_fc"), value, [self.head, self.classes], true);
        Ok((features, value))
    }
}

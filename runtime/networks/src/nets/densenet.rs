use serde_json::Value;

use crate::arguments::Arguments;
use crate::blocks::{Conv, average, linear};
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{ActivationSpec, NormSpec, check_ratio};
use crate::op::{Op, Pool, PoolKind};
use crate::{Error, Network};

/// `monai.networks.nets.DenseNet`: blocks of layers of which each reads all before it, with a halving between two blocks.
struct DenseNet {
    init_features: usize,
    growth_rate: usize,
    bn_size: usize,
    block_config: Vec<usize>,
    norm: Option<NormSpec>,
    act: Option<ActivationSpec>,
}

/// `monai.networks.nets.DenseNet`, in two and three dimensions.
pub(crate) fn parse(arguments: Arguments) -> Result<Network, Error> {
    build("DenseNet", arguments, [6, 12, 24, 16], false)
}

/// `monai.networks.nets.DenseNet121`.
pub(crate) fn parse_121(arguments: Arguments) -> Result<Network, Error> {
    parse_named("DenseNet121", arguments, [6, 12, 24, 16])
}

/// `monai.networks.nets.DenseNet169`.
pub(crate) fn parse_169(arguments: Arguments) -> Result<Network, Error> {
    parse_named("DenseNet169", arguments, [6, 12, 32, 32])
}

/// `monai.networks.nets.DenseNet201`.
pub(crate) fn parse_201(arguments: Arguments) -> Result<Network, Error> {
    parse_named("DenseNet201", arguments, [6, 12, 48, 32])
}

/// `monai.networks.nets.DenseNet264`.
pub(crate) fn parse_264(arguments: Arguments) -> Result<Network, Error> {
    parse_named("DenseNet264", arguments, [6, 12, 64, 48])
}

fn parse_named(target: &'static str, mut arguments: Arguments, block_config: [usize; 4]) -> Result<Network, Error> {
    arguments.without_effect("progress");
    let pretrained = arguments.bool_or("pretrained", false)?;
    build(target, arguments, block_config, pretrained)
}

/// The checkpoint replaces whatever `pretrained` would download, so that it is only refused where MONAI has nothing to download.
fn build(
    target: &'static str,
    mut arguments: Arguments,
    block_config: [usize; 4],
    pretrained: bool,
) -> Result<Network, Error> {
    let spatial_dims = arguments.spatial_dims()?;
    if pretrained && (spatial_dims != 2 || target == "DenseNet264") {
        let expected = "false: MONAI has weights for DenseNet121, 169 and 201 in two dimensions";
        return Err(arguments.invalid("pretrained", &Value::Bool(true), expected));
    }
    let in_channels = arguments.count("in_channels")?;
    let out_channels = arguments.count("out_channels")?;
    let net = DenseNet::take(&mut arguments, block_config)?;
    arguments.finish()?;

    let mut builder = Builder::new(spatial_dims, in_channels);
    let output = net.build(&mut builder, in_channels, out_channels)?;
    let (graph, parameters) = builder.finish(output);
    let multiple_of = vec![4 << net.block_config.len().saturating_sub(1); spatial_dims];
    Ok(Network { target, spatial_dims, in_channels, out_channels, multiple_of, graph, parameters })
}

impl DenseNet {
    fn take(arguments: &mut Arguments, block_config: [usize; 4]) -> Result<Self, Error> {
        let blocks = arguments.take("block_config").unwrap_or_else(|| Value::from(block_config.to_vec()));
        if let Some(ratio) = arguments.take("dropout_prob") {
            check_ratio(arguments, "dropout_prob", &ratio)?;
        }
        Ok(Self {
            init_features: arguments.count_or("init_features", 64)?,
            growth_rate: arguments.count_or("growth_rate", 32)?,
            bn_size: arguments.count_or("bn_size", 4)?,
            block_config: arguments.to_repeats("block_config", &blocks)?,
            norm: NormSpec::take(arguments, Value::from("batch"))?,
            act: ActivationSpec::take(arguments, "relu")?,
        })
    }

    fn build(&self, builder: &mut Builder, in_channels: usize, out_channels: usize) -> Result<ValueId, Error> {
        let axes = builder.spatial_dims();
        let mut channels = self.init_features;
        let conv = Conv::cube(axes, [in_channels, channels], 7, 2);
        let mut value = conv.build(builder, "features.conv0", ValueId::INPUT);
        value = self.norm_act(builder, ["features.norm0", "features.relu0"], value, channels)?;
        let pool = Op::Pool(Pool::cube(PoolKind::Maximum, axes, 3, 2, 1));
        value = builder.node("features.pool0", pool, &[value]);
        for (index, layers) in self.block_config.iter().enumerate() {
            let number = index + 1;
            for layer in 1..=*layers {
                let name = format!("features.denseblock{number}.denselayer{layer}.layers");
                value = self.layer(builder, &name, value, channels)?;
                channels += self.growth_rate;
            }
            if number == self.block_config.len() {
                value = self.norm(builder, "features.norm5", value, channels)?;
            } else {
                value = self.transition(builder, &format!("features.transition{number}"), value, channels)?;
                channels /= 2;
            }
        }
        value = self.act(builder, "class_layers.relu", value, channels)?;
        value = average(builder, "class_layers.pool", value);
        value = builder.node("class_layers.flatten", Op::Flatten, &[value]);
        Ok(linear(builder, "class_layers.out", value, [channels, out_channels], true))
    }

    /// The input and new channels made from it.
    fn layer(&self, builder: &mut Builder, name: &str, input: ValueId, channels: usize) -> Result<ValueId, Error> {
        let axes = builder.spatial_dims();
        let inner = self.bn_size * self.growth_rate;
        let module = |module: &str| format!("{name}.{module}");
        let mut value = self.norm_act(builder, [&module("norm1"), &module("relu1")], input, channels)?;
        value = Conv::cube(axes, [channels, inner], 1, 1).build(builder, &module("conv1"), value);
        value = self.norm_act(builder, [&module("norm2"), &module("relu2")], value, inner)?;
        value = Conv::cube(axes, [inner, self.growth_rate], 3, 1).build(builder, &module("conv2"), value);
        Ok(builder.node(name, Op::Concatenate, &[input, value]))
    }

    /// Halves channels and size.
    fn transition(&self, builder: &mut Builder, name: &str, input: ValueId, channels: usize) -> Result<ValueId, Error> {
        let axes = builder.spatial_dims();
        let mut value = self.norm_act(builder, [&format!("{name}.norm"), &format!("{name}.relu")], input, channels)?;
        value = Conv::cube(axes, [channels, channels / 2], 1, 1).build(builder, &format!("{name}.conv"), value);
        let kind = PoolKind::Average { count_include_pad: true };
        Ok(builder.node(&format!("{name}.pool"), Op::Pool(Pool::cube(kind, axes, 2, 2, 0)), &[value]))
    }

    fn norm_act(
        &self,
        builder: &mut Builder,
        [norm, act]: [&str; 2],
        input: ValueId,
        channels: usize,
    ) -> Result<ValueId, Error> {
        let value = self.norm(builder, norm, input, channels)?;
        self.act(builder, act, value, channels)
    }

    fn norm(&self, builder: &mut Builder, name: &str, input: ValueId, channels: usize) -> Result<ValueId, Error> {
        match &self.norm {
            Some(norm) => norm.build(builder, name, input, channels),
            None => Ok(input),
        }
    }

    fn act(&self, builder: &mut Builder, name: &str, input: ValueId, channels: usize) -> Result<ValueId, Error> {
        match &self.act {
            Some(act) => act.build(builder, name, input, channels),
            None => Ok(input),
        }
    }
}

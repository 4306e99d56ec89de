use serde_json::{Value, json};

use crate::arguments::{Arguments, MAX_COUNT};
use crate::blocks::{Upsample, UpsampleMode, plain};
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{ActivationSpec, NormSpec, check_ratio};
use crate::op::{Op, ResizeMode};
use crate::{Error, Network};

/// `monai.networks.nets.SegResNet`.
struct SegResNet {
    filters: usize,
    out_channels: usize,
    blocks_down: Vec<usize>,
    blocks_up: Vec<usize>,
    upsample: UpsampleMode,
    norm: NormSpec,
    act: Option<ActivationSpec>,
    final_conv: bool,
}

pub(crate) fn parse(mut arguments: Arguments) -> Result<Network, Error> {
    let spatial_dims = arguments.spatial_dims_or(3)?;
    let in_channels = arguments.count_or("in_channels", 1)?;
    let blocks_down = blocks_down(&mut arguments)?;
    let levels = blocks_down.len();
    let up = arguments.take("blocks_up").unwrap_or_else(|| json!([1, 1, 1]));
    let net = SegResNet {
        filters: init_filters(&mut arguments, 8, levels)?,
        out_channels: arguments.count_or("out_channels", 2)?,
        blocks_up: blocks_up(&arguments, &up, levels)?,
        upsample: UpsampleMode::take(&mut arguments, "upsample_mode", UpsampleMode::NonTrainable)?,
        norm: norm(&mut arguments)?,
        act: ActivationSpec::take(&mut arguments, "RELU")?,
        final_conv: arguments.bool_or("use_conv_final", true)?,
        blocks_down,
    };
    if let Some(ratio) = arguments.take("dropout_prob").filter(|ratio| !ratio.is_null()) {
        check_ratio(&arguments, "dropout_prob", &ratio)?;
    }
    arguments.finish()?;

    let mut builder = Builder::new(spatial_dims, in_channels);
    let (features, logits) = net.build(&mut builder, in_channels)?;
    let (output, out_channels) = if net.final_conv { (logits, net.out_channels) } else { (features, net.filters) };
    let (graph, parameters) = builder.finish(output);
    let multiple_of = vec![1 << (levels - 1); spatial_dims];
    Ok(Network { target: "SegResNet", spatial_dims, in_channels, out_channels, multiple_of, graph, parameters })
}

/// Takes `blocks_down`: at least one level.
pub(super) fn blocks_down(arguments: &mut Arguments) -> Result<Vec<usize>, Error> {
    let value = arguments.take("blocks_down").unwrap_or_else(|| json!([1, 2, 2, 4]));
    let blocks = arguments.to_repeats("blocks_down", &value)?;
    if blocks.is_empty() {
        return Err(arguments.invalid("blocks_down", &value, "at least one level"));
    }
    Ok(blocks)
}

/// Reads `blocks_up`: one level less than down.
pub(super) fn blocks_up(arguments: &Arguments, value: &Value, levels: usize) -> Result<Vec<usize>, Error> {
    let blocks = arguments.to_repeats("blocks_up", value)?;
    if blocks.len() + 1 != levels {
        let expected = format!("{} integers, one less than `blocks_down`", levels - 1);
        return Err(arguments.invalid("blocks_up", value, &expected));
    }
    Ok(blocks)
}

/// Takes `init_filters`, which every level down doubles.
pub(super) fn init_filters(arguments: &mut Arguments, default: usize, levels: usize) -> Result<usize, Error> {
    let filters = arguments.count_or("init_filters", default)?;
    let most = MAX_COUNT >> (levels - 1);
    if filters > most {
        let expected = format!("at most {most}, as {levels} levels double it");
        return Err(arguments.invalid("init_filters", &Value::from(filters), &expected));
    }
    Ok(filters)
}

/// Takes `norm`, or the deprecated `norm_name` and `num_groups` that replace it. Without a norm MONAI's activation, which works in
/// place, would change the input that a block adds.
fn norm(arguments: &mut Arguments) -> Result<NormSpec, Error> {
    let mut value = arguments.take("norm").unwrap_or_else(|| json!(["GROUP", {"num_groups": 8}]));
    let groups = arguments.count_or("num_groups", 8)?;
    let name = arguments.take("norm_name").unwrap_or_else(|| Value::from(""));
    match name.as_str() {
        Some("") => {}
        None if name.is_null() => {}
        Some(group) if group.eq_ignore_ascii_case("group") => value = json!(["GROUP", {"num_groups": groups}]),
        _ => return Err(arguments.invalid("norm_name", &name, "group, or the argument `norm` in its place")),
    }
    let norm = NormSpec::parse(arguments, &value)?;
    norm.ok_or_else(|| arguments.invalid("norm", &value, "the name of a norm"))
}

impl SegResNet {
    /// The features of the last block and the logits made of them.
    fn build(&self, builder: &mut Builder, in_channels: usize) -> Result<(ValueId, ValueId), Error> {
        let axes = builder.spatial_dims();
        let (ones, twos, threes) = (vec![1; axes], vec![2; axes], vec![3; axes]);
        let width = |level: usize| self.filters << level;
        if let Some(act) = &self.act {
            // The same module as `conv_final.1`, which is where it runs.
            act.register(builder, "act_mod", self.filters)?;
        }
        let channels = [in_channels, self.filters];
        let mut value = plain(builder, "convInit.conv", ValueId::INPUT, channels, &threes, &ones, false);
        let mut skips = Vec::new();
        for (level, blocks) in self.blocks_down.iter().enumerate() {
            let name = format!("down_layers.{level}");
            if level > 0 {
                skips.push(value);
                let channels = [width(level - 1), width(level)];
                value = plain(builder, &format!("{name}.0.conv"), value, channels, &threes, &twos, false);
            }
            for block in 1..=*blocks {
                value = self.block(builder, &format!("{name}.{block}"), value, width(level))?;
            }
        }
        for (step, blocks) in self.blocks_up.iter().enumerate() {
            let channels = width(self.blocks_up.len() - step - 1);
            let name = format!("up_samples.{step}");
            value = plain(builder, &format!("{name}.0.conv"), value, [2 * channels, channels], &ones, &ones, false);
            let upsample = Upsample {
                mode: self.upsample,
                in_channels: channels,
                out_channels: channels,
                scale: &twos,
                kernel: None,
                resize: ResizeMode::Linear { align_corners: false },
                bias: true,
            };
            value = upsample.build(builder, &format!("{name}.1"), value);
            let skip = skips.pop().expect("there are as many steps up as down");
            value = builder.node(&name, Op::Add, &[value, skip]);
            for block in 0..*blocks {
                value = self.block(builder, &format!("up_layers.{step}.{block}"), value, channels)?;
            }
        }
        let features = value;
        value = self.norm.build(builder, "conv_final.0", value, self.filters)?;
        if let Some(act) = &self.act {
            value = act.build(builder, "conv_final.1", value, self.filters)?;
        }
        let channels = [self.filters, self.out_channels];
        Ok((features, plain(builder, "conv_final.2.conv", value, channels, &ones, &ones, true)))
    }

    /// `monai.networks.blocks.segresnet_block.ResBlock`: norm, activation and convolution, twice, plus the input. Both times it is
    /// the same activation.
    fn block(&self, builder: &mut Builder, name: &str, input: ValueId, channels: usize) -> Result<ValueId, Error> {
        let axes = builder.spatial_dims();
        let act = self.act.as_ref().map(|act| act.register(builder, &format!("{name}.act"), channels)).transpose()?;
        let mut value = input;
        for half in [1, 2] {
            value = self.norm.build(builder, &format!("{name}.norm{half}"), value, channels)?;
            if let Some(act) = act {
                value = builder.node(&format!("{name}.act"), Op::Activation(act), &[value]);
            }
            let conv = format!("{name}.conv{half}.conv");
            value = plain(builder, &conv, value, [channels; 2], &vec![3; axes], &vec![1; axes], false);
        }
        Ok(builder.node(name, Op::Add, &[value, input]))
    }
}

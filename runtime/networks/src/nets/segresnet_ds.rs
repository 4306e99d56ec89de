use serde_json::{Value, json};

use super::segresnet::{blocks_down, blocks_up, init_filters};
use crate::arguments::Arguments;
use crate::blocks::{Upsample, UpsampleMode, plain};
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{ActivationSpec, NormSpec};
use crate::op::{Op, ResizeMode};
use crate::{Error, Network};

/// `monai.networks.nets.SegResNetDS`. In evaluation mode it returns the finest of its outputs.
struct SegResNetDs {
    filters: usize,
    out_channels: usize,
    blocks_down: Vec<usize>,
    blocks_up: Vec<usize>,
    /// How many of the last levels up have a head.
    heads: usize,
    /// The factor by which each level divides each axis.
    scales: Vec<Vec<usize>>,
    upsample: UpsampleMode,
    norm: NormSpec,
    act: ActivationSpec,
}

pub(crate) fn parse(mut arguments: Arguments) -> Result<Network, Error> {
    let spatial_dims = arguments.spatial_dims_or(3)?;
    let in_channels = arguments.count_or("in_channels", 1)?;
    let blocks_down = blocks_down(&mut arguments)?;
    let levels = blocks_down.len();
    let up = arguments.take("blocks_up").filter(|up| !up.is_null()).unwrap_or_else(|| json!(vec![1; levels - 1]));
    let net = SegResNetDs {
        filters: init_filters(&mut arguments, 32, levels)?,
        out_channels: arguments.count_or("out_channels", 2)?,
        blocks_up: blocks_up(&arguments, &up, levels)?,
        heads: heads(&mut arguments)?,
        scales: scales(&mut arguments, spatial_dims, levels)?,
        upsample: UpsampleMode::take(&mut arguments, "upsample_mode", UpsampleMode::Deconv)?,
        norm: norm(&mut arguments)?,
        act: act(&mut arguments)?,
        blocks_down,
    };
    if net.upsample == UpsampleMode::PixelShuffle && net.scales.iter().any(|scale| scale.contains(&1)) {
        let expected = "another mode than pixelshuffle, which doubles all axes, where `resolution` keeps some";
        return Err(arguments.invalid("upsample_mode", &Value::from("pixelshuffle"), expected));
    }
    if let Some(preprocess) = arguments.take("preprocess").filter(|preprocess| !preprocess.is_null()) {
        return Err(arguments.invalid("preprocess", &preprocess, "nothing: only the bundle's own transforms are run"));
    }
    arguments.finish()?;

    let mut builder = Builder::new(spatial_dims, in_channels);
    let (output, out_channels) = net.build(&mut builder, in_channels)?;
    let (graph, parameters) = builder.finish(output);
    let product = |axis: usize| net.scales[..levels - 1].iter().map(|scale| scale[axis]).product();
    let multiple_of = (0..spatial_dims).map(product).collect();
    Ok(Network { target: "SegResNetDS", spatial_dims, in_channels, out_channels, multiple_of, graph, parameters })
}

/// Takes `dsdepth`. Like MONAI, without any head the output is the features of the last level.
fn heads(arguments: &mut Arguments) -> Result<usize, Error> {
    let value = arguments.take("dsdepth").unwrap_or_else(|| Value::from(1));
    let heads = value.as_u64().and_then(|heads| usize::try_from(heads).ok());
    heads.ok_or_else(|| arguments.invalid("dsdepth", &value, "an integer from 0"))
}

/// Takes `resolution`: `scales_for_resolution`, which divides the finer axes first until the voxels are about as long as wide.
fn scales(arguments: &mut Arguments, axes: usize, levels: usize) -> Result<Vec<Vec<usize>>, Error> {
    let value = arguments.take("resolution").unwrap_or_default();
    let sizes = match &value {
        Value::Null => return Ok(vec![vec![2; axes]; levels]),
        Value::Array(items) if items.is_empty() => return Ok(vec![vec![2; axes]; levels]),
        Value::Array(items) if items.len() == axes && levels > 1 => items.iter().map(Value::as_f64).collect(),
        _ => None,
    };
    let sizes: Option<Vec<f64>> = sizes.filter(|sizes: &Vec<f64>| sizes.iter().all(|size| *size > 0.0));
    let sizes = sizes.ok_or_else(|| {
        let expected = format!("{axes} positive numbers, and at least two levels in `blocks_down`");
        arguments.invalid("resolution", &value, &expected)
    })?;
    let longest = sizes.iter().copied().fold(0.0, f64::max);
    let halvings: Vec<f64> = sizes.iter().map(|size| (longest / size).log2().floor()).collect();
    let isotropic = halvings.iter().copied().fold(0.0, f64::max);
    let scale = |level: usize| {
        let level = level as f64;
        halvings.iter().map(|halvings| if level < isotropic && level >= *halvings { 1 } else { 2 }).collect()
    };
    Ok((0..levels).map(scale).collect())
}

/// Takes `norm`, affine where nothing else is said.
fn norm(arguments: &mut Arguments) -> Result<NormSpec, Error> {
    let mut value = arguments.take("norm").unwrap_or_else(|| Value::from("batch"));
    if value.is_string() {
        value = json!([value, {}]);
    }
    if let Some(options) = value.get_mut(1).and_then(Value::as_object_mut) {
        options.entry("affine").or_insert(Value::Bool(true));
    }
    let norm = NormSpec::parse(arguments, &value)?;
    norm.ok_or_else(|| arguments.invalid("norm", &value, "the name of a norm"))
}

fn act(arguments: &mut Arguments) -> Result<ActivationSpec, Error> {
    let value = arguments.take("act").unwrap_or_else(|| Value::from("relu"));
    let act = ActivationSpec::parse(arguments, &value)?;
    act.ok_or_else(|| arguments.invalid("act", &value, "the name of an activation"))
}

/// `aniso_kernel`: 3 where the level divides, else 1.
fn kernel(scale: &[usize]) -> Vec<usize> {
    scale.iter().map(|scale| if *scale > 1 { 3 } else { 1 }).collect()
}

impl SegResNetDs {
    /// The output with its channels.
    fn build(&self, builder: &mut Builder, in_channels: usize) -> Result<(ValueId, usize), Error> {
        let ones = vec![1; builder.spatial_dims()];
        let levels = self.blocks_down.len();
        let width = |level: usize| self.filters << level;
        let (first, channels) = (kernel(&self.scales[0]), [in_channels, self.filters]);
        let mut value = plain(builder, "encoder.conv_init", ValueId::INPUT, channels, &first, &ones, false);
        let mut skips = Vec::new();
        for (level, (blocks, scale)) in self.blocks_down.iter().zip(&self.scales).enumerate() {
            let name = format!("encoder.layers.{level}");
            for block in 0..*blocks {
                let block = format!("{name}.blocks.{block}");
                value = self.block(builder, &block, value, width(level), &kernel(scale))?;
            }
            if level + 1 < levels {
                skips.push(value);
                let channels = [width(level), width(level + 1)];
                value = plain(builder, &format!("{name}.downsample"), value, channels, &kernel(scale), scale, false);
            }
        }
        let head = |builder: &mut Builder, step: usize, value, channels| {
            let channels = [channels, self.out_channels];
            (plain(builder, &format!("up_layers.{step}.head"), value, channels, &ones, &ones, true), self.out_channels)
        };
        if levels == 1 {
            return Ok(head(builder, 0, value, self.filters));
        }
        let mut output = (value, self.filters);
        for (step, blocks) in self.blocks_up.iter().enumerate() {
            let level = levels - step - 2;
            let (name, kernel) = (format!("up_layers.{step}"), kernel(&self.scales[level]));
            let upsample = Upsample {
                mode: self.upsample,
                in_channels: width(level + 1),
                out_channels: width(level),
                scale: &self.scales[level],
                kernel: Some(&kernel),
                resize: ResizeMode::Linear { align_corners: false },
                bias: false,
            };
            value = upsample.build(builder, &format!("{name}.upsample"), value);
            let skip = skips.pop().expect("there are as many steps up as down");
            value = builder.node(&name, Op::Add, &[value, skip]);
            for block in 0..*blocks {
                let block = format!("{name}.blocks.{block}");
                value = self.block(builder, &block, value, width(level), &kernel)?;
            }
            output = if level < self.heads { head(builder, step, value, width(level)) } else { (value, width(level)) };
        }
        Ok(output)
    }

    /// `monai.networks.nets.segresnet_ds.SegResBlock`: norm, activation and convolution, twice, plus the input.
    fn block(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        channels: usize,
        kernel: &[usize],
    ) -> Result<ValueId, Error> {
        let ones = vec![1; kernel.len()];
        let mut value = input;
        for half in [1, 2] {
            value = self.norm.build(builder, &format!("{name}.norm{half}"), value, channels)?;
            value = self.act.build(builder, &format!("{name}.act{half}"), value, channels)?;
            value = plain(builder, &format!("{name}.conv{half}"), value, [channels; 2], kernel, &ones, false);
        }
        Ok(builder.node(name, Op::Add, &[value, input]))
    }
}

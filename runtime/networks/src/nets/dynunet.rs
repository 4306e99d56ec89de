use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::blocks::{UnetBlock, UnetLayers, UnetUpBlock, plain};
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{ActivationSpec, check_dropout};
use crate::{Error, Network};

/// `monai.networks.nets.DynUNet` in evaluation mode, in two and three dimensions. The output is smaller than the input by the
/// first stride.
struct DynUnet {
    in_channels: usize,
    out_channels: usize,
    /// Channels, kernel and stride of each level, the bottleneck last; so many levels have a head that only training runs.
    filters: Vec<usize>,
    kernels: Vec<Vec<usize>>,
    strides: Vec<Vec<usize>>,
    heads: usize,
    residual: bool,
    up_bias: bool,
    layers: UnetLayers,
}

pub(crate) fn parse(mut arguments: Arguments) -> Result<Network, Error> {
    let spatial_dims = arguments.count("spatial_dims")?;
    if !matches!(spatial_dims, 2 | 3) {
        return Err(arguments.invalid("spatial_dims", &Value::from(spatial_dims), "2 or 3"));
    }
    let in_channels = arguments.count("in_channels")?;
    let out_channels = arguments.count("out_channels")?;
    let residual = arguments.bool_or("res_block", false)?;
    let strides = strides(&mut arguments, spatial_dims)?;
    let kernels = kernels(&mut arguments, &strides, residual)?;
    check_upsampling(&mut arguments, &strides)?;
    let filters = filters(&mut arguments, strides.len(), spatial_dims)?;
    let heads = heads(&mut arguments, strides.len() - 1)?;
    if let Some(dropout) = arguments.take("dropout") {
        check_dropout(&arguments, &dropout)?;
    }
    let leaky = json!(["leakyrelu", {"inplace": true, "negative_slope": 0.01}]);
    let layers = UnetLayers {
        activation: ActivationSpec::named(&mut arguments, "act_name", leaky)?,
        ..UnetLayers::parse(&mut arguments, json!(["INSTANCE", {"affine": true}]))?
    };
    let up_bias = arguments.bool_or("trans_bias", false)?;
    arguments.finish()?;

    let unet = DynUnet { in_channels, out_channels, filters, kernels, strides, heads, residual, up_bias, layers };
    let mut builder = Builder::new(spatial_dims, in_channels);
    let value = unet.level(&mut builder, "skip_layers", ValueId::INPUT, 0)?;
    let (channels, ones) = ([unet.filters[0], out_channels], vec![1; spatial_dims]);
    let output = plain(&mut builder, "output_block.conv.conv", value, channels, &ones, &ones, true);
    let (graph, parameters) = builder.finish(output);
    let multiple_of = (0..spatial_dims)
        .map(|axis| unet.strides.iter().fold(1_usize, |product, stride| product.saturating_mul(stride[axis])))
        .collect();
    Ok(Network { target: "DynUNet", spatial_dims, in_channels, out_channels, multiple_of, graph, parameters })
}

/// Deeper than any image can be halved.
const MAX_LEVELS: usize = 16;

fn strides(arguments: &mut Arguments, axes: usize) -> Result<Vec<Vec<usize>>, Error> {
    let value = arguments.required("strides")?;
    let levels = value.as_array().filter(|levels| (3..=MAX_LEVELS).contains(&levels.len()));
    let levels = levels.ok_or_else(|| arguments.invalid("strides", &value, "a list of 3 to 16 strides"))?;
    levels.iter().map(|level| arguments.to_extents("strides", level, axes)).collect()
}

/// One kernel per stride. Even kernels, which MONAI does not refuse, would let the map grow by a voxel at each convolution.
fn kernels(arguments: &mut Arguments, strides: &[Vec<usize>], residual: bool) -> Result<Vec<Vec<usize>>, Error> {
    let value = arguments.required("kernel_size")?;
    let levels = value.as_array().filter(|levels| levels.len() == strides.len()).ok_or_else(|| {
        arguments.invalid(
            "kernel_size",
            &value,
            &format!("a list of {} kernel sizes, as many as `strides`", strides.len()),
        )
    })?;
    let mut kernels = Vec::with_capacity(levels.len());
    for (level, stride) in levels.iter().zip(strides) {
        let kernel = arguments.to_extents("kernel_size", level, stride.len())?;
        if kernel.iter().any(|size| size % 2 == 0) {
            return Err(arguments.invalid("kernel_size", &value, "odd sizes"));
        }
        let negative = |(size, stride): (&usize, &usize)| *stride > size + 1 || residual && *stride > 2;
        if kernel.iter().zip(stride).any(negative) {
            let most =
                if residual { "at most 2 where `res_block` is true" } else { "at most one more than the kernel" };
            return Err(arguments.invalid("strides", &json!(stride), most));
        }
        kernels.push(kernel);
    }
    Ok(kernels)
}

/// Upsampling by anything but the strides brings two sizes together that differ.
fn check_upsampling(arguments: &mut Arguments, strides: &[Vec<usize>]) -> Result<(), Error> {
    let value = arguments.required("upsample_kernel_size")?;
    let levels = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let sizes = levels.iter().map(|level| arguments.to_extents("upsample_kernel_size", level, strides[0].len()));
    if sizes.collect::<Result<Vec<_>, Error>>()? == strides[1..] {
        return Ok(());
    }
    Err(arguments.invalid("upsample_kernel_size", &value, "`strides` without the first"))
}

/// Like MONAI, entries beyond the last level are not used. The default is nnU-Net's.
fn filters(arguments: &mut Arguments, levels: usize, spatial_dims: usize) -> Result<Vec<usize>, Error> {
    let value = arguments.take("filters").unwrap_or_default();
    if value.is_null() {
        let most = if spatial_dims == 3 { 320 } else { 512 };
        return Ok((0..levels).map(|level| most.min(32 << level)).collect());
    }
    let expected = format!("a list of {levels} numbers, as many as `strides`");
    let items = value.as_array().filter(|items| items.len() >= levels);
    let items = items.ok_or_else(|| arguments.invalid("filters", &value, &expected))?;
    items[..levels].iter().map(|item| arguments.to_count("filters", item)).collect()
}

/// How many heads of deep supervision there are.
fn heads(arguments: &mut Arguments, ups: usize) -> Result<usize, Error> {
    if !arguments.bool_or("deep_supervision", false)? {
        arguments.without_effect("deep_supr_num");
        return Ok(0);
    }
    let heads = arguments.count_or("deep_supr_num", 1)?;
    if heads >= ups {
        let expected = format!("less than the {ups} layers of upsampling");
        return Err(arguments.invalid("deep_supr_num", &Value::from(heads), &expected));
    }
    Ok(heads)
}

impl DynUnet {
    /// A level with all below it. Its blocks have two names each, and what PyTorch loads last is what counts: `skip_layers`.
    fn level(&self, builder: &mut Builder, name: &str, input: ValueId, depth: usize) -> Result<ValueId, Error> {
        let ups = self.strides.len() - 1;
        let bottom = depth == ups;
        let (down, alias) = match depth {
            0 => (format!("{name}.downsample"), "input_block".to_owned()),
            _ if bottom => (name.to_owned(), "bottleneck".to_owned()),
            _ => (format!("{name}.downsample"), format!("downsamples.{}", depth - 1)),
        };
        let block = UnetBlock {
            in_channels: depth.checked_sub(1).map_or(self.in_channels, |above| self.filters[above]),
            out_channels: self.filters[depth],
            kernel: &self.kernels[depth],
            stride: &self.strides[depth],
            layers: &self.layers,
            residual: self.residual,
        };
        let value = block.build(builder, &down, input)?;
        builder.alias(&down, &alias);
        if bottom {
            return Ok(value);
        }

        let lower = self.level(builder, &format!("{name}.next_layer"), value, depth + 1)?;
        let up = UnetUpBlock {
            in_channels: self.filters[depth + 1],
            out_channels: self.filters[depth],
            kernel: &self.kernels[depth + 1],
            upsample: &self.strides[depth + 1],
            bias: self.up_bias,
            layers: &self.layers,
            residual: false,
        };
        let value = up.build(builder, &format!("{name}.upsample"), lower, value)?;
        builder.alias(&format!("{name}.upsample"), &format!("upsamples.{}", ups - 1 - depth));
        if (1..=self.heads).contains(&depth) {
            let (head, ones) = (format!("{name}.super_head.conv.conv"), vec![1; builder.spatial_dims()]);
            builder.parameter(&head, "weight", [&[self.out_channels, self.filters[depth]], ones.as_slice()].concat());
            builder.parameter(&head, "bias", vec![self.out_channels]);
            builder.alias(&head, &format!("deep_supervision_heads.{}.conv.conv", depth - 1));
        }
        Ok(value)
    }
}

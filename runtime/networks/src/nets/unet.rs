use serde_json::Value;

use crate::arguments::{Arguments, MAX_LEVELS};
use crate::blocks::{ConvolutionBlock, ResidualUnit};
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::Adn;
use crate::op::Op;
use crate::{Error, Network};

/// `monai.networks.nets.UNet`, in two and three dimensions.
struct Unet {
    channels: Vec<usize>,
    strides: Vec<Vec<usize>>,
    kernel: Vec<usize>,
    up_kernel: Vec<usize>,
    res_units: usize,
    bias: bool,
    adn: Adn,
}

pub(crate) fn parse(mut arguments: Arguments) -> Result<Network, Error> {
    let spatial_dims = arguments.count("spatial_dims")?;
    if !matches!(spatial_dims, 2 | 3) {
        return Err(arguments.invalid("spatial_dims", &Value::from(spatial_dims), "2 or 3"));
    }
    let in_channels = arguments.count("in_channels")?;
    let out_channels = arguments.count("out_channels")?;
    let channels = arguments.counts("channels")?;
    if channels.len() < 2 {
        return Err(arguments.invalid("channels", &Value::from(channels), "at least two numbers"));
    }
    if channels.len() > MAX_LEVELS {
        return Err(arguments.invalid("channels", &Value::from(channels), "at most 16 numbers"));
    }
    let strides = strides(&mut arguments, channels.len() - 1, spatial_dims)?;
    let unet = Unet {
        kernel: kernel(&mut arguments, "kernel_size", spatial_dims)?,
        up_kernel: kernel(&mut arguments, "up_kernel_size", spatial_dims)?,
        res_units: res_units(&mut arguments)?,
        bias: arguments.bool_or("bias", true)?,
        adn: Adn::parse(&mut arguments)?,
        channels,
        strides,
    };
    arguments.finish()?;

    let mut builder = Builder::new(spatial_dims, in_channels);
    let output = unet.level(&mut builder, "model", ValueId::INPUT, in_channels, out_channels, 0)?;
    let (graph, parameters) = builder.finish(output);
    let multiple_of = (0..spatial_dims)
        .map(|axis| unet.strides.iter().fold(1_usize, |product, stride| product.saturating_mul(stride[axis])))
        .collect();
    Ok(Network { target: "UNet", spatial_dims, in_channels, out_channels, multiple_of, graph, parameters })
}

/// One stride per step down, each an integer or one per axis. Like MONAI, entries beyond the last step are not used.
fn strides(arguments: &mut Arguments, steps: usize, axes: usize) -> Result<Vec<Vec<usize>>, Error> {
    let value = arguments.required("strides")?;
    let expected = format!("a list of {steps} strides, one less than `channels`");
    let items = value.as_array().filter(|items| items.len() >= steps);
    let items = items.ok_or_else(|| arguments.invalid("strides", &value, &expected))?;
    let all = items.iter().map(|item| arguments.to_extents("strides", item, axes)).collect::<Result<Vec<_>, _>>()?;
    Ok(all.into_iter().take(steps).collect())
}

fn kernel(arguments: &mut Arguments, name: &'static str, axes: usize) -> Result<Vec<usize>, Error> {
    let value = arguments.take(name).unwrap_or_else(|| Value::from(3));
    let kernel = arguments.to_extents(name, &value, axes)?;
    if kernel.iter().any(|size| size % 2 == 0) {
        return Err(arguments.invalid(name, &value, "odd sizes"));
    }
    Ok(kernel)
}

fn res_units(arguments: &mut Arguments) -> Result<usize, Error> {
    let value = arguments.take("num_res_units").unwrap_or_else(|| Value::from(0));
    match value.as_u64() {
        Some(units @ 0..=64) => Ok(units as usize),
        _ => Err(arguments.invalid("num_res_units", &value, "an integer from 0 to 64")),
    }
}

impl Unet {
    fn level(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        in_channels: usize,
        out_channels: usize,
        depth: usize,
    ) -> Result<ValueId, Error> {
        let here = self.channels[depth];
        let stride = &self.strides[depth];
        let skip = self.down(builder, &format!("{name}.0"), input, in_channels, here, stride)?;

        let below = format!("{name}.1.submodule");
        let bottom = depth + 2 == self.channels.len();
        let (lower, lower_channels) = if bottom {
            let channels = self.channels[depth + 1];
            let ones = vec![1; builder.spatial_dims()];
            (self.down(builder, &below, skip, here, channels, &ones)?, channels)
        } else {
            (self.level(builder, &below, skip, here, here, depth + 1)?, here)
        };
        let joined = builder.node(&format!("{name}.1"), Op::Concatenate, &[skip, lower]);
        self.up(builder, &format!("{name}.2"), joined, here + lower_channels, out_channels, stride, depth == 0)
    }

    fn down(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        in_channels: usize,
        out_channels: usize,
        stride: &[usize],
    ) -> Result<ValueId, Error> {
        if self.res_units > 0 {
            let unit = ResidualUnit {
                in_channels,
                out_channels,
                kernel: &self.kernel,
                stride,
                bias: self.bias,
                subunits: self.res_units,
                adn: &self.adn,
                last_conv_only: false,
            };
            return unit.build(builder, name, input);
        }
        let block = ConvolutionBlock {
            in_channels,
            out_channels,
            kernel: &self.kernel,
            stride,
            bias: self.bias,
            transposed: false,
            adn: Some(&self.adn),
        };
        block.build(builder, name, input)
    }

    #[allow(clippy::too_many_arguments, reason = "the same five facts as `down`, and whether it is the last")]
    fn up(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        in_channels: usize,
        out_channels: usize,
        stride: &[usize],
        top: bool,
    ) -> Result<ValueId, Error> {
        let residual = self.res_units > 0;
        let block = ConvolutionBlock {
            in_channels,
            out_channels,
            kernel: &self.up_kernel,
            stride,
            bias: self.bias,
            transposed: true,
            adn: (residual || !top).then_some(&self.adn),
        };
        if !residual {
            return block.build(builder, name, input);
        }
        let value = block.build(builder, &format!("{name}.0"), input)?;
        let unit = ResidualUnit {
            in_channels: out_channels,
            out_channels,
            kernel: &self.kernel,
            stride: &vec![1; builder.spatial_dims()],
            bias: self.bias,
            subunits: 1,
            adn: &self.adn,
            last_conv_only: top,
        };
        unit.build(builder, &format!("{name}.1"), value)
    }
}

use serde_json::Value;

use super::LayerSpec;
use crate::Error;
use crate::arguments::Arguments;
use crate::op::{AdaptiveAveragePool, Op, Pool, PoolKind};

const SUPPORTED: &str = "AVG, MAX, ADAPTIVEAVG";

/// Reads the argument `pool` as MONAI's `get_pool_layer` does; the empty name is no layer.
pub(crate) fn parse_pool(owner: &Arguments, value: &Value, axes: usize) -> Result<Option<Op>, Error> {
    let Some(LayerSpec { name, mut arguments }) = LayerSpec::parse(owner, "pool", "Pool", value)? else {
        return Ok(None);
    };
    let op = match name.as_str() {
        "AVG" => {
            let kind = PoolKind::Average { count_include_pad: arguments.bool_or("count_include_pad", true)? };
            absent(&mut arguments, "divisor_override", &[Value::Null])?;
            Op::Pool(window(&mut arguments, kind, axes)?)
        }
        "MAX" => {
            absent(&mut arguments, "dilation", &[Value::from(1), Value::from(vec![1; axes])])?;
            absent(&mut arguments, "return_indices", &[Value::from(false)])?;
            Op::Pool(window(&mut arguments, PoolKind::Maximum, axes)?)
        }
        "ADAPTIVEAVG" => {
            let output = arguments.required("output_size")?;
            let output = arguments.to_extents("output_size", &output, axes)?;
            Op::AdaptiveAveragePool(AdaptiveAveragePool { output })
        }
        _ => return Err(Error::UnknownLayer { factory: "Pool", name, supported: SUPPORTED }),
    };
    arguments.finish()?;
    Ok(Some(op))
}

fn window(arguments: &mut Arguments, kind: PoolKind, axes: usize) -> Result<Pool, Error> {
    let value = arguments.required("kernel_size")?;
    let kernel = arguments.to_extents("kernel_size", &value, axes)?;
    let stride = match arguments.take("stride").filter(|stride| !stride.is_null()) {
        Some(value) => arguments.to_extents("stride", &value, axes)?,
        None => kernel.clone(),
    };
    let value = arguments.take("padding").unwrap_or_else(|| Value::from(0));
    let most = value.as_array().map_or_else(|| vec![&value; axes], |items| items.iter().collect());
    let padding: Option<Vec<usize>> = most.into_iter().map(|size| size.as_u64().map(|size| size as usize)).collect();
    let fits = |padding: &Vec<usize>| {
        padding.len() == axes && padding.iter().zip(&kernel).all(|(padding, kernel)| *padding <= kernel / 2)
    };
    let padding = padding
        .filter(fits)
        .ok_or_else(|| arguments.invalid("padding", &value, "at most half of the kernel, for all axes or for each"))?;
    let ceil = arguments.bool_or("ceil_mode", false)?;
    Ok(Pool { kind, kernel, stride, padding, ceil })
}

/// Refuses an argument that has another value than the one it has when absent.
fn absent(arguments: &mut Arguments, argument: &'static str, same: &[Value]) -> Result<(), Error> {
    match arguments.take(argument).filter(|value| !same.contains(value)) {
        None => Ok(()),
        Some(value) => Err(arguments.invalid(argument, &value, &format!("{} or nothing", same[0]))),
    }
}

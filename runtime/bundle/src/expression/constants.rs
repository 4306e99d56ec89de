//! The names that an expression may use as values.

use crate::value::Value;

const TORCH_TYPES: [&str; 18] = [
    "float32",
    "float",
    "float64",
    "double",
    "float16",
    "half",
    "bfloat16",
    "uint8",
    "int8",
    "int16",
    "short",
    "int32",
    "int",
    "int64",
    "long",
    "bool",
    "complex64",
    "complex128",
];
const NUMPY_TYPES: [&str; 16] = [
    "float32", "float64", "float16", "uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "bool_",
    "bool", "single", "double", "half",
];

/// The value of a dotted name, import aliases already replaced.
pub(crate) fn constant(path: &str) -> Option<Value> {
    if let Some(name) = path.strip_prefix("torch.").filter(|name| TORCH_TYPES.contains(name)) {
        return Some(Value::Symbol(format!("torch.{name}")));
    }
    if let Some(name) = path.strip_prefix("numpy.").filter(|name| NUMPY_TYPES.contains(name)) {
        return Some(Value::Symbol(format!("numpy.{name}")));
    }
    let key = ["monai.utils.CommonKeys.", "monai.utils.enums.CommonKeys."]
        .iter()
        .find_map(|prefix| path.strip_prefix(prefix));
    if let Some(key) = key {
        return common_key(key).map(|text| Value::Str(text.to_owned()));
    }
    Some(match path {
        "math.pi" | "numpy.pi" | "torch.pi" => Value::Float(std::f64::consts::PI),
        "math.inf" | "numpy.inf" | "torch.inf" => Value::Float(f64::INFINITY),
        "math.nan" | "numpy.nan" | "torch.nan" => Value::Float(f64::NAN),
        "int" | "float" | "bool" => Value::Symbol(path.to_owned()),
        _ => return None,
    })
}

/// MONAI's `CommonKeys`.
fn common_key(name: &str) -> Option<&'static str> {
    Some(match name {
        "IMAGE" => "image",
        "LABEL" => "label",
        "PRED" => "pred",
        "LOSS" => "loss",
        "METADATA" => "metadata",
        _ => return None,
    })
}

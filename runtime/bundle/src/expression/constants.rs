//! The names that an expression may use as values.

use crate::value::Value;

/// Types of PyTorch with the name that PyTorch itself prints.
const TORCH_TYPES: [(&str, &str); 18] = [
    ("float32", "float32"),
    ("float", "float32"),
    ("float64", "float64"),
    ("double", "float64"),
    ("float16", "float16"),
    ("half", "float16"),
    ("bfloat16", "bfloat16"),
    ("uint8", "uint8"),
    ("int8", "int8"),
    ("int16", "int16"),
    ("short", "int16"),
    ("int32", "int32"),
    ("int", "int32"),
    ("int64", "int64"),
    ("long", "int64"),
    ("bool", "bool"),
    ("complex64", "complex64"),
    ("complex128", "complex128"),
];
const NUMPY_TYPES: [(&str, &str); 16] = [
    ("float32", "float32"),
    ("single", "float32"),
    ("float64", "float64"),
    ("double", "float64"),
    ("float16", "float16"),
    ("half", "float16"),
    ("uint8", "uint8"),
    ("int8", "int8"),
    ("int16", "int16"),
    ("uint16", "uint16"),
    ("int32", "int32"),
    ("uint32", "uint32"),
    ("int64", "int64"),
    ("uint64", "uint64"),
    ("bool_", "bool"),
    ("bool", "bool"),
];
const NUMBERS: [(&str, f64); 3] = [("pi", std::f64::consts::PI), ("inf", f64::INFINITY), ("nan", f64::NAN)];
/// MONAI's `CommonKeys`.
const COMMON_KEYS: [(&str, &str); 5] =
    [("IMAGE", "image"), ("LABEL", "label"), ("PRED", "pred"), ("LOSS", "loss"), ("METADATA", "metadata")];
/// Where `CommonKeys` can be found.
const COMMON_KEYS_PATHS: [&str; 2] = ["monai.utils", "monai.utils.enums"];
/// Functions of MONAI that a config hands on and that are never called here.
const HANDED_ON: [&str; 3] =
    ["monai.data.list_data_collate", "monai.data.pad_list_data_collate", "monai.data.decollate_batch"];

/// The value of a dotted name, import aliases already replaced.
pub(crate) fn constant(path: &str) -> Option<Value> {
    fn find<T: Copy>(rows: &[(&str, T)], name: &str) -> Option<T> {
        rows.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
    let symbol = |text: String| Some(Value::Symbol(text));
    let Some((module, name)) = path.rsplit_once('.') else {
        return matches!(path, "int" | "float" | "bool").then(|| Value::Symbol(path.to_owned()));
    };
    match module {
        "torch" if find(&TORCH_TYPES, name).is_some() => symbol(format!("torch.{}", find(&TORCH_TYPES, name)?)),
        "numpy" if find(&NUMPY_TYPES, name).is_some() => symbol(format!("numpy.{}", find(&NUMPY_TYPES, name)?)),
        "torch" | "numpy" | "math" => find(&NUMBERS, name).map(Value::Float),
        _ if HANDED_ON.contains(&path) || is_class_of_monai(path) => symbol(path.to_owned()),
        _ => {
            let (holder, class) = module.rsplit_once('.')?;
            let known = class == "CommonKeys" && COMMON_KEYS_PATHS.contains(&holder);
            let key = if known { find(&COMMON_KEYS, name) } else { None };
            key.map(|key| Value::Str(key.to_owned()))
        }
    }
}

/// Names to suggest.
pub(crate) fn names() -> Vec<String> {
    let of = |module: &str, names: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        names.map(|name| format!("{module}.{name}")).collect()
    };
    let numbers = || NUMBERS.iter().map(|(name, _)| *name);
    [
        of("torch", &mut TORCH_TYPES.iter().map(|(name, _)| *name).chain(numbers())),
        of("numpy", &mut NUMPY_TYPES.iter().map(|(name, _)| *name).chain(numbers())),
        of("math", &mut numbers()),
        of("monai.utils.CommonKeys", &mut COMMON_KEYS.iter().map(|(name, _)| *name)),
        HANDED_ON.map(str::to_owned).to_vec(),
    ]
    .concat()
}

/// Whether the name is that of a class of MONAI: modules in small letters, then one word with a capital. It stands for
/// itself and is recognised, or not, by who reads it.
fn is_class_of_monai(path: &str) -> bool {
    let starts = |part: &str, fits: fn(char) -> bool| part.chars().next().is_some_and(fits);
    path.strip_prefix("monai.").and_then(|path| path.rsplit_once('.')).is_some_and(|(modules, class)| {
        modules.split('.').all(|module| starts(module, |c| c.is_ascii_lowercase()))
            && starts(class, |c| c.is_ascii_uppercase())
    })
}

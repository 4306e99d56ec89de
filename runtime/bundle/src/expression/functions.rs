//! The functions that an expression may call.

use crate::config::Config;
use crate::value::Value;

/// Longest `range`.
const MAX_RANGE: i64 = 10_000;

/// What may be called, by its full name.
pub(crate) const ALLOWED: [&str; 21] = [
    "len",
    "int",
    "float",
    "str",
    "bool",
    "abs",
    "min",
    "max",
    "sum",
    "list",
    "tuple",
    "range",
    "sorted",
    "copy.deepcopy",
    "os.path.join",
    "os.path.exists",
    "os.path.isfile",
    "os.path.isdir",
    "os.path.basename",
    "torch.cuda.is_available",
    "torch.device",
];

/// Whether a function of this dotted name exists here.
pub(crate) fn is_allowed(path: &str) -> bool {
    ALLOWED.contains(&path)
}

/// Calls an allowed function. Questions about files see the bundle's own folder and nothing else; no GPU is seen,
/// since the runtime chooses the device.
pub(crate) fn call(
    config: &Config,
    path: &str,
    positional: Vec<Value>,
    named: Vec<(String, Value)>,
) -> Result<Value, String> {
    if let Some((name, _)) = named.first() {
        return Err(format!("`{path}` takes no argument `{name}` here"));
    }
    let wrong = || {
        let kinds: Vec<&str> = positional.iter().map(Value::kind).collect();
        format!("`{path}` cannot take ({})", kinds.join(", "))
    };
    Ok(match (path, positional.as_slice()) {
        ("len", [Value::List(items)]) => Value::Int(items.len() as i64),
        ("len", [Value::Map(map)]) => Value::Int(map.len() as i64),
        ("len", [Value::Str(text)]) => Value::Int(text.chars().count() as i64),
        ("int", [Value::Int(value)]) => Value::Int(*value),
        ("int", [Value::Bool(value)]) => Value::Int(i64::from(*value)),
        ("int", [Value::Float(value)]) if value.abs() < 9.0e18 => Value::Int(*value as i64),
        ("int", [Value::Str(text)]) => Value::Int(text.trim().parse().map_err(|_| wrong())?),
        ("float", [Value::Int(value)]) => Value::Float(*value as f64),
        ("float", [Value::Float(value)]) => Value::Float(*value),
        ("str", [Value::Str(text)]) => Value::Str(text.clone()),
        ("str", [Value::Int(value)]) => Value::Str(value.to_string()),
        ("bool", [value]) => Value::Bool(value.truth()),
        ("abs", [Value::Int(value)]) => Value::Int(value.checked_abs().ok_or_else(wrong)?),
        ("abs", [Value::Float(value)]) => Value::Float(value.abs()),
        ("min" | "max", [Value::List(items)]) => extreme(path, items).ok_or_else(wrong)?,
        ("min" | "max", [_, _, ..]) => extreme(path, &positional).ok_or_else(wrong)?,
        ("sum", [Value::List(items)]) => {
            items.iter().try_fold(Value::Int(0), |sum, item| add(&sum, item)).ok_or_else(wrong)?
        }
        ("list" | "tuple", []) => Value::List(Vec::new()),
        ("list" | "tuple", [Value::List(items)]) => Value::List(items.clone()),
        ("range", [Value::Int(stop)]) => range(0, *stop)?,
        ("range", [Value::Int(start), Value::Int(stop)]) => range(*start, *stop)?,
        ("sorted", [Value::List(items)]) => sorted(items).ok_or_else(wrong)?,
        ("copy.deepcopy", [value]) => value.clone(),
        ("os.path.join", [Value::Str(_), ..]) => {
            let parts: Option<Vec<&str>> = positional.iter().map(Value::as_str).collect();
            Value::Str(join(&parts.ok_or_else(wrong)?))
        }
        ("os.path.exists", [Value::Str(path)]) => Value::Bool(config.inside(path).is_some_and(|path| path.exists())),
        ("os.path.isfile", [Value::Str(path)]) => Value::Bool(config.inside(path).is_some_and(|path| path.is_file())),
        ("os.path.isdir", [Value::Str(path)]) => Value::Bool(config.inside(path).is_some_and(|path| path.is_dir())),
        ("os.path.basename", [Value::Str(path)]) => {
            Value::Str(path.rsplit('/').next().unwrap_or(path.as_str()).to_owned())
        }
        ("torch.cuda.is_available", []) => Value::Bool(false),
        ("torch.device", [Value::Str(name)]) => Value::Device(name.clone()),
        ("torch.device", [Value::Device(name)]) => Value::Device(name.clone()),
        ("torch.device", [Value::Int(number)]) => Value::Device(format!("cuda:{number}")),
        ("torch.device", [Value::Str(name), Value::Int(number)]) => Value::Device(format!("{name}:{number}")),
        _ => return Err(wrong()),
    })
}

/// `os.path.join` on a system with `/`.
fn join(parts: &[&str]) -> String {
    parts[1..].iter().fold(parts[0].to_owned(), |path, part| {
        if part.starts_with('/') {
            (*part).to_owned()
        } else if path.is_empty() || path.ends_with('/') {
            path + part
        } else {
            path + "/" + part
        }
    })
}

fn range(start: i64, stop: i64) -> Result<Value, String> {
    let fits = stop.checked_sub(start).is_some_and(|length| length <= MAX_RANGE);
    if !fits {
        return Err(format!("`range` is longer than {MAX_RANGE}"));
    }
    Ok(Value::List((start..stop).map(Value::Int).collect()))
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        _ => None,
    }
}

fn add(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => left.checked_add(*right).map(Value::Int),
        _ => Some(Value::Float(number(left)? + number(right)?)),
    }
}

fn extreme(path: &str, items: &[Value]) -> Option<Value> {
    let mut best = items.first()?;
    for item in items {
        let (value, current) = (number(item)?, number(best)?);
        if (path == "min" && value < current) || (path == "max" && value > current) {
            best = item;
        }
    }
    Some(best.clone())
}

fn sorted(items: &[Value]) -> Option<Value> {
    let mut sorted = items.to_vec();
    if items.iter().all(|item| matches!(item, Value::Str(_))) {
        sorted.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
    } else {
        let numbers: Option<Vec<f64>> = items.iter().map(number).collect();
        if numbers?.iter().any(|number| number.is_nan()) {
            return None;
        }
        sorted.sort_by(|left, right| number(left).partial_cmp(&number(right)).unwrap_or(std::cmp::Ordering::Equal));
    }
    Some(Value::List(sorted))
}

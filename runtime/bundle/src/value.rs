use indexmap::IndexMap;
use serde_json::Value as Json;

/// A resolved config item: references replaced, expressions evaluated, disabled components dropped.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, Python's `None`.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating point number.
    Float(f64),
    /// A string.
    Str(String),
    /// A list or a tuple.
    List(Vec<Value>),
    /// A mapping with string keys.
    Map(IndexMap<String, Value>),
    /// A constant of a Python package by its dotted name, such as `torch.float32`.
    Symbol(String),
    /// `torch.device(...)`: what the bundle asked for. The runtime chooses the device itself.
    Device(String),
    /// A lambda in canonical spacing, `lambda x: x[1:]`. It is read, never evaluated.
    Lambda(String),
    /// A class or function with its arguments.
    Component(Component),
}

/// A config item with a `_target_`.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// The item's own id.
    pub id: String,
    /// Class or function as the bundle names it, short (`UNet`) or dotted (`monai.networks.nets.UNet`).
    pub target: String,
    /// `_mode_`.
    pub mode: Mode,
    /// The arguments, without the keys that begin and end with `_`.
    pub args: IndexMap<String, Value>,
}

/// How a component's target is used (MONAI `CompInitMode`; `debug` is refused).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The result of the call.
    Default,
    /// The class or function itself, with the arguments bound.
    Callable,
}

impl Component {
    /// The last part of the target: `UNet` of `monai.networks.nets.UNet`.
    pub fn name(&self) -> &str {
        self.target.rsplit('.').next().unwrap_or(&self.target)
    }
}

impl Value {
    /// As JSON, to be read into typed arguments. Constants, devices and lambdas become strings, a component becomes an
    /// object with `_target_` (and `_id_`), and numbers that JSON lacks become `"nan"`, `"inf"` and `"-inf"`.
    pub fn to_json(&self) -> Json {
        match self {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Int(value) => Json::from(*value),
            Value::Float(value) => match serde_json::Number::from_f64(*value) {
                Some(number) => Json::Number(number),
                None if value.is_nan() => Json::from("nan"),
                None => Json::from(if *value > 0.0 { "inf" } else { "-inf" }),
            },
            Value::Str(text) | Value::Symbol(text) | Value::Device(text) | Value::Lambda(text) => {
                Json::from(text.as_str())
            }
            Value::List(items) => Json::Array(items.iter().map(Value::to_json).collect()),
            Value::Map(map) => Json::Object(map.iter().map(|(key, value)| (key.clone(), value.to_json())).collect()),
            Value::Component(component) => {
                let own = [("_target_", &component.target), ("_id_", &component.id)];
                let own = own.into_iter().map(|(key, text)| (key.to_owned(), Json::from(text.as_str())));
                let args = component.args.iter().map(|(key, value)| (key.clone(), value.to_json()));
                Json::Object(own.chain(args).collect())
            }
        }
    }

    /// What kind of value this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "None",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a number",
            Value::Str(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
            Value::Symbol(_) => "a constant",
            Value::Device(_) => "a device",
            Value::Lambda(_) => "a lambda",
            Value::Component(_) => "a component",
        }
    }

    /// The text, where this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// How many values there are, this one and a share for long strings included.
    pub(crate) fn size(&self) -> usize {
        1 + match self {
            Value::Str(text) | Value::Lambda(text) => text.len() / 64,
            Value::List(items) => items.iter().map(Value::size).sum(),
            Value::Map(map) => map.values().map(Value::size).sum(),
            Value::Component(component) => component.args.values().map(Value::size).sum(),
            _ => 0,
        }
    }

    /// Python's `bool(value)`; a component is true.
    pub(crate) fn truth(&self) -> bool {
        match self {
            Value::Null => false,
            Value::Bool(value) => *value,
            Value::Int(value) => *value != 0,
            Value::Float(value) => *value != 0.0,
            Value::Str(text) => !text.is_empty(),
            Value::List(items) => !items.is_empty(),
            Value::Map(map) => !map.is_empty(),
            Value::Symbol(_) | Value::Device(_) | Value::Lambda(_) | Value::Component(_) => true,
        }
    }
}

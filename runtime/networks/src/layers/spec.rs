use serde_json::Value;

use crate::Error;
use crate::arguments::Arguments;

/// A layer as MONAI's `split_args` reads it: `"name"` or `["name", {arguments}]`.
pub(crate) struct LayerSpec {
    pub(crate) name: String,
    pub(crate) arguments: Arguments,
}

impl LayerSpec {
    /// Takes an argument that Python's `None` cannot be.
    pub(crate) fn given(arguments: &mut Arguments, argument: &'static str, default: Value) -> Result<Value, Error> {
        match arguments.take(argument).unwrap_or(default) {
            Value::Null => Err(arguments.invalid(argument, &Value::Null, EXPECTED)),
            value => Ok(value),
        }
    }

    /// `None` for Python's `None` and for the empty name, which is the identity. Names are upper case after this.
    ///
    /// A constant such as `monai.networks.layers.Norm.BATCH` is its last part, when the part before is the factory.
    pub(crate) fn parse(
        owner: &Arguments,
        argument: &str,
        factory: &str,
        value: &Value,
    ) -> Result<Option<Self>, Error> {
        let (name, arguments) = match value {
            Value::Null => return Ok(None),
            Value::String(name) => (name, Value::Null),
            Value::Array(pair) => match pair.as_slice() {
                [Value::String(name), arguments @ Value::Object(_)] => (name, arguments.clone()),
                _ => return Err(owner.invalid(argument, value, EXPECTED)),
            },
            _ => return Err(owner.invalid(argument, value, EXPECTED)),
        };
        if name.is_empty() {
            return Ok(None);
        }
        let short = match name.rsplit_once('.') {
            Some((path, last)) if path.rsplit('.').next() == Some(factory) => last,
            _ => name,
        };
        let name = short.to_uppercase();
        let arguments = Arguments::new(&format!("{factory}.{name}"), arguments)?;
        Ok(Some(Self { name, arguments }))
    }
}

const EXPECTED: &str = "a name or a pair of name and arguments";

//! Values to and from the JSON that Terraform keeps in state files.

use serde_json::Value as Json;

use super::codec::CodecError;
use super::{Number, Type, Value};

/// Reads JSON bytes as a value of this type. Attributes that the type does not have are passed over, as old states need.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    let json = serde_json::from_slice(bytes).map_err(|error| CodecError::Json { reason: error.to_string() })?;
    from_json(&json, ty, "the value")
}

/// A JSON value as a value of this type.
pub fn from_json(json: &Json, ty: &Type, path: &str) -> Result<Value, CodecError> {
    let within = |step: &str| format!("{path}.{step}");
    Ok(match (ty, json) {
        (_, Json::Null) => Value::Null,
        (Type::Bool, Json::Bool(value)) => Value::Bool(*value),
        (Type::String, Json::String(text)) => Value::String(text.clone()),
        (Type::Number, Json::Number(number)) => read_number(&number.to_string(), path)?,
        (Type::Number, Json::String(text)) => read_number(text, path)?,
        (Type::Dynamic, Json::Object(parts)) => {
            let ty = parts
                .get("type")
                .and_then(Type::from_json)
                .ok_or_else(|| CodecError::DynamicType { path: path.to_owned() })?;
            let value = from_json(parts.get("value").unwrap_or(&Json::Null), &ty, path)?;
            Value::Dynamic(Box::new((ty, value)))
        }
        (Type::List(element) | Type::Set(element), Json::Array(items)) => {
            let items =
                items.iter().enumerate().map(|(index, item)| from_json(item, element, &within(&index.to_string())));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        (Type::Tuple(elements), Json::Array(items)) if items.len() == elements.len() => {
            let items = items.iter().zip(elements).map(|(item, element)| from_json(item, element, path));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        (Type::Map(element), Json::Object(entries)) => {
            let entries = entries.iter().map(|(key, item)| Ok((key.clone(), from_json(item, element, &within(key))?)));
            Value::Map(entries.collect::<Result<_, _>>()?)
        }
        (Type::Object(attributes), Json::Object(entries)) => {
            let attributes = attributes.iter().map(|(name, ty)| {
                Ok((name.clone(), from_json(entries.get(name).unwrap_or(&Json::Null), ty, &within(name))?))
            });
            Value::Map(attributes.collect::<Result<_, _>>()?)
        }
        (ty, json) => {
            let found = match json {
                Json::Null => "null",
                Json::Bool(_) => "bool",
                Json::Number(_) => "number",
                Json::String(_) => "string",
                Json::Array(_) => "array",
                Json::Object(_) => "object",
            };
            return Err(CodecError::Mismatch { path: path.to_owned(), expected: ty.name(), found });
        }
    })
}

fn read_number(text: &str, path: &str) -> Result<Value, CodecError> {
    Number::parse(text).map(Value::Number).ok_or_else(|| CodecError::Number { path: path.to_owned() })
}

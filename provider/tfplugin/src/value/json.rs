//! Values to and from the JSON that Terraform keeps in state files.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Value as Json;

use super::codec::complete;
use super::error::CodecError;
use super::{Number, Type, Value};

/// Reads JSON bytes as a value of this type, which errors call `path`. Attributes that the type does not have are passed
/// over, as old states need.
pub fn decode(bytes: &[u8], ty: &Type, path: &str) -> Result<Value, CodecError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    if let Ok(value) = Expected(ty).deserialize(&mut reader)
        && reader.end().is_ok()
    {
        return Ok(value);
    }
    // The whole document says better what is wrong.
    let json = serde_json::from_slice(bytes).map_err(|error| CodecError::Json { reason: error.to_string() })?;
    from_json(&json, ty, path)
}

/// A JSON value as a value of this type.
pub fn from_json(json: &Json, ty: &Type, path: &str) -> Result<Value, CodecError> {
    read(json, ty).map_err(|error| error.within(path))
}

/// Reads a value. Paths of errors begin here.
fn read(json: &Json, ty: &Type) -> Result<Value, CodecError> {
    Ok(match (ty, json) {
        (_, Json::Null) => Value::Null,
        (Type::Bool, Json::Bool(value)) => Value::Bool(*value),
        (Type::String, Json::String(text)) => Value::String(text.clone()),
        (Type::Number, Json::Number(number)) => read_number(number.as_str())?,
        (Type::Number, Json::String(text)) => read_number(text)?,
        (Type::Dynamic, Json::Object(parts)) => {
            let ty = parts.get("type").and_then(Type::from_json);
            let ty = ty.ok_or_else(|| CodecError::DynamicType { path: String::new() })?;
            let value = read(parts.get("value").unwrap_or(&Json::Null), &ty)?;
            Value::Dynamic(Box::new((ty, value)))
        }
        (Type::List(element) | Type::Set(element), Json::Array(items)) => {
            let items = items.iter().enumerate().map(|(index, item)| indexed(index, item, element));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        (Type::Tuple(elements), Json::Array(items)) if items.len() == elements.len() => {
            let items = items.iter().zip(elements).enumerate();
            let items = items.map(|(index, (item, element))| indexed(index, item, element));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        (Type::Map(element), Json::Object(entries)) => {
            let entries = entries.iter().map(|(key, item)| named(key, item, element));
            Value::Map(entries.collect::<Result<_, _>>()?)
        }
        (Type::Object(attributes), Json::Object(entries)) => {
            let attributes = attributes.iter();
            let attributes = attributes.map(|(name, ty)| named(name, entries.get(name).unwrap_or(&Json::Null), ty));
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
            return Err(CodecError::Mismatch { path: String::new(), expected: ty.name(), found });
        }
    })
}

/// A known value as the JSON of a state; what is unknown is null.
pub fn to_json(value: &Value, ty: &Type) -> Json {
    match (value, ty) {
        (Value::Bool(value), _) => Json::Bool(*value),
        // A number's own text is JSON.
        (Value::Number(number), _) => serde_json::from_str(&number.to_string()).unwrap_or(Json::Null),
        (Value::String(text), _) => Json::String(text.clone()),
        (Value::List(items), Type::List(element) | Type::Set(element)) => {
            items.iter().map(|item| to_json(item, element)).collect()
        }
        (Value::List(items), Type::Tuple(elements)) => {
            items.iter().zip(elements).map(|(item, element)| to_json(item, element)).collect()
        }
        (Value::Map(entries), Type::Map(element)) => {
            Json::Object(entries.iter().map(|(key, item)| (key.clone(), to_json(item, element))).collect())
        }
        (Value::Map(entries), Type::Object(attributes)) => {
            let item = |name: &String| entries.get(name).unwrap_or(&Value::Null);
            Json::Object(attributes.iter().map(|(name, ty)| (name.clone(), to_json(item(name), ty))).collect())
        }
        (Value::Dynamic(inner), _) => {
            serde_json::json!({ "type": inner.0.to_json(), "value": to_json(&inner.1, &inner.0) })
        }
        _ => Json::Null,
    }
}

fn named(name: &str, json: &Json, ty: &Type) -> Result<(String, Value), CodecError> {
    read(json, ty).map(|value| (name.to_owned(), value)).map_err(|error| error.within(name))
}

fn indexed(index: usize, json: &Json, ty: &Type) -> Result<Value, CodecError> {
    read(json, ty).map_err(|error| error.within(&index.to_string()))
}

/// Reads a value of this type from the text itself, without the document as a whole.
struct Expected<'a>(&'a Type);

impl<'de> DeserializeSeed<'de> for Expected<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        match self.0 {
            Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Map(_) | Type::Object(_) => {
                reader.deserialize_any(self)
            }
            Type::String | Type::Number | Type::Bool | Type::Dynamic => match Json::deserialize(reader)? {
                Json::String(text) if *self.0 == Type::String => Ok(Value::String(text)),
                json => read(&json, self.0).map_err(Error::custom),
            },
        }
    }
}

impl<'de> Visitor<'de> for Expected<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0.name())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut found = Vec::new();
        match self.0 {
            Type::List(element) | Type::Set(element) => {
                while let Some(item) = items.next_element_seed(Expected(element))? {
                    found.push(item);
                }
            }
            Type::Tuple(elements) => {
                for element in elements {
                    let item = items.next_element_seed(Expected(element))?;
                    found.push(item.ok_or_else(|| Error::invalid_length(found.len(), &self))?);
                }
            }
            _ => return Err(Error::invalid_type(Unexpected::Seq, &self)),
        }
        Ok(Value::List(found))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut found = Vec::new();
        match self.0 {
            Type::Map(element) => {
                while let Some(key) = entries.next_key::<String>()? {
                    found.push((key, entries.next_value_seed(Expected(element))?));
                }
            }
            Type::Object(attributes) => {
                while let Some(key) = entries.next_key::<String>()? {
                    match attributes.get(&key) {
                        Some(ty) => found.push((key, entries.next_value_seed(Expected(ty))?)),
                        None => _ = entries.next_value::<Json>()?,
                    }
                }
            }
            _ => return Err(Error::invalid_type(Unexpected::Map, &self)),
        }
        let mut found: BTreeMap<String, Value> = found.into_iter().collect();
        if let Type::Object(attributes) = self.0 {
            complete(&mut found, attributes);
        }
        Ok(Value::Map(found))
    }
}

fn read_number(text: &str) -> Result<Value, CodecError> {
    Number::parse(text).map(Value::Number).ok_or_else(|| CodecError::Number { path: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty() -> Type {
        let part = Type::Object([("name".to_owned(), Type::String), ("size".to_owned(), Type::Number)].into());
        let kinds = [
            ("any", Type::Dynamic),
            ("open", Type::Bool),
            ("pair", Type::Tuple(vec![Type::Number, Type::String])),
            ("parts", Type::set(part)),
            ("tags", Type::map(Type::String)),
        ];
        Type::Object(kinds.map(|(name, ty)| (name.to_owned(), ty)).into())
    }

    /// Read from the text and read from the document are the same, be it the value or what is wrong.
    fn check(text: &str) -> Result<Value, CodecError> {
        let read = decode(text.as_bytes(), &ty(), "it");
        let json = serde_json::from_str(text).map_err(|error| CodecError::Json { reason: error.to_string() });
        assert_eq!(read, json.and_then(|json| from_json(&json, &ty(), "it")), "{text}");
        read
    }

    #[test]
    fn a_document_or_its_text() {
        let whole = r#"{"gone": [{"deep": 1}], "any": {"value": [1, "x"], "type": ["tuple", ["number", "string"]]}, "open": true,
            "pair": ["12345678901234567890.5", "b"], "parts": [{"size": 1e3, "name": "a"}, {"name": null}], "tags": {"b": "2", "a": "1"}}"#;
        let read = check(whole).expect("it fits");
        assert_eq!(read.get("open"), &Value::Bool(true));
        assert_eq!(read.get("tags"), &Value::object([("a", "1"), ("b", "2")].map(|(key, value)| (key, value.into()))));
        let Value::List(parts) = read.get("parts") else { panic!("{read:?}") };
        let part = |name: Value, size: Value| Value::object([("name", name), ("size", size)]);
        assert_eq!(parts[0], part("a".into(), 1000_i64.into()));
        assert_eq!(parts[1], part(Value::Null, Value::Null));
        assert_eq!(check("null"), Ok(Value::Null));
        assert_eq!(check("{}").map(|empty| empty.get("tags").is_null()), Ok(true));
        let wrong = [
            "",
            "{",
            "{} {}",
            "[]",
            "3",
            r#"{"open": "true"}"#,
            r#"{"pair": [1]}"#,
            r#"{"pair": [1, "b", "c"]}"#,
            r#"{"pair": {}}"#,
            r#"{"parts": [{"name": 1}]}"#,
            r#"{"parts": [{"size": "x"}]}"#,
            r#"{"tags": ["a"]}"#,
            r#"{"tags": 7}"#,
            r#"{"any": {"value": 1}}"#,
        ];
        wrong.into_iter().for_each(|text| assert!(check(text).is_err(), "{text}"));
        let path = check(r#"{"parts": [{}, {"name": 1}]}"#).expect_err("a number is no text").to_string();
        assert!(path.starts_with("it.parts.1.name: "), "{path}");
    }
}

//! Values to and from MessagePack, driven by their type.

use std::collections::BTreeMap;

use super::msgpack::{Reader, Token, Writer};
use super::{Number, Refinement, Type, Value};

/// Why bytes are not a value of the type that the schema says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The bytes end too early.
    #[error("the value ends too early at byte {at}: {needed} more are needed, {left} are left")]
    Truncated {
        /// Position.
        at: usize,
        /// Bytes or elements that were announced.
        needed: usize,
        /// Bytes that are left.
        left: usize,
    },
    /// A byte that begins no MessagePack token.
    #[error("byte {at} begins no MessagePack token")]
    Marker {
        /// Position.
        at: usize,
    },
    /// Text that is not UTF-8.
    #[error("the text at byte {at} is not UTF-8")]
    NotUtf8 {
        /// Position.
        at: usize,
    },
    /// Another kind of value than the schema says.
    #[error("{path}: expected {expected}, found {found}")]
    Mismatch {
        /// Attribute path.
        path: String,
        /// The type that the schema says.
        expected: &'static str,
        /// The kind that was found.
        found: &'static str,
    },
    /// An attribute that the schema does not have.
    #[error("{path}: no attribute is called {name}")]
    Attribute {
        /// Path of the object.
        path: String,
        /// The name.
        name: String,
    },
    /// Text that is no number.
    #[error("{path}: the number cannot be read")]
    Number {
        /// Attribute path.
        path: String,
    },
    /// The type beside a dynamic value cannot be read.
    #[error("{path}: the type of the dynamic value cannot be read")]
    DynamicType {
        /// Attribute path.
        path: String,
    },
    /// Dynamic values within dynamic values without end.
    #[error("{path}: values lie more than {limit} deep in each other")]
    TooDeep {
        /// Attribute path.
        path: String,
        /// How deep they may lie.
        limit: usize,
    },
    /// Bytes after the value.
    #[error("{count} bytes follow the value")]
    Trailing {
        /// How many.
        count: usize,
    },
    /// Not JSON.
    #[error("the value is not JSON: {reason}")]
    Json {
        /// What the reader of JSON says.
        reason: String,
    },
}

/// How deep values may lie in each other. Only dynamic values come near it: all others are as deep as their type.
const DEEPEST: usize = 128;

/// How many elements are made room for before they are read: the announced number may be a lie.
const ROOM: usize = 1024;

/// Reads a value of this type. Extensions of any kind are unknown values.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    let mut reader = Reader::new(bytes);
    let value = read(&mut reader, ty, &mut Vec::new())?;
    if reader.is_done() { Ok(value) } else { Err(CodecError::Trailing { count: bytes.len() - reader.position() }) }
}

/// Writes a value of this type. Fails where the value is of another type.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let mut writer = Writer::default();
    write(&mut writer, value, ty, &mut Vec::new())?;
    Ok(writer.finish())
}

type Trail = Vec<String>;

fn path(trail: &Trail) -> String {
    if trail.is_empty() { "the value".to_owned() } else { trail.join(".") }
}

fn kind(token: &Token<'_>) -> &'static str {
    match token {
        Token::Nil => "null",
        Token::Bool(_) => "bool",
        Token::Int(_) | Token::UInt(_) | Token::Float(_) => "number",
        Token::Str(_) => "string",
        Token::Bin(_) => "bytes",
        Token::Array(_) => "array",
        Token::Map(_) => "map",
        Token::Ext(..) => "unknown",
    }
}

fn read(reader: &mut Reader<'_>, ty: &Type, trail: &mut Trail) -> Result<Value, CodecError> {
    let token = reader.next_token()?;
    let mismatch = |token: &Token<'_>, trail: &Trail| CodecError::Mismatch {
        path: path(trail),
        expected: ty.name(),
        found: kind(token),
    };
    Ok(match (ty, token) {
        (_, Token::Nil) => Value::Null,
        (_, Token::Ext(12, payload)) => Value::Unknown(refinement(payload).unwrap_or_default()),
        (_, Token::Ext(..)) => Value::unknown(),
        (Type::Bool, Token::Bool(value)) => Value::Bool(value),
        (Type::String, Token::Str(text)) => Value::String(text.to_owned()),
        (Type::Number, token) => Value::Number(number(&token).ok_or_else(|| match token {
            Token::Str(_) | Token::Float(_) => CodecError::Number { path: path(trail) },
            _ => mismatch(&token, trail),
        })?),
        (Type::Dynamic, Token::Array(2)) => {
            let unreadable = |trail: &Trail| CodecError::DynamicType { path: path(trail) };
            let Token::Bin(json) = reader.next_token()? else { return Err(unreadable(trail)) };
            let json = serde_json::from_slice(json).map_err(|_| unreadable(trail))?;
            let inner = Type::from_json(&json).ok_or_else(|| unreadable(trail))?;
            let value = within(trail, "(dynamic)".to_owned(), |trail| read(reader, &inner, trail))?;
            Value::Dynamic(Box::new((inner, value)))
        }
        (Type::List(element) | Type::Set(element), Token::Array(count)) => {
            let mut items = Vec::with_capacity(count.min(ROOM));
            for index in 0..count {
                items.push(within(trail, index.to_string(), |trail| read(reader, element, trail))?);
            }
            Value::List(items)
        }
        (Type::Tuple(elements), Token::Array(count)) if count == elements.len() => {
            let mut items = Vec::with_capacity(count.min(ROOM));
            for (index, element) in elements.iter().enumerate() {
                items.push(within(trail, index.to_string(), |trail| read(reader, element, trail))?);
            }
            Value::List(items)
        }
        (Type::Map(element), Token::Map(count)) => {
            let mut entries = BTreeMap::new();
            for _ in 0..count {
                let key = key(reader, trail)?;
                let value = within(trail, key.clone(), |trail| read(reader, element, trail))?;
                entries.insert(key, value);
            }
            Value::Map(entries)
        }
        (Type::Object(attributes), Token::Map(count)) => {
            let mut entries: BTreeMap<String, Value> =
                attributes.keys().map(|name| (name.clone(), Value::Null)).collect();
            for _ in 0..count {
                let key = key(reader, trail)?;
                let Some(ty) = attributes.get(&key) else {
                    return Err(CodecError::Attribute { path: path(trail), name: key });
                };
                let value = within(trail, key.clone(), |trail| read(reader, ty, trail))?;
                entries.insert(key, value);
            }
            Value::Map(entries)
        }
        (_, token) => return Err(mismatch(&token, trail)),
    })
}

fn within<T>(
    trail: &mut Trail,
    step: String,
    act: impl FnOnce(&mut Trail) -> Result<T, CodecError>,
) -> Result<T, CodecError> {
    if trail.len() >= DEEPEST {
        return Err(CodecError::TooDeep { path: trail[0].clone(), limit: DEEPEST });
    }
    trail.push(step);
    let result = act(trail);
    trail.pop();
    result
}

fn key(reader: &mut Reader<'_>, trail: &Trail) -> Result<String, CodecError> {
    match reader.next_token()? {
        Token::Str(text) => Ok(text.to_owned()),
        token => Err(CodecError::Mismatch { path: path(trail), expected: "a name", found: kind(&token) }),
    }
}

fn number(token: &Token<'_>) -> Option<Number> {
    match token {
        Token::Int(value) => Some(Number::from(*value)),
        Token::UInt(value) => Some(Number::from(*value)),
        Token::Float(value) => Number::exact(*value),
        Token::Str(text) => Number::parse(text),
        _ => None,
    }
}

/// Reads what is certain about an unknown value; keys that are not known are passed over.
fn refinement(payload: &[u8]) -> Option<Refinement> {
    let mut reader = Reader::new(payload);
    let Token::Map(count) = reader.next_token().ok()? else { return None };
    let mut found = Refinement::default();
    for _ in 0..count {
        let Token::Int(key) = reader.next_token().ok()? else { return None };
        let token = reader.next_token().ok()?;
        match (key, token) {
            (1, Token::Bool(null)) => found.not_null = !null,
            (2, Token::Str(prefix)) => found.prefix = Some(prefix.to_owned()),
            (3 | 4, Token::Array(2)) => {
                let bound = number(&reader.next_token().ok()?)?;
                let Token::Bool(inclusive) = reader.next_token().ok()? else { return None };
                let slot = if key == 3 { &mut found.at_least } else { &mut found.at_most };
                *slot = Some((bound, inclusive));
            }
            (5, Token::Int(length)) => found.min_length = u64::try_from(length).ok(),
            (6, Token::Int(length)) => found.max_length = u64::try_from(length).ok(),
            (_, token) => pass_over(&mut reader, &token)?,
        }
    }
    Some(found)
}

fn pass_over(reader: &mut Reader<'_>, token: &Token<'_>) -> Option<()> {
    let mut left = match token {
        Token::Array(count) => *count,
        Token::Map(count) => count * 2,
        _ => 0,
    };
    while left > 0 {
        left -= 1;
        left += match reader.next_token().ok()? {
            Token::Array(count) => count,
            Token::Map(count) => count * 2,
            _ => 0,
        };
    }
    Some(())
}

fn write(writer: &mut Writer, value: &Value, ty: &Type, trail: &mut Trail) -> Result<(), CodecError> {
    match (ty, value) {
        (_, Value::Null) => writer.nil(),
        (_, Value::Unknown(refinement)) => write_unknown(writer, refinement),
        (Type::Bool, Value::Bool(value)) => writer.bool(*value),
        (Type::String, Value::String(text)) => writer.str(text),
        (Type::Number, Value::Number(number)) => write_number(writer, number),
        (Type::Dynamic, Value::Dynamic(inner)) => {
            writer.array(2);
            writer.bin(&inner.0.to_bytes());
            write(writer, &inner.1, &inner.0, trail)?;
        }
        (Type::List(element) | Type::Set(element), Value::List(items)) => {
            writer.array(items.len());
            for (index, item) in items.iter().enumerate() {
                within(trail, index.to_string(), |trail| write(writer, item, element, trail))?;
            }
        }
        (Type::Tuple(elements), Value::List(items)) if items.len() == elements.len() => {
            writer.array(items.len());
            for (index, (item, element)) in items.iter().zip(elements).enumerate() {
                within(trail, index.to_string(), |trail| write(writer, item, element, trail))?;
            }
        }
        (Type::Map(element), Value::Map(entries)) => {
            writer.map(entries.len());
            for (key, item) in entries {
                writer.str(key);
                within(trail, key.clone(), |trail| write(writer, item, element, trail))?;
            }
        }
        (Type::Object(attributes), Value::Map(entries)) => {
            if let Some(name) = entries.keys().find(|name| !attributes.contains_key(*name)) {
                return Err(CodecError::Attribute { path: path(trail), name: name.clone() });
            }
            writer.map(attributes.len());
            for (name, ty) in attributes {
                writer.str(name);
                let item = entries.get(name).unwrap_or(&Value::Null);
                within(trail, name.clone(), |trail| write(writer, item, ty, trail))?;
            }
        }
        (_, value) => {
            let found = match value {
                Value::Null => "null",
                Value::Unknown(_) => "unknown",
                Value::Bool(_) => "bool",
                Value::Number(_) => "number",
                Value::String(_) => "string",
                Value::List(_) => "a sequence",
                Value::Map(_) => "a map or object",
                Value::Dynamic(_) => "a dynamic value",
            };
            return Err(CodecError::Mismatch { path: path(trail), expected: ty.name(), found });
        }
    }
    Ok(())
}

fn write_number(writer: &mut Writer, number: &Number) {
    if let Some(value) = number.as_i64() {
        writer.int(value);
    } else if number.is_infinite() {
        writer.float(number.to_f64());
    } else {
        match number.as_exact_f64() {
            Some(value) if value.fract() != 0.0 => writer.float(value),
            _ => writer.str(&number.to_string()),
        }
    }
}

fn write_unknown(writer: &mut Writer, refinement: &Refinement) {
    if *refinement == Refinement::default() {
        return writer.ext(0, &[0]);
    }
    let mut inner = Writer::default();
    let Refinement { not_null, prefix, at_least, at_most, min_length, max_length } = refinement;
    let count = usize::from(*not_null)
        + [prefix.is_some(), at_least.is_some(), at_most.is_some(), min_length.is_some(), max_length.is_some()]
            .into_iter()
            .filter(|set| *set)
            .count();
    inner.map(count);
    if *not_null {
        inner.int(1);
        inner.bool(false);
    }
    if let Some(prefix) = prefix {
        let end = (0..=prefix.len().min(256)).rev().find(|end| prefix.is_char_boundary(*end)).unwrap_or(0);
        inner.int(2);
        inner.str(&prefix[..end]);
    }
    for (key, bound) in [(3, at_least), (4, at_most)] {
        if let Some((number, inclusive)) = bound {
            inner.int(key);
            inner.array(2);
            write_number(&mut inner, number);
            inner.bool(*inclusive);
        }
    }
    for (key, length) in [(5, min_length), (6, max_length)] {
        if let Some(length) = length {
            inner.int(key);
            inner.int(i64::try_from(*length).unwrap_or(i64::MAX));
        }
    }
    writer.ext(12, &inner.finish());
}

//! Values to and from MessagePack, driven by their type.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::error::CodecError;
use super::msgpack::{Reader, Token, Writer};
use super::{Number, Refinement, Type, Value};

/// How deep values may lie in each other. Only dynamic values come near it: all others are as deep as their type.
const DEEPEST: usize = 128;

/// How many elements are made room for before they are read: the announced number may be a lie.
const ROOM: usize = 1024;

/// Reads a value of this type. Extensions of any kind are unknown values.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    let mut reader = Reader::new(bytes);
    let value = read(&mut reader, ty, 0).map_err(CodecError::rooted)?;
    if reader.is_done() { Ok(value) } else { Err(CodecError::Trailing { count: bytes.len() - reader.position() }) }
}

/// Writes a value of this type. Fails where the value is of another type.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let mut writer = Writer::default();
    write(&mut writer, value, ty, 0).map_err(CodecError::rooted)?;
    Ok(writer.finish())
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

/// Reads a value that lies so many steps deep. Paths of errors begin here.
fn read(reader: &mut Reader<'_>, ty: &Type, depth: usize) -> Result<Value, CodecError> {
    let mismatch =
        |token: &Token<'_>| CodecError::Mismatch { path: String::new(), expected: ty.name(), found: kind(token) };
    Ok(match (ty, reader.next_token()?) {
        (_, Token::Nil) => Value::Null,
        (_, Token::Ext(12, payload)) => Value::Unknown(refinement(payload).unwrap_or_default().into()),
        (_, Token::Ext(..)) => Value::unknown(),
        (Type::Bool, Token::Bool(value)) => Value::Bool(value),
        (Type::String, Token::Str(text)) => Value::String(text.to_owned()),
        (Type::Number, token) => Value::Number(number(&token).ok_or_else(|| match token {
            Token::Str(_) | Token::Float(_) => CodecError::Number { path: String::new() },
            _ => mismatch(&token),
        })?),
        (Type::Dynamic, Token::Array(2)) => {
            let unreadable = || CodecError::DynamicType { path: String::new() };
            let Token::Bin(json) = reader.next_token()? else { return Err(unreadable()) };
            let json = serde_json::from_slice(json).map_err(|_| unreadable())?;
            let inner = Type::from_json(&json).ok_or_else(unreadable)?;
            let value = step(depth, || "(dynamic)".into(), |depth| read(reader, &inner, depth))?;
            Value::Dynamic(Box::new((inner, value)))
        }
        (Type::List(element) | Type::Set(element), Token::Array(count)) => {
            let mut items = Vec::with_capacity(count.min(ROOM));
            for index in 0..count {
                items.push(step(depth, || index.to_string().into(), |depth| read(reader, element, depth))?);
            }
            Value::List(items)
        }
        (Type::Tuple(elements), Token::Array(count)) if count == elements.len() => {
            let mut items = Vec::with_capacity(count.min(ROOM));
            for (index, element) in elements.iter().enumerate() {
                items.push(step(depth, || index.to_string().into(), |depth| read(reader, element, depth))?);
            }
            Value::List(items)
        }
        (Type::Map(element), Token::Map(count)) => {
            let mut entries = Vec::with_capacity(count.min(ROOM));
            for _ in 0..count {
                let key = key(reader)?;
                let value = step(depth, || key.into(), |depth| read(reader, element, depth))?;
                entries.push((key.to_owned(), value));
            }
            Value::Map(entries.into_iter().collect())
        }
        (Type::Object(attributes), Token::Map(count)) => {
            let mut entries = Vec::with_capacity(count.min(ROOM));
            for _ in 0..count {
                let key = key(reader)?;
                let Some(ty) = attributes.get(key) else {
                    return Err(CodecError::Attribute { path: String::new(), name: key.to_owned() });
                };
                let value = step(depth, || key.into(), |depth| read(reader, ty, depth))?;
                entries.push((key.to_owned(), value));
            }
            let mut entries: BTreeMap<String, Value> = entries.into_iter().collect();
            complete(&mut entries, attributes);
            Value::Map(entries)
        }
        (_, token) => return Err(mismatch(&token)),
    })
}

/// Adds null for the attributes that an object lacks.
pub(super) fn complete(entries: &mut BTreeMap<String, Value>, attributes: &BTreeMap<String, Type>) {
    if entries.len() < attributes.len() {
        for name in attributes.keys() {
            if !entries.contains_key(name) {
                entries.insert(name.clone(), Value::Null);
            }
        }
    }
}

/// Does something one step deeper.
fn step<'a, T>(
    depth: usize,
    name: impl FnOnce() -> Cow<'a, str>,
    act: impl FnOnce(usize) -> Result<T, CodecError>,
) -> Result<T, CodecError> {
    let done =
        if depth < DEEPEST { act(depth + 1) } else { Err(CodecError::TooDeep { path: String::new(), limit: DEEPEST }) };
    done.map_err(|error| error.within(&name()))
}

fn key<'a>(reader: &mut Reader<'a>) -> Result<&'a str, CodecError> {
    match reader.next_token()? {
        Token::Str(text) => Ok(text),
        token => Err(CodecError::Mismatch { path: String::new(), expected: "a name", found: kind(&token) }),
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

fn write(writer: &mut Writer, value: &Value, ty: &Type, depth: usize) -> Result<(), CodecError> {
    match (ty, value) {
        (_, Value::Null) => writer.nil(),
        (_, Value::Unknown(refinement)) => write_unknown(writer, refinement),
        (Type::Bool, Value::Bool(value)) => writer.bool(*value),
        (Type::String, Value::String(text)) => writer.str(text),
        (Type::Number, Value::Number(number)) => write_number(writer, number),
        (Type::Dynamic, Value::Dynamic(inner)) => {
            writer.array(2);
            writer.bin(&inner.0.to_bytes());
            write(writer, &inner.1, &inner.0, depth)?;
        }
        (Type::List(element) | Type::Set(element), Value::List(items)) => {
            writer.array(items.len());
            for (index, item) in items.iter().enumerate() {
                step(depth, || index.to_string().into(), |depth| write(writer, item, element, depth))?;
            }
        }
        (Type::Tuple(elements), Value::List(items)) if items.len() == elements.len() => {
            writer.array(items.len());
            for (index, (item, element)) in items.iter().zip(elements).enumerate() {
                step(depth, || index.to_string().into(), |depth| write(writer, item, element, depth))?;
            }
        }
        (Type::Map(element), Value::Map(entries)) => {
            writer.map(entries.len());
            for (key, item) in entries {
                writer.str(key);
                step(depth, || key.into(), |depth| write(writer, item, element, depth))?;
            }
        }
        (Type::Object(attributes), Value::Map(entries)) => {
            writer.map(attributes.len());
            // Both are in the order of their names.
            let mut left = entries.iter().peekable();
            for (name, ty) in attributes {
                writer.str(name);
                match left.next_if(|(found, _)| *found == name) {
                    Some((_, item)) => step(depth, || name.into(), |depth| write(writer, item, ty, depth))?,
                    None => writer.nil(),
                }
            }
            if left.peek().is_some() {
                let strange = entries.keys().find(|name| !attributes.contains_key(*name)).cloned().unwrap_or_default();
                return Err(CodecError::Attribute { path: String::new(), name: strange });
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
            return Err(CodecError::Mismatch { path: String::new(), expected: ty.name(), found });
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
    if *refinement == Refinement::NONE {
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

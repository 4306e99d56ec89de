//! Terraform values: any type, any of them null or unknown, numbers without loss.

pub mod codec;
mod error;
pub mod json;
pub mod msgpack;
pub mod number;
mod refinement;
pub mod ty;

use std::collections::BTreeMap;

pub use codec::{decode, encode};
pub use error::CodecError;
pub use number::Number;
pub use refinement::{Refined, Refinement};
pub use ty::Type;

/// A Terraform value. Which type it belongs to is known by the schema, not by the value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// No value.
    Null,
    /// A value that will be known after apply, with what is already certain about it.
    Unknown(Refined),
    /// `bool`.
    Bool(bool),
    /// `number`.
    Number(Number),
    /// `string`.
    String(String),
    /// Elements of a list, a set or a tuple.
    List(Vec<Value>),
    /// Elements of a map, or attributes of an object.
    Map(BTreeMap<String, Value>),
    /// A value of an attribute of type `dynamic`, with its own type.
    Dynamic(Box<(Type, Value)>),
}

// Objects are maps of values, so that a large value would cost every attribute its size.
const _: () = assert!(size_of::<Value>() <= 32);

impl Value {
    /// An unknown value about which nothing is certain.
    pub fn unknown() -> Self {
        Self::Unknown(Refined::NOTHING)
    }

    /// An object or a map.
    pub fn object<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this itself is unknown; an element may be unknown though this answers no.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Whether neither this nor anything in it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::List(items) => items.iter().all(Value::is_wholly_known),
            Self::Map(entries) => entries.values().all(Value::is_wholly_known),
            Self::Dynamic(inner) => inner.1.is_wholly_known(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
        }
    }

    /// The attribute or map entry of this name; null where there is none.
    pub fn get(&self, key: &str) -> &Value {
        const NULL: &Value = &Value::Null;
        match self {
            Self::Map(entries) => entries.get(key).unwrap_or(NULL),
            _ => NULL,
        }
    }

    /// Sets an attribute of an object; does nothing to any other value.
    pub fn set(&mut self, key: &str, value: Value) {
        if let Self::Map(entries) = self {
            entries.insert(key.to_owned(), value);
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(Number::from(value))
    }
}

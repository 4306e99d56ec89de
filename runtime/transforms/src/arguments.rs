//! The forms in which MONAI's configs write an argument.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::TypeName;

/// One key or a list of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys(Vec<String>);

impl Keys {
    /// The keys in order.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    pub(crate) fn one(key: &str) -> Keys {
        Keys(vec![key.to_owned()])
    }

    /// Refuses several, where the argument is one key.
    pub(crate) fn check_one(&self, target: &'static str, argument: &'static str) -> Result<(), crate::Error> {
        match self.0.len() {
            1 => Ok(()),
            found => Err(crate::Error::unsupported(target, argument, format!("{found} keys"), "one key")),
        }
    }
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Keys, D::Error> {
        let keys = match Value::deserialize(from)? {
            Value::String(key) => vec![key],
            Value::Array(list) => list
                .into_iter()
                .map(|key| match key {
                    Value::String(key) => Ok(key),
                    other => Err(D::Error::custom(format!("a key is {other}, expected a string"))),
                })
                .collect::<Result<_, _>>()?,
            other => return Err(D::Error::custom(format!("keys is {other}, expected a string or a list of strings"))),
        };
        if keys.is_empty() { Err(D::Error::custom("keys is empty")) } else { Ok(Keys(keys)) }
    }
}

/// One value for all keys, or one for each (MONAI's `ensure_tuple_rep`).
#[derive(Debug, Clone, PartialEq)]
pub struct PerKey<T>(Vec<T>);

impl<T> PerKey<T> {
    /// The same value for every key.
    pub fn all(value: T) -> PerKey<T> {
        PerKey(vec![value])
    }

    /// The value of the key at `index`.
    pub fn get(&self, index: usize) -> &T {
        if self.0.len() == 1 { &self.0[0] } else { &self.0[index] }
    }

    /// All values as written.
    pub fn values(&self) -> &[T] {
        &self.0
    }

    pub(crate) fn check(&self, argument: &str, keys: &Keys) -> Result<(), String> {
        let (found, expected) = (self.0.len(), keys.0.len());
        if found == 1 || found == expected {
            Ok(())
        } else {
            Err(format!("`{argument}` has {found} values for {expected} keys"))
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for PerKey<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<PerKey<T>, D::Error> {
        let values = match Value::deserialize(from)? {
            Value::Array(list) if list.is_empty() => return Err(D::Error::custom("the list is empty")),
            Value::Array(list) => list,
            one => vec![one],
        };
        let parse = |value| serde_json::from_value(value).map_err(D::Error::custom);
        values.into_iter().map(parse).collect::<Result<_, _>>().map(PerKey)
    }
}

/// A truth value; configs also write `"True"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Flag, D::Error> {
        match Value::deserialize(from)? {
            Value::Bool(flag) => Ok(Flag(flag)),
            Value::String(text) if text == "True" || text == "true" => Ok(Flag(true)),
            Value::String(text) if text == "False" || text == "false" => Ok(Flag(false)),
            other => Err(D::Error::custom(format!("found {other}, expected true or false"))),
        }
    }
}

/// A finite number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number(pub f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Number, D::Error> {
        let value = Value::deserialize(from)?;
        let number = if value.is_number() { value.as_f64().filter(|number| number.is_finite()) } else { None };
        number.map(Number).ok_or_else(|| D::Error::custom(format!("found {value}, expected a finite number")))
    }
}

pub(crate) fn float32() -> Option<TypeName> {
    Some(TypeName::Float32)
}

/// Refuses a result type in which 32-bit floats would lose what they hold.
pub(crate) fn floating(target: &'static str, dtype: Option<TypeName>) -> Result<(), crate::Error> {
    match dtype {
        Some(dtype) if !dtype.is_float() => {
            Err(crate::Error::unsupported(target, "dtype", format!("{dtype:?}"), "float32 or float64"))
        }
        _ => Ok(()),
    }
}

//! An attribute's value while a plan is made: known, null or unknown.

use crate::model::{Convert, ReadError, Typed};
use crate::schema::{Rule, Shape};
use crate::value::{Refined, Value};

/// The value of an attribute during validation and planning. What is unknown cannot be read as a value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Attr<T> {
    /// Not set.
    #[default]
    Null,
    /// Known after apply, with what is certain already.
    Unknown(Refined),
    /// Set.
    Known(T),
}

impl<T> Attr<T> {
    /// Known after apply; nothing is certain about it.
    pub fn unknown() -> Self {
        Self::Unknown(Refined::NOTHING)
    }

    /// The value, where it is known and not null.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown(_) => None,
        }
    }

    /// The value for changing it, where it is known and not null.
    pub fn known_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown(_) => None,
        }
    }

    /// The value itself, where it is known and not null.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown(_) => None,
        }
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this is unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl From<&str> for Attr<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl<T: Convert> Convert for Attr<T> {
    fn read(value: &Value) -> Result<Self, ReadError> {
        match value {
            Value::Null => Ok(Self::Null),
            Value::Unknown(certain) => Ok(Self::Unknown(certain.clone())),
            value => T::read(value).map(Self::Known),
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Unknown(certain) => Value::Unknown(certain.clone()),
            Self::Known(value) => value.write(),
        }
    }
}

/// For parameters of functions, which may be asked for before they are known; fields of a model are plain.
impl<T: Typed> Typed for Attr<T> {
    type Planned = Self;
    type Drafted = Self;

    fn shape() -> Shape {
        T::shape()
    }

    fn canonical() -> Option<fn(&Value) -> Value> {
        T::canonical()
    }

    fn rules() -> Vec<Rule> {
        T::rules()
    }
}

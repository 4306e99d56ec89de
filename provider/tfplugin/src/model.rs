//! Rust types as Terraform types.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::path::Step;
use crate::schema::{Attribute, Nesting, Schema, Shape, object};
use crate::value::{Number, Type, Value};
use crate::{Diagnostic, Path};

/// Why a value does not fit a Rust type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is unknown and the type has no place for that.
    #[error("{path} is not known yet")]
    Unknown {
        /// Where.
        path: Path,
    },
    /// It is null and the type has no place for that.
    #[error("{path} is not set")]
    Null {
        /// Where.
        path: Path,
    },
    /// It is of another kind or out of range.
    #[error("{path}: {reason}")]
    Wrong {
        /// Where.
        path: Path,
        /// What was found and what was expected.
        reason: String,
    },
}

impl ReadError {
    /// A value that does not fit, at the root of what is read.
    pub fn wrong(reason: impl Into<String>) -> Self {
        Self::Wrong { path: Path::root(), reason: reason.into() }
    }

    /// The error for a value that has not the expected kind.
    pub fn expected(kind: &str, value: &Value) -> Self {
        match value {
            Value::Null => Self::Null { path: Path::root() },
            Value::Unknown(_) => Self::Unknown { path: Path::root() },
            _ => Self::wrong(format!("expected {kind}")),
        }
    }

    /// The same error one step deeper.
    pub fn within(self, step: Step) -> Self {
        match self {
            Self::Unknown { path } => Self::Unknown { path: path.within(step) },
            Self::Null { path } => Self::Null { path: path.within(step) },
            Self::Wrong { path, reason } => Self::Wrong { path: path.within(step), reason },
        }
    }
}

impl From<ReadError> for Diagnostic {
    fn from(error: ReadError) -> Self {
        let (path, detail) = match error {
            ReadError::Unknown { path } => (path, "The value is not known yet.".to_owned()),
            ReadError::Null { path } => (path, "The value is not set.".to_owned()),
            ReadError::Wrong { path, reason } => (path, reason),
        };
        let place = if path.steps().is_empty() { "the configuration".to_owned() } else { path.to_string() };
        Self::error("Invalid value", format!("{place}: {detail}")).at(path)
    }
}

/// A Rust type that stands for a Terraform type.
pub trait Typed: Sized {
    /// Its type, or its nested attributes.
    fn shape() -> Shape;

    /// Reads a value.
    fn read(value: &Value) -> Result<Self, ReadError>;

    /// The value.
    fn write(&self) -> Value;
}

/// A struct whose fields are attributes: the model, the schema and the documentation of one thing. Made by
/// `#[derive(Model)]`.
pub trait Model: Typed + Send + Sync + 'static {
    /// Its attributes.
    fn attributes() -> Vec<Attribute>;

    /// Its documentation, Markdown.
    fn description() -> &'static str;

    /// Its schema at this version.
    fn schema(version: i64) -> Schema {
        Schema { version, description: Self::description().to_owned(), attributes: Self::attributes() }
    }
}

/// Reads one field of a model.
pub fn read_field<T: Typed>(value: &Value, name: &str) -> Result<T, ReadError> {
    T::read(value.get(name)).map_err(|error| error.within(Step::Attribute(name.to_owned())))
}

fn normal(text: &str) -> String {
    if is_nfc(text) { text.to_owned() } else { text.nfc().collect() }
}

impl Typed for String {
    fn shape() -> Shape {
        Shape::Plain(Type::String)
    }

    fn read(value: &Value) -> Result<Self, ReadError> {
        match value {
            Value::String(text) => Ok(text.clone()),
            value => Err(ReadError::expected("a string", value)),
        }
    }

    /// The text in Unicode normal form C, as Terraform keeps all text.
    fn write(&self) -> Value {
        Value::String(normal(self))
    }
}

impl Typed for bool {
    fn shape() -> Shape {
        Shape::Plain(Type::Bool)
    }

    fn read(value: &Value) -> Result<Self, ReadError> {
        match value {
            Value::Bool(value) => Ok(*value),
            value => Err(ReadError::expected("true or false", value)),
        }
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Typed for Number {
    fn shape() -> Shape {
        Shape::Plain(Type::Number)
    }

    fn read(value: &Value) -> Result<Self, ReadError> {
        match value {
            Value::Number(number) => Ok(number.clone()),
            value => Err(ReadError::expected("a number", value)),
        }
    }

    fn write(&self) -> Value {
        Value::Number(self.clone())
    }
}

macro_rules! integers {
    ($($kind:ty: $wide:ident),*) => {$(
        impl Typed for $kind {
            fn shape() -> Shape {
                Shape::Plain(Type::Number)
            }

            fn read(value: &Value) -> Result<Self, ReadError> {
                let number = Number::read(value)?;
                number.$wide().and_then(|wide| Self::try_from(wide).ok()).ok_or_else(|| {
                    ReadError::wrong(format!("expected a whole number from {} to {}, found {number}", Self::MIN, Self::MAX))
                })
            }

            fn write(&self) -> Value {
                Value::Number(Number::from(*self))
            }
        }
    )*};
}

integers!(i32: as_i64, i64: as_i64, u16: as_u64, u32: as_u64, u64: as_u64, usize: as_u64);

impl Typed for f64 {
    fn shape() -> Shape {
        Shape::Plain(Type::Number)
    }

    fn read(value: &Value) -> Result<Self, ReadError> {
        Number::read(value).map(|number| number.to_f64())
    }

    /// The shortest decimal, so that one tenth in a configuration stays one tenth; null for NaN.
    fn write(&self) -> Value {
        Number::shortest(*self).map_or(Value::Null, Value::Number)
    }
}

impl<T: Typed> Typed for Option<T> {
    fn shape() -> Shape {
        T::shape()
    }

    fn read(value: &Value) -> Result<Self, ReadError> {
        if value.is_null() { Ok(None) } else { T::read(value).map(Some) }
    }

    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, Typed::write)
    }
}

/// The shape of a collection of things of shape `element`.
fn repeated(element: Shape, nesting: Nesting, plain: fn(Type) -> Type) -> Shape {
    match element {
        Shape::Plain(ty) => Shape::Plain(plain(ty)),
        Shape::Nested(Nesting::Single | Nesting::Group, attributes) => Shape::Nested(nesting, attributes),
        nested @ Shape::Nested(..) => Shape::Plain(plain(nested.ty())),
    }
}

impl<T: Typed> Typed for Vec<T> {
    fn shape() -> Shape {
        repeated(T::shape(), Nesting::List, Type::list)
    }

    fn read(value: &Value) -> Result<Self, ReadError> {
        let Value::List(items) = value else { return Err(ReadError::expected("a list", value)) };
        let read = |(index, item)| T::read(item).map_err(|error| error.within(Step::Index(index as i64)));
        items.iter().enumerate().map(read).collect()
    }

    fn write(&self) -> Value {
        Value::List(self.iter().map(Typed::write).collect())
    }
}

impl<T: Typed> Typed for BTreeMap<String, T> {
    fn shape() -> Shape {
        repeated(T::shape(), Nesting::Map, Type::map)
    }

    fn read(value: &Value) -> Result<Self, ReadError> {
        let Value::Map(entries) = value else { return Err(ReadError::expected("a map", value)) };
        let read = |(key, item): (&String, &Value)| {
            Ok((key.clone(), T::read(item).map_err(|error| error.within(Step::Key(key.clone())))?))
        };
        entries.iter().map(read).collect()
    }

    fn write(&self) -> Value {
        Value::Map(self.iter().map(|(key, item)| (normal(key), item.write())).collect())
    }
}

impl Typed for BTreeSet<String> {
    fn shape() -> Shape {
        Shape::Plain(Type::set(Type::String))
    }

    fn read(value: &Value) -> Result<Self, ReadError> {
        let Value::List(items) = value else { return Err(ReadError::expected("a set", value)) };
        items.iter().map(String::read).collect()
    }

    fn write(&self) -> Value {
        Value::List(self.iter().map(Typed::write).collect())
    }
}

/// Elements of a set, in the order that they came. Terraform does not say which order that is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Set<T>(pub Vec<T>);

impl<T: Typed> Typed for Set<T> {
    fn shape() -> Shape {
        repeated(T::shape(), Nesting::Set, Type::set)
    }

    fn read(value: &Value) -> Result<Self, ReadError> {
        let Value::List(items) = value else { return Err(ReadError::expected("a set", value)) };
        items.iter().map(T::read).collect::<Result<_, _>>().map(Self)
    }

    fn write(&self) -> Value {
        Value::List(self.0.iter().map(Typed::write).collect())
    }
}

/// A value of any type, with that type.
#[derive(Debug, Clone, PartialEq)]
pub struct Dynamic {
    /// The type it came with.
    pub ty: Type,
    /// The value.
    pub value: Value,
}

impl Typed for Dynamic {
    fn shape() -> Shape {
        Shape::Plain(Type::Dynamic)
    }

    fn read(value: &Value) -> Result<Self, ReadError> {
        match value {
            Value::Dynamic(inner) => Ok(Self { ty: inner.0.clone(), value: inner.1.clone() }),
            value => Err(ReadError::expected("a value with its type", value)),
        }
    }

    fn write(&self) -> Value {
        Value::Dynamic(Box::new((self.ty.clone(), self.value.clone())))
    }
}

/// The shape of a derived model: one object.
pub fn model_shape<M: Model>() -> Shape {
    Shape::Nested(Nesting::Single, M::attributes())
}

/// The object type of a model.
pub fn model_type<M: Model>() -> Type {
    object(&M::attributes())
}

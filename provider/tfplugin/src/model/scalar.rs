//! Types of one value.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{Convert, ReadError, Typed};
use crate::Attr;
use crate::schema::Shape;
use crate::value::{Number, Type, Value};

/// A type without parts: it is known, or null, or unknown as a whole.
macro_rules! whole {
    ($kind:ty, $type:expr) => {
        impl Typed for $kind {
            type Planned = Attr<Self>;
            type Drafted = Self;

            fn shape() -> Shape {
                Shape::Plain($type)
            }
        }
    };
}

/// The text in Unicode normal form C, as Terraform keeps all text.
pub(crate) fn normal(text: &str) -> String {
    if is_nfc(text) { text.to_owned() } else { text.nfc().collect() }
}

impl Convert for String {
    fn read(value: &Value) -> Result<Self, ReadError> {
        match value {
            Value::String(text) => Ok(text.clone()),
            value => Err(ReadError::expected("a string", value)),
        }
    }

    fn write(&self) -> Value {
        Value::String(normal(self))
    }
}

whole!(String, Type::String);

impl Convert for bool {
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

whole!(bool, Type::Bool);

impl Convert for Number {
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

whole!(Number, Type::Number);

macro_rules! integers {
    ($($kind:ty: $wide:ident),*) => {$(
        impl Convert for $kind {
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

        whole!($kind, Type::Number);
    )*};
}

integers!(i32: as_i64, i64: as_i64, u16: as_u64, u32: as_u64, u64: as_u64, usize: as_u64);

impl Convert for f64 {
    fn read(value: &Value) -> Result<Self, ReadError> {
        Number::read(value).map(|number| number.to_f64())
    }

    /// The shortest decimal, so that one tenth in a configuration stays one tenth; null for NaN.
    fn write(&self) -> Value {
        Number::shortest(*self).map_or(Value::Null, Value::Number)
    }
}

impl Typed for f64 {
    type Planned = Attr<Self>;
    type Drafted = Self;

    fn shape() -> Shape {
        Shape::Plain(Type::Number)
    }

    /// The nearest `f64`: a configuration may write more digits than that holds, and the state keeps them.
    fn canonical() -> Option<fn(&Value) -> Value> {
        Some(|value| match value {
            Value::Number(number) => number.to_f64().write(),
            value => value.clone(),
        })
    }
}

impl Convert for f32 {
    fn read(value: &Value) -> Result<Self, ReadError> {
        let wide = f64::read(value)?;
        let narrow = wide as Self;
        if narrow.is_infinite() && wide.is_finite() {
            return Err(ReadError::wrong(format!(
                "expected a number from {} to {}, found {wide:e}",
                Self::MIN,
                Self::MAX
            )));
        }
        if narrow == 0.0 && wide != 0.0 {
            let least = Self::from_bits(1);
            return Err(ReadError::wrong(format!("expected 0 or a number beyond {least:e}, found {wide:e}")));
        }
        Ok(narrow)
    }

    /// The shortest decimal; null for NaN.
    fn write(&self) -> Value {
        let shortest = if self.is_finite() { self.to_string().parse().unwrap_or(f64::NAN) } else { f64::from(*self) };
        shortest.write()
    }
}

impl Typed for f32 {
    type Planned = Attr<Self>;
    type Drafted = Self;

    fn shape() -> Shape {
        Shape::Plain(Type::Number)
    }

    /// The nearest `f32`, as with `f64`; a number that is too great for one is only itself.
    fn canonical() -> Option<fn(&Value) -> Value> {
        Some(|value| Self::read(value).map_or_else(|_| value.clone(), |number| number.write()))
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

impl Convert for Dynamic {
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

whole!(Dynamic, Type::Dynamic);

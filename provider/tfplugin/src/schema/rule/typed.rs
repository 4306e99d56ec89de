//! Rules that are written for the Rust type.

use super::Rule;
use crate::model::{Convert, Typed};
use crate::plan::defaults;
use crate::schema::{Nesting, Shape};
use crate::value::Value;

impl Rule {
    /// A check of a value as the field's type, asked where all of it is known that a configuration gives; what is not
    /// configured has its default. `text` completes "Must be …" and may be empty; the check's error says what was found.
    pub fn check_of<T: Typed>(
        text: impl Into<String>,
        check: impl Fn(&T::Drafted) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        let shape = std::sync::OnceLock::new();
        Self::new(text, move |value| {
            let value = filled(shape.get_or_init(T::shape), value);
            // A value that does not fit the type is refused where the whole configuration is read.
            T::Drafted::read(&value).map_or(Ok(()), |value| check(&value))
        })
    }
}

/// The value with the defaults of its nested attributes.
fn filled(shape: &Shape, value: &Value) -> Value {
    let Shape::Nested(nesting, inner) = shape else { return value.clone() };
    let one = |value: &Value| defaults(inner, value, value.clone());
    match (nesting, value) {
        (Nesting::Single | Nesting::Group, value) => one(value),
        (_, Value::List(items)) => Value::List(items.iter().map(one).collect()),
        (_, Value::Map(entries)) => Value::Map(entries.iter().map(|(key, item)| (key.clone(), one(item))).collect()),
        (_, value) => value.clone(),
    }
}

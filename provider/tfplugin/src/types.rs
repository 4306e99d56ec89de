//! Types of texts of which different spellings mean the same, as APIs answer them.
//!
//! Each is checked when it is read and keeps the text as it was written. Two are equal where they mean the same. Where an
//! API answers another spelling of what was planned or stored, the planned or stored one stays, in lists, sets, maps and
//! nested attributes as well.

mod address;
mod case_insensitive;
mod cidr;
mod int_or_percent;
mod json_text;
mod quantity;
mod span;
mod timestamp;

use std::fmt::Debug;

pub use address::Address;
pub use case_insensitive::CaseInsensitive;
pub use cidr::Cidr;
pub use int_or_percent::{IntOrPercent, Share};
pub use json_text::JsonText;
pub use quantity::Quantity;
pub use span::Span;
pub use timestamp::Timestamp;

use crate::Attr;
use crate::model::{Convert, ReadError, Typed, normal};
use crate::schema::{Rule, Shape};
use crate::value::{Type, Value};

/// A type of texts of which different spellings mean the same. What implements this can be a field of a model.
pub trait Spelling: Sized + Clone + Debug + PartialEq + Send + Sync + 'static {
    /// What a text of it is, such as "a length of time such as `90s`"; stands in documentation and messages.
    const EXPECTED: &'static str;

    /// Reads a text; `None` where it is no such thing.
    fn parse(text: &str) -> Option<Self>;

    /// The text as it was written.
    fn as_str(&self) -> &str;

    /// One text for all spellings that mean the same.
    fn canonical(&self) -> String;
}

/// Characters of a text that a message shows.
const SHOWN: usize = 80;

impl<T: Spelling> Convert for T {
    fn read(value: &Value) -> Result<Self, ReadError> {
        let text = String::read(value)?;
        T::parse(&text).ok_or_else(|| ReadError::wrong(format!("expected {}, {}", T::EXPECTED, found(&text))))
    }

    fn write(&self) -> Value {
        Value::String(normal(self.as_str()))
    }
}

impl<T: Spelling> Typed for T {
    type Planned = Attr<Self>;
    type Drafted = Self;

    fn shape() -> Shape {
        Shape::Plain(Type::String)
    }

    fn canonical() -> Option<fn(&Value) -> Value> {
        Some(|value| match value {
            Value::String(text) => T::parse(text).map_or_else(|| value.clone(), |item| item.canonical().into()),
            value => value.clone(),
        })
    }

    fn rules() -> Vec<Rule> {
        vec![Rule::new(T::EXPECTED, |value| match value {
            Value::String(text) if T::parse(text).is_none() => Err(found(text)),
            _ => Ok(()),
        })]
    }
}

fn found(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("found `{}…`", &text[..end]),
        None => format!("found `{text}`"),
    }
}

/// Equality, hash and display of a type of texts: by the field that holds the meaning; as it was written.
macro_rules! by_meaning {
    ($kind:ident, $meaning:ident) => {
        impl PartialEq for $kind {
            fn eq(&self, other: &Self) -> bool {
                self.$meaning == other.$meaning
            }
        }

        impl Eq for $kind {}

        impl std::hash::Hash for $kind {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.$meaning.hash(state);
            }
        }

        impl std::fmt::Display for $kind {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(&self.text)
            }
        }
    };
}

use by_meaning;

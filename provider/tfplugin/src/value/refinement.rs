//! What is certain about unknown values.

use std::ops::Deref;

use super::{Number, Value};

/// What is certain about an unknown value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Refinement {
    /// The value will not be null.
    pub not_null: bool,
    /// The string will begin with this.
    pub prefix: Option<String>,
    /// Least number, and whether it is itself allowed.
    pub at_least: Option<(Number, bool)>,
    /// Greatest number, and whether it is itself allowed.
    pub at_most: Option<(Number, bool)>,
    /// Least number of elements.
    pub min_length: Option<u64>,
    /// Greatest number of elements.
    pub max_length: Option<u64>,
}

impl Refinement {
    /// Nothing is certain.
    pub const NONE: Self =
        Self { not_null: false, prefix: None, at_least: None, at_most: None, min_length: None, max_length: None };

    /// Whether a known value is one that this leaves open.
    pub fn admits(&self, value: &Value) -> bool {
        let length = |length: usize| {
            let length = length as u64;
            self.min_length.is_none_or(|least| length >= least) && self.max_length.is_none_or(|most| length <= most)
        };
        match value {
            Value::Null => !self.not_null,
            Value::String(text) => self.prefix.as_ref().is_none_or(|prefix| text.starts_with(prefix.as_str())),
            Value::Number(number) => {
                let above = |(least, inclusive): &(Number, bool)| number > least || (*inclusive && number == least);
                let below = |(most, inclusive): &(Number, bool)| number < most || (*inclusive && number == most);
                self.at_least.as_ref().is_none_or(above) && self.at_most.as_ref().is_none_or(below)
            }
            Value::List(items) => length(items.len()),
            Value::Map(entries) => length(entries.len()),
            Value::Dynamic(inner) => self.admits(&inner.1),
            Value::Bool(_) | Value::Unknown(_) => true,
        }
    }
}

/// What is certain about one unknown value. Of most, nothing is, so that takes no more room than a pointer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Refined(Option<Box<Refinement>>);

impl Refined {
    /// Nothing is certain.
    pub const NOTHING: Self = Self(None);
}

impl From<Refinement> for Refined {
    fn from(certain: Refinement) -> Self {
        Self((certain != Refinement::NONE).then(|| Box::new(certain)))
    }
}

impl Deref for Refined {
    type Target = Refinement;

    fn deref(&self) -> &Refinement {
        const NONE: &Refinement = &Refinement::NONE;
        self.0.as_deref().unwrap_or(NONE)
    }
}

//! What values must obey, as a check and as a sentence of the documentation.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::value::{Number, Value};

type Check = dyn Fn(&Value) -> Result<(), String> + Send + Sync;

/// A check of one known value, with the sentence that documents it.
#[derive(Clone)]
pub struct Rule {
    text: String,
    check: Arc<Check>,
}

impl Rule {
    /// A rule of one's own. `text` completes "Must be …"; the check's error says what was found.
    pub fn new(text: impl Into<String>, check: impl Fn(&Value) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self { text: text.into(), check: Arc::new(check) }
    }

    /// A number from `range`, both ends allowed.
    pub fn range<T: Into<Number>>(range: RangeInclusive<T>) -> Self {
        let (low, high) = range.into_inner();
        let (low, high): (Number, Number) = (low.into(), high.into());
        let text = format!("from {low} to {high}");
        Self::new(text, move |value| match value {
            Value::Number(number) if *number < low || *number > high => Err(format!("found {number}")),
            _ => Ok(()),
        })
    }

    /// One of these texts.
    pub fn one_of<T: AsRef<str>>(allowed: impl IntoIterator<Item = T>) -> Self {
        let allowed: Vec<String> = allowed.into_iter().map(|text| text.as_ref().to_owned()).collect();
        let text = format!("one of {}", allowed.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", "));
        Self::new(text, move |value| match value {
            Value::String(found) if !allowed.contains(found) => Err(format!("found `{found}`")),
            _ => Ok(()),
        })
    }

    /// A text, list, set or map with a length in `range`: characters of a text, elements of the others.
    pub fn length(range: RangeInclusive<usize>) -> Self {
        let text = format!("{} to {} long", range.start(), range.end());
        Self::new(text, move |value| {
            let length = match value {
                Value::String(text) => text.chars().count(),
                Value::List(items) => items.len(),
                Value::Map(entries) => entries.len(),
                _ => return Ok(()),
            };
            if range.contains(&length) { Ok(()) } else { Err(format!("found a length of {length}")) }
        })
    }

    /// The sentence, completing "Must be …".
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Checks a known value; the error says what was found.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        (self.check)(value)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Rule").field(&self.text).finish()
    }
}

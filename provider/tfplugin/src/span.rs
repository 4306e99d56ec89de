//! Lengths of time as users write them.

use std::time::Duration;

use crate::Attr;
use crate::model::{Convert, ReadError, Typed};
use crate::schema::Shape;
use crate::value::{Type, Value};

/// A length of time such as `90s`, `20m` or `1h30m`, with the text it was written as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    text: String,
    duration: Duration,
}

impl Span {
    /// Reads numbers with units `h`, `m`, `s`, `ms`; `None` where it is anything else or over a hundred years.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut seconds = 0.0;
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let digits = rest.find(|byte: char| !byte.is_ascii_digit() && byte != '.')?;
            let number: f64 = rest[..digits].parse().ok()?;
            rest = &rest[digits..];
            let end = rest.find(|byte: char| byte.is_ascii_digit()).unwrap_or(rest.len());
            seconds += number
                * match &rest[..end] {
                    "h" => 3600.0,
                    "m" => 60.0,
                    "s" => 1.0,
                    "ms" => 0.001,
                    _ => return None,
                };
            rest = &rest[end..];
        }
        if seconds > 100.0 * 365.25 * 86400.0 {
            return None;
        }
        Some(Self { text: text.to_owned(), duration: Duration::try_from_secs_f64(seconds).ok()? })
    }

    /// The length.
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// The text it was written as.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Convert for Span {
    fn read(value: &Value) -> Result<Self, ReadError> {
        let text = String::read(value)?;
        Self::parse(&text).ok_or_else(|| {
            ReadError::wrong(format!("expected a length of time such as 90s, 20m or 1h30m, found {text:?}"))
        })
    }

    fn write(&self) -> Value {
        Value::String(self.text.clone())
    }
}

impl Typed for Span {
    type Planned = Attr<Self>;
    type Drafted = Self;

    fn shape() -> Shape {
        Shape::Plain(Type::String)
    }
}

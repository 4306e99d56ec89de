//! JSON within a text.

use serde_json::Value as Json;

use super::{Spelling, by_meaning};
use crate::value::Number;

/// A text that holds one JSON value (RFC 8259). White space, the order of an object's names and the spelling of a number or
/// a character do not matter; numbers are compared without loss.
#[derive(Debug, Clone)]
pub struct JsonText {
    text: String,
    json: Json,
    canonical: String,
}

by_meaning!(JsonText, canonical);

impl JsonText {
    /// The value.
    pub fn json(&self) -> &Json {
        &self.json
    }
}

impl From<Json> for JsonText {
    fn from(json: Json) -> Self {
        Self { text: json.to_string(), canonical: canonical(&json), json }
    }
}

impl Spelling for JsonText {
    const EXPECTED: &'static str = "JSON, such as `{\"a\": 1}`";

    fn parse(text: &str) -> Option<Self> {
        let json = serde_json::from_str(text).ok()?;
        Some(Self { text: text.to_owned(), canonical: canonical(&json), json })
    }

    fn as_str(&self) -> &str {
        &self.text
    }

    fn canonical(&self) -> String {
        self.canonical.clone()
    }
}

/// The same value with sorted names, plain numbers and no white space.
fn canonical(json: &Json) -> String {
    match json {
        Json::Number(number) => {
            let text = number.to_string();
            Number::parse(&text).map_or(text, |number| number.to_string())
        }
        Json::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Json::Object(entries) => {
            let mut entries: Vec<(&String, &Json)> = entries.iter().collect();
            entries.sort_by_key(|(name, _)| name.as_str());
            let entries =
                entries.iter().map(|(name, item)| format!("{}:{}", Json::from(name.as_str()), canonical(item)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        json => json.to_string(),
    }
}

//! Keeps secrets out of what the user is told.

use std::collections::BTreeSet;

use crate::Schema;
use crate::generated::tfplugin6 as wire;
use crate::schema::{Attribute, Shape};
use crate::value::Value;

/// What stands in a message instead of a secret.
const MASK: &str = "(sensitive value)";

/// Shorter secrets are masked only where they stand alone: they are parts of ordinary words.
const DISTINCT: usize = 6;

/// The values of sensitive and write-only attributes, as texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Secrets(BTreeSet<String>);

impl Secrets {
    /// Whether a schema has secrets at all.
    pub(crate) fn any(attributes: &[Attribute]) -> bool {
        attributes.iter().any(|item| match &item.shape {
            _ if item.sensitive || item.write_only => true,
            Shape::Nested(_, inner) => Self::any(inner),
            Shape::Plain(_) => false,
        })
    }

    /// Adds the secrets of an object.
    pub(crate) fn learn(&mut self, attributes: &[Attribute], object: &Value) {
        for item in attributes {
            let value = object.get(&item.name);
            match &item.shape {
                _ if item.sensitive || item.write_only => self.add(value),
                Shape::Nested(_, inner) => match value {
                    Value::List(items) => items.iter().for_each(|item| self.learn(inner, item)),
                    // An object, or objects by name: only one of the two has these attributes.
                    Value::Map(entries) => {
                        self.learn(inner, value);
                        entries.values().for_each(|entry| self.learn(inner, entry));
                    }
                    _ => {}
                },
                Shape::Plain(_) => {}
            }
        }
    }

    /// Adds the secrets of an object as it was sent, where it can be read.
    pub(crate) fn learn_sent(&mut self, schema: &Schema, sent: &wire::DynamicValue) {
        if let Ok(object) = sent.read(&schema.ty()) {
            self.learn(&schema.attributes, &object);
        }
    }

    /// Masks messages.
    pub(crate) fn mask(&self, messages: &mut [wire::Diagnostic]) {
        for message in messages {
            message.summary = self.masked(&message.summary);
            message.detail = self.masked(&message.detail);
        }
    }

    fn add(&mut self, value: &Value) {
        match value {
            Value::String(text) if text.len() > 1 => {
                // A message often shows a text in quotes, escaped.
                let quoted = format!("{text:?}");
                self.0.extend([text.clone(), quoted[1..quoted.len() - 1].to_owned()]);
            }
            Value::Number(number) if number.to_string().len() > 1 => {
                self.0.insert(number.to_string());
            }
            Value::List(items) => items.iter().for_each(|item| self.add(item)),
            Value::Map(entries) => entries.values().for_each(|item| self.add(item)),
            Value::Dynamic(inner) => self.add(&inner.1),
            _ => {}
        }
    }

    /// A text without secrets.
    pub(crate) fn masked(&self, text: &str) -> String {
        let mut longest: Vec<&String> = self.0.iter().collect();
        longest.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        longest.into_iter().fold(text.to_owned(), |text, secret| replace(&text, secret))
    }
}

fn replace(text: &str, secret: &str) -> String {
    let inside = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(secret) {
        let (before, after) = (&rest[..at], &rest[at + secret.len()..]);
        let alone = !inside(before.chars().next_back().or(out.chars().next_back())) && !inside(after.chars().next());
        out.push_str(before);
        out.push_str(if alone || secret.len() >= DISTINCT { MASK } else { secret });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Type;

    fn check(secret: &str, text: &str, expected: &str) {
        let mut attribute = Attribute::new("key", Shape::Plain(Type::String));
        attribute.sensitive = true;
        let mut secrets = Secrets::default();
        secrets.learn(&[attribute], &Value::object([("key", secret.into())]));
        assert_eq!(secrets.masked(text), expected, "{secret} in {text}");
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        check("hunter22", "found hunter22, hunter22x", "found (sensitive value), (sensitive value)x");
        check("pin", "pinned by pin `pin`", "pinned by (sensitive value) `(sensitive value)`");
        check("a\"b\nc-long", r#"found "a\"b\nc-long""#, r#"found "(sensitive value)""#);
        check("x", "an x is no secret", "an x is no secret");
        check("", "nothing", "nothing");
        check("né", "né, nées", "(sensitive value), nées");
    }
}

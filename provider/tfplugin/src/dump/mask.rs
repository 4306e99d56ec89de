//! Values as JSON for people, without secrets.

use serde_json::{Map, Value as Json, json};

use crate::schema::{Attribute, Kind, Parts, Shape};
use crate::value::{Refinement, Type, Value};

/// What stands for a value that nobody may see.
const SENSITIVE: &str = "(sensitive value)";
const WRITE_ONLY: &str = "(write-only value)";
const EPHEMERAL: &str = "(ephemeral value)";
const UNKNOWN: &str = "(unknown)";

/// What stands for the value of a secret attribute; `None` where it is none.
fn mask(attribute: Option<&Attribute>) -> Option<&'static str> {
    let attribute = attribute?;
    if attribute.write_only {
        Some(WRITE_ONLY)
    } else if attribute.sensitive {
        Some(SENSITIVE)
    } else {
        None
    }
}

/// A value of this kind. An unknown one is an object of which the only key is `(unknown)`.
pub(super) fn show(kind: Kind<'_>, value: &Value) -> Json {
    match (kind.parts(), value) {
        (_, Value::Null) => Json::Null,
        (_, Value::Unknown(refinement)) => json!({ UNKNOWN: certain(refinement) }),
        (_, Value::Bool(value)) => json!(value),
        (_, Value::Number(number)) => {
            let text = number.to_string();
            text.parse().map_or(Json::String(text), Json::Number)
        }
        (_, Value::String(text)) => json!(text),
        (Parts::List(element) | Parts::Set(element), Value::List(items)) => {
            items.iter().map(|item| show(element, item)).collect()
        }
        (Parts::Tuple(elements), Value::List(items)) => {
            elements.iter().zip(items).map(|(ty, item)| show(Kind::Type(ty), item)).collect()
        }
        (Parts::Map(element), Value::Map(entries)) => {
            entries.iter().map(|(key, item)| (key.clone(), show(element, item))).collect()
        }
        (Parts::Object(fields), Value::Map(entries)) => {
            let shown = fields.iter().filter_map(|field| {
                let value = entries.get(field.name)?;
                let shown = match (mask(field.attribute), value) {
                    (None, value) => show(field.kind, value),
                    (Some(_), Value::Null) => Json::Null,
                    (Some(_), Value::Unknown(_)) => json!({ UNKNOWN: {} }),
                    (Some(mask), _) => json!(mask),
                };
                Some((field.name.to_owned(), shown))
            });
            Json::Object(shown.collect())
        }
        (_, Value::Dynamic(inner)) => {
            json!({ "type": inner.0.to_json(), "value": show(Kind::Type(&inner.0), &inner.1) })
        }
        // A value that does not fit its kind was refused when it was read.
        (_, Value::List(_) | Value::Map(_)) => json!("(another kind of value)"),
    }
}

/// An object of which nothing may be kept: which of its attributes are there.
pub(super) fn show_hidden(kind: Kind<'_>, value: &Value) -> Json {
    match (kind.parts(), value) {
        (_, Value::Null) => Json::Null,
        (_, Value::Unknown(_)) => json!({ UNKNOWN: {} }),
        (Parts::Object(fields), Value::Map(entries)) => {
            let present = fields.iter().filter_map(|field| {
                let shown = match entries.get(field.name)? {
                    Value::Null => Json::Null,
                    Value::Unknown(_) => json!({ UNKNOWN: {} }),
                    _ => json!(EPHEMERAL),
                };
                Some((field.name.to_owned(), shown))
            });
            Json::Object(present.collect())
        }
        _ => json!(EPHEMERAL),
    }
}

fn certain(refinement: &Refinement) -> Json {
    let Refinement { not_null, prefix, at_least, at_most, min_length, max_length } = refinement;
    let bound = |bound: &Option<(crate::Number, bool)>| {
        bound.as_ref().map(|(number, inclusive)| {
            json!({ "number": show(Kind::Type(&Type::Number), &Value::Number(number.clone())), "inclusive": inclusive })
        })
    };
    let all = [
        ("not_null", not_null.then(|| json!(true))),
        ("prefix", prefix.as_ref().map(|prefix| json!(prefix))),
        ("at_least", bound(at_least)),
        ("at_most", bound(at_most)),
        ("min_length", min_length.map(|length| json!(length))),
        ("max_length", max_length.map(|length| json!(length))),
    ];
    Json::Object(all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
}

/// A state of this schema's version, as Terraform keeps it. Of an attribute that the schema does not have nobody knows
/// whether it is a secret.
pub(super) fn show_raw(attributes: &[Attribute], state: &Json) -> Json {
    let Json::Object(entries) = state else { return names_of(state, "(no object)") };
    let shown = entries.iter().map(|(name, value)| {
        let attribute = attributes.iter().find(|item| item.name == *name);
        let shown = match (attribute, mask(attribute), value) {
            (_, _, Json::Null) => Json::Null,
            (None, ..) => json!("(not in the schema)"),
            (_, Some(mask), _) => json!(mask),
            (Some(attribute), None, value) => match &attribute.shape {
                Shape::Plain(_) => value.clone(),
                Shape::Nested(_, inner) => nested(attribute.shape.kind(), inner, value),
            },
        };
        (name.clone(), shown)
    });
    Json::Object(shown.collect())
}

fn nested(kind: Kind<'_>, inner: &[Attribute], value: &Json) -> Json {
    match (kind, value) {
        (Kind::List(_) | Kind::Set(_), Json::Array(items)) => items.iter().map(|item| show_raw(inner, item)).collect(),
        (Kind::Map(_), Json::Object(entries)) => {
            entries.iter().map(|(key, item)| (key.clone(), show_raw(inner, item))).collect()
        }
        (_, value) => show_raw(inner, value),
    }
}

/// A state of another schema: the names of its attributes, and `instead` of each value.
pub(super) fn names_of(state: &Json, instead: &str) -> Json {
    match state {
        Json::Null => Json::Null,
        Json::Object(entries) => {
            let shown = entries
                .iter()
                .map(|(name, value)| (name.clone(), if value.is_null() { Json::Null } else { json!(instead) }));
            Json::Object(shown.collect::<Map<_, _>>())
        }
        _ => json!(instead),
    }
}

//! What may be a state: known, without write-only values, there or gone as the operation says.

use super::At;
use super::fault::{Judged, fault, message};
use crate::schema::{Attribute, Kind, Nesting, Parts, Shape};
use crate::value::Value;
use crate::{Diagnostics, Path};

const HIDDEN: &str = "a write-only value is in the configuration only: no plan and no state has it.";
const KNOWN: &str = "a state has no unknown value.";

/// The answer of a read, an import, an upgrade, a move or of a data source. `gone` says whether nothing is an answer.
pub(super) fn stored(attributes: &[Attribute], state: &Value, gone: bool) -> Diagnostics {
    let judged = Judged { summary: "Invalid state", advice: "The handler that answered must be corrected." };
    let mut found = Diagnostics::default();
    if state.is_null() && !gone {
        found.push(message(judged, Path::root(), "this operation answers an object, not null.", ""));
    }
    write_only(judged, attributes, state, &mut found);
    unknown(judged, &At::root(), Kind::Object(attributes), state, &mut found);
    found
}

/// Finds values of write-only attributes.
pub(super) fn write_only(judged: Judged, attributes: &[Attribute], value: &Value, found: &mut Diagnostics) {
    hidden(judged, &At::root(), attributes, value, found);
}

fn hidden(judged: Judged, at: &At<'_>, attributes: &[Attribute], object: &Value, found: &mut Diagnostics) {
    for attribute in attributes {
        let (at, value) = (at.attribute(attribute), object.get(&attribute.name));
        if attribute.write_only && !value.is_null() {
            found.push(fault(judged, &at, HIDDEN, attribute.shape.kind(), [("answered", value)]));
        }
        match (&attribute.shape, value) {
            (Shape::Nested(Nesting::Single | Nesting::Group, inner), value) => {
                hidden(judged, &at, inner, value, found);
            }
            (Shape::Nested(Nesting::List, inner), Value::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    hidden(judged, &at.index(index), inner, item, found);
                }
            }
            (Shape::Nested(Nesting::Map, inner), Value::Map(entries)) => {
                for (key, item) in entries {
                    hidden(judged, &at.key(key), inner, item, found);
                }
            }
            // A set has no write-only attribute in it: the schema forbids it.
            _ => {}
        }
    }
}

/// Finds unknown values.
pub(super) fn unknown(judged: Judged, at: &At<'_>, kind: Kind<'_>, value: &Value, found: &mut Diagnostics) {
    match (kind.parts(), value) {
        (_, Value::Unknown(_)) => found.push(fault(judged, at, KNOWN, kind, [("answered", value)])),
        (Parts::List(element), Value::List(items)) => {
            for (index, item) in items.iter().enumerate() {
                unknown(judged, &at.index(index), element, item, found);
            }
        }
        (Parts::Tuple(elements), Value::List(items)) => {
            for (index, (ty, item)) in elements.iter().zip(items).enumerate() {
                unknown(judged, &at.index(index), Kind::Type(ty), item, found);
            }
        }
        (Parts::Set(element), Value::List(items)) => {
            if let Some(item) = items.iter().find(|item| !item.is_wholly_known()) {
                unknown(judged, &at.element(), element, item, found);
            }
        }
        (Parts::Map(element), Value::Map(entries)) => {
            for (key, item) in entries {
                unknown(judged, &at.key(key), element, item, found);
            }
        }
        (Parts::Object(fields), Value::Map(_)) => {
            for field in fields.iter() {
                unknown(judged, &at.field(field), field.kind, value.get(field.name), found);
            }
        }
        (Parts::Dynamic, Value::Dynamic(inner)) => unknown(judged, at, Kind::Type(&inner.0), &inner.1, found),
        _ => {}
    }
}

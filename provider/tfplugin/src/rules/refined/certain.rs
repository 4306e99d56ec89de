//! What is certain about an unknown value, held against a later one.

use crate::plan::distinct;
use crate::schema::{Kind, Parts};
use crate::value::{Number, Refinement, Type, Value};

/// Whether a value, which may itself be unknown, can be the one that was left open.
pub(super) fn includes(certain: &Refinement, kind: Kind<'_>, actual: &Value) -> bool {
    match actual {
        Value::Null => !certain.not_null,
        Value::Unknown(narrower) => meets(certain, narrower),
        Value::List(items) => {
            let most = match kind.parts() {
                Parts::Set(element) => distinct(element, items),
                _ => items.len(),
            } as u64;
            let merges = matches!(kind.parts(), Parts::Set(_)) && !actual.is_wholly_known();
            let least = if merges { most.min(1) } else { most };
            certain.min_length.is_none_or(|length| most >= length)
                && certain.max_length.is_none_or(|length| least <= length)
        }
        // Only a map has a length: an object's is fixed by its type.
        Value::Map(_) if !matches!(kind.parts(), Parts::Map(_)) => true,
        actual => certain.admits(actual),
    }
}

/// Whether two unknown values can be the same one.
fn meets(first: &Refinement, last: &Refinement) -> bool {
    let apart = |least: &Option<(Number, bool)>, most: &Option<(Number, bool)>| match (least, most) {
        (Some((least, from)), Some((most, to))) => least > most || (least == most && !(*from && *to)),
        _ => false,
    };
    let shorter = |least: Option<u64>, most: Option<u64>| least.zip(most).is_some_and(|(least, most)| least > most);
    !(apart(&first.at_least, &last.at_most)
        || apart(&last.at_least, &first.at_most)
        || shorter(first.min_length, last.max_length)
        || shorter(last.min_length, first.max_length))
}

/// Whether a type is the planned one, where that says something.
pub(super) fn conforms(actual: &Type, planned: &Type) -> bool {
    match (actual, planned) {
        (_, Type::Dynamic) => true,
        (Type::List(actual), Type::List(planned))
        | (Type::Set(actual), Type::Set(planned))
        | (Type::Map(actual), Type::Map(planned)) => conforms(actual, planned),
        (Type::Tuple(actual), Type::Tuple(planned)) => {
            actual.len() == planned.len()
                && actual.iter().zip(planned).all(|(actual, planned)| conforms(actual, planned))
        }
        (Type::Object(actual), Type::Object(planned)) => {
            actual.keys().eq(planned.keys())
                && actual.values().zip(planned.values()).all(|(actual, planned)| conforms(actual, planned))
        }
        (actual, planned) => actual == planned,
    }
}

//! What may be the identity of a resource.

use super::At;
use super::fault::{Judged, fault};
use super::stored::unknown;
use crate::Diagnostics;
use crate::plan::same;
use crate::schema::{Attribute, Kind};
use crate::value::Value;

const ADVICE: &str = "What the handler says of the identity must be corrected.";

/// An identity that was answered has nothing unknown.
pub(super) fn known(attributes: &[Attribute], answered: &Value) -> Diagnostics {
    let judged = Judged { summary: "Invalid identity", advice: ADVICE };
    let mut found = Diagnostics::default();
    if !answered.is_null() {
        unknown(judged, &At::root(), Kind::Object(attributes), answered, &mut found);
    }
    found
}

/// An identity is what it was before, as far as that was known. No answer is no change: the object is gone.
pub(super) fn unchanged(attributes: &[Attribute], before: &Value, answered: &Value) -> Diagnostics {
    let judged = Judged { summary: "Unexpected identity change", advice: ADVICE };
    let mut found = Diagnostics::default();
    if before.is_null() || answered.is_null() {
        return found;
    }
    for attribute in attributes {
        let kind = attribute.shape.kind();
        let (before, after) = (before.get(&attribute.name), answered.get(&attribute.name));
        if !before.is_null() && before.is_wholly_known() && !same(kind, before, after) {
            let rule = "the identity of an object does not change while it exists.";
            let values = [("before", before), ("answered", after)];
            found.push(fault(judged, &At::root().attribute(attribute), rule, kind, values));
        }
    }
    found
}

//! What may be the identity of a resource.

use super::At;
use super::fault::{Judged, fault};
use super::stored::unknown;
use crate::Diagnostics;
use crate::plan::same;
use crate::schema::{Attribute, Kind};
use crate::value::Value;

const JUDGED: Judged =
    Judged { summary: "Invalid identity", advice: "What the handler says of the identity must be corrected." };

/// An identity that was answered, null where there is none. `before` is the one that must not change: null for a creation, a
/// replacement and an import, and where the state has none yet. `open` says whether it may be unknown still, as in the
/// plan of a creation or a replacement.
pub(super) fn identity(attributes: &[Attribute], before: &Value, answered: &Value, open: bool) -> Diagnostics {
    let mut found = Diagnostics::default();
    if answered.is_null() {
        return found;
    }
    if !open {
        unknown(JUDGED, &At::root(), Kind::Object(attributes), answered, &mut found);
    }
    if !before.is_null() && found.is_empty() {
        for attribute in attributes {
            let (kind, root) = (attribute.shape.kind(), At::root());
            let (before, after) = (before.get(&attribute.name), answered.get(&attribute.name));
            if !before.is_null() && !same(kind, before, after) {
                let rule = "the identity of an object does not change while it exists.";
                let values = [("before", before), ("answered", after)];
                found.push(fault(JUDGED, &root.attribute(attribute), rule, kind, values));
            }
        }
    }
    found
}

//! What may force a replacement.

use super::fault::{Judged, message};
use crate::value::Value;
use crate::{Diagnostics, Path, path::Step};

const JUDGED: Judged = Judged {
    summary: "Invalid plan",
    advice: "The path that the resource's `plan` gives for a replacement must be corrected.",
};

/// Each path whose change replaces leads to something in the state or in the plan.
pub(super) fn replaced(prior: &Value, planned: &Value, paths: &[Path]) -> Diagnostics {
    let lost = paths.iter().filter(|path| !exists(path, prior) && !exists(path, planned));
    let rule = "a replacement is asked for because of an attribute that exists in the state or in the plan.";
    lost.map(|path| message(JUDGED, path.clone(), rule, "")).collect()
}

/// Whether a path leads to something in an object, be it null or unknown.
fn exists(path: &Path, object: &Value) -> bool {
    let found = path.steps().iter().try_fold(object, |value, step| match (step, value) {
        (_, Value::Unknown(_)) => Some(value),
        (step, Value::Dynamic(inner)) => child(step, &inner.1),
        (step, value) => child(step, value),
    });
    found.is_some()
}

fn child<'a>(step: &Step, value: &'a Value) -> Option<&'a Value> {
    match (step, value) {
        (Step::Attribute(name) | Step::Key(name), Value::Map(entries)) => entries.get(name),
        (Step::Index(index), Value::List(items)) => usize::try_from(*index).ok().and_then(|index| items.get(index)),
        _ => None,
    }
}

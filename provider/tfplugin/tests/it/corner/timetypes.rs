//! Lengths of time and times.

use serde_json::json;
use tfplugin_rust::Model;
use tfplugin_rust::testing::{Step, Steps, state};
use tfplugin_rust::types::{Span, Timestamp};

use super::Case;
use super::keeps::keeps;
use super::provider::Framework;

/// A length of time and a time.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct TimeTypes {
    /// A length of time.
    #[attr(optional)]
    go_duration: Option<Span>,
    /// A time.
    #[attr(optional)]
    rfc3339: Option<Timestamp>,
}

keeps!(Times: TimeTypes, "framework_timetypes");

pub(super) fn cases() -> Vec<Case> {
    const ADDRESS: &str = "framework_timetypes.test";
    let valid = |attribute: &str, text: &str| {
        Step::apply(json!({ ADDRESS: { attribute: text } })).holds(state(ADDRESS, attribute).equals(text))
    };
    let invalid = |attribute: &str, words: &str| Step::fails(json!({ ADDRESS: { attribute: "invalid" } }), words);
    let nothing = Step::apply(json!({ ADDRESS: {} }))
        .holds(state(ADDRESS, "go_duration").is_null())
        .holds(state(ADDRESS, "rfc3339").is_null());
    let cases = [
        ("Null", nothing),
        ("GoDuration_Valid", valid("go_duration", "1h2m3s")),
        ("GoDuration_Invalid", invalid("go_duration", "a length of time")),
        ("RFC3339_Valid", valid("rfc3339", "2000-01-02T03:04:05Z")),
        ("RFC3339_Invalid", invalid("rfc3339", "a date and time")),
    ];
    let case = |(name, step)| Case::new(format!("TestTimeTypesResource_{name}"), Steps::<Framework>::new([step]));
    cases.into_iter().map(case).collect()
}

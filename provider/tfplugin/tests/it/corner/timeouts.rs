//! Time limits of operations.

use serde_json::json;
use tfplugin_rust::testing::{Step, Steps, state};
use tfplugin_rust::{Model, Timeouts};

use super::Case;
use super::keeps::keeps;
use super::provider::Framework;

/// Nothing but time limits.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Limits {
    /// Time limits of the operations.
    #[attr(optional)]
    timeouts: Option<Timeouts>,
}

keeps!(Limited: Limits, "framework_timeouts");

pub(super) fn cases() -> Vec<Case> {
    const ADDRESS: &str = "framework_timeouts.test";
    let none = Step::apply(json!({ ADDRESS: {} })).holds(state(ADDRESS, "timeouts").is_null());
    let some = Step::apply(json!({ ADDRESS: { "timeouts": { "create": "120s" } } }))
        .holds(state(ADDRESS, "timeouts.create").equals("120s"));
    vec![
        Case::new("TestTimeoutsResource_unconfigured", Steps::<Framework>::new([none])),
        Case::new("TestTimeoutsResource_configured", Steps::<Framework>::new([some])),
    ]
}

//! The rules that Terraform has for what a provider answers, checked before Terraform does it.
//!
//! Terraform says of a broken rule that it is a bug in the provider, and little more. These checks name the attribute,
//! the rule and the values. They follow `AssertPlanValid` and `AssertObjectCompatible` of Terraform 1.16 and the checks
//! around them. They run in builds with debug assertions; in a release build where `TFPLUGIN_SELF_CHECK` is `1`. With
//! `0` they never run, and Terraform judges alone.

mod at;
mod fault;
mod identity;
mod planned;
mod refined;
mod replaced;
pub(crate) mod show;
mod stored;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use crate::schema::Attribute;
use crate::value::Value;
use crate::{Diagnostics, Path};
use at::At;

static ASKED: LazyLock<bool> = LazyLock::new(|| match std::env::var("TFPLUGIN_SELF_CHECK") {
    Ok(word) if word == "1" => true,
    Ok(word) if word == "0" => false,
    _ => cfg!(debug_assertions),
});

/// What a check finds, where checks run at all.
fn checked(check: impl FnOnce() -> Diagnostics) -> Diagnostics {
    if *ASKED { check() } else { Diagnostics::default() }
}

/// Checks a plan and the paths that it replaces for: each planned value is the configuration's, or the state's, or one
/// that the provider may compute.
pub(crate) fn plan(
    attributes: &[Attribute],
    prior: &Value,
    config: &Value,
    planned: &Value,
    replaced: &[Path],
) -> Diagnostics {
    checked(|| {
        let mut found = planned::plan(attributes, prior, config, planned);
        found.extend(replaced::replaced(prior, planned, replaced));
        found
    })
}

/// Checks a plan that is made again with more values known against the first.
#[cfg_attr(not(any(test, feature = "testing")), expect(dead_code, reason = "only a test has both plans"))]
pub(crate) fn final_plan(attributes: &[Attribute], first: &Value, last: &Value) -> Diagnostics {
    checked(|| refined::final_plan(attributes, first, last))
}

/// Checks the result of a creation, change or deletion: nothing is unknown, and what the plan knew is kept.
pub(crate) fn result(attributes: &[Attribute], planned: &Value, result: &Value) -> Diagnostics {
    checked(|| refined::result(attributes, planned, result))
}

/// Checks a state that a read, import, upgrade or move answered, or a data source. `gone` says whether null is an answer.
pub(crate) fn stored(attributes: &[Attribute], state: &Value, gone: bool) -> Diagnostics {
    checked(|| stored::stored(attributes, state, gone))
}

/// Checks an identity, null where there is none. `before` is the one that must not change, null where there is none or
/// where it may change; `open` says whether it may be unknown, as in the plan of a creation. That an identity does not
/// change is this crate's own rule, which Terraform leaves to providers, so it is always checked.
pub(crate) fn identity(attributes: &[Attribute], before: &Value, answered: &Value, open: bool) -> Diagnostics {
    let known = || if open { Diagnostics::default() } else { identity::known(attributes, answered) };
    let mut found = checked(known);
    if found.is_empty() {
        found.extend(identity::unchanged(attributes, before, answered));
    }
    found
}

/// Checks what an ephemeral resource opened.
pub(crate) fn opened(attributes: &[Attribute], config: &Value, opened: &Value) -> Diagnostics {
    checked(|| planned::opened(attributes, config, opened))
}

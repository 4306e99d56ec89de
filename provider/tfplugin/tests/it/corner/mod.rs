//! The cases of HashiCorp's terraform-provider-corner, on this framework. Each has the name of the test that it rebuilds;
//! `docs/reference/corner.md` lists them all.

mod customtype;
mod dynamic;
mod keeps;
mod precision;
mod provider;
mod reflection;
mod schema;
mod set_defaults;
mod set_equality;
mod shuffle;
mod timeouts;
mod timetypes;
mod user;
mod writeonce;
mod writeonly;
mod writeonly_import;
mod writeonly_validations;

use tfplugin_rust::Provider as _;
use tfplugin_rust::testing::Steps;

use provider::Framework;

/// A test of terraform-provider-corner.
pub(super) struct Case {
    /// Its name there.
    name: String,
    steps: Steps<Framework>,
}

impl Case {
    fn new(name: impl Into<String>, steps: Steps<Framework>) -> Self {
        Self { name: name.into(), steps }
    }
}

/// The cases that are steps of resources.
fn cases() -> Vec<Case> {
    [
        schema::cases(),
        customtype::cases(),
        precision::cases(),
        dynamic::cases(),
        user::cases(),
        timeouts::cases(),
        timetypes::cases(),
        set_defaults::cases(),
        set_equality::cases(),
        reflection::cases(),
        writeonly::cases(),
        writeonly_import::cases(),
        writeonly_validations::cases(),
        writeonce::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn the_schemas_keep_the_rules_of_terraform() {
    assert_eq!(Framework::catalog().problems(), Vec::<String>::new());
}

#[tokio::test]
async fn every_case_in_process() {
    let mut failed = Vec::new();
    for case in cases() {
        if let Err(failure) = case.steps.run_in_process().await {
            failed.push(format!("{}: {failure}", case.name));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

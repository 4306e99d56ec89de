//! The cases of HashiCorp's terraform-provider-corner, on this framework. Each has the name of the test that it rebuilds;
//! `docs/reference/corner.md` lists them all.

mod action;
mod customtype;
mod deferral;
mod dynamic;
mod echo;
mod ephemeral_lifecycle;
mod ephemeral_schema;
mod functions;
mod identity;
mod keeps;
mod moves;
mod precision;
mod provider;
mod raw;
mod reflection;
mod rpc;
mod schema;
mod set_defaults;
mod set_equality;
mod shuffle;
mod table;
mod timeouts;
mod timetypes;
mod user;
mod writeonce;
mod writeonly;
mod writeonly_import;
mod writeonly_upgrade;
mod writeonly_validations;

use std::pin::Pin;

use tfplugin_rust::Provider as _;
use tfplugin_rust::testing::Steps;

pub(crate) use provider::Framework;
use rpc::Outcome;

/// A test of terraform-provider-corner.
struct Case {
    /// Its name there.
    name: String,
    run: Run,
}

/// What a case does.
enum Run {
    /// Steps of resources, which a core can take as well.
    Steps(Steps<Framework>),
    /// Calls, as a core makes them.
    Calls(Pin<Box<dyn Future<Output = Outcome>>>),
}

impl Case {
    fn new(name: impl Into<String>, steps: Steps<Framework>) -> Self {
        Self { name: name.into(), run: Run::Steps(steps) }
    }

    fn calls(name: impl Into<String>, calls: impl Future<Output = Outcome> + 'static) -> Self {
        Self { name: name.into(), run: Run::Calls(Box::pin(calls)) }
    }
}

/// Every case.
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
        writeonly_upgrade::cases(),
        writeonce::cases(),
        functions::cases(),
        ephemeral_schema::cases(),
        ephemeral_lifecycle::cases(),
        identity::cases(),
        moves::cases(),
        deferral::cases(),
        action::cases(),
        raw::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The steps of the case of this name.
pub(crate) fn steps_of(name: &str) -> Steps<Framework> {
    let steps = cases().into_iter().find(|case| case.name == name).map(|case| case.run);
    match steps {
        Some(Run::Steps(steps)) => steps,
        _ => panic!("{name} has no steps"),
    }
}

#[test]
fn the_schemas_keep_the_rules_of_terraform() {
    assert_eq!(Framework::catalog().problems(), Vec::<String>::new());
}

#[tokio::test]
async fn every_case_in_process() {
    let mut failed = Vec::new();
    for case in cases() {
        let done = match case.run {
            Run::Steps(steps) => steps.run_in_process().await.map_err(|failure| failure.to_string()),
            Run::Calls(calls) => calls.await,
        };
        if let Err(failure) = done {
            failed.push(format!("{}: {failure}", case.name));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

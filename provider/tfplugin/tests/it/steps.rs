//! The testing kit: the same steps in process and under a real core, and what it says of steps that go wrong.

use serde_json::{Value as Json, json};
use tfplugin_rust::testing::{Action, Core, Failure, Step, Steps, UNKNOWN, planned, state};

use crate::lab::Lab;

fn thing(body: Json) -> Json {
    json!({ "lab_thing.a": body })
}

/// From creation to destruction, with everything that a step can say.
fn whole() -> Steps<Lab> {
    let pair = |level: &str| {
        json!({
            "lab_kit.first": {
                "name": "n", "level": level, "amount": 12345678901234567890123.5f64, "secret_wo": "hush",
                "set": [{ "label": "bb" }, { "label": "a", "weight": 2 }], "one": { "label": "o" },
                "many": [{ "label": "m" }], "named": { "x": { "label": "q" } }, "any": { "x": [1, "two", true] },
            },
            "data.lab_length.path": { "path": "${lab_kit.first.id}" },
            "lab_thing.a": { "name": "a", "tags": { "kit": "id ${lab_kit.first.id}" }, "foot": [{ "length": 1.5 }] },
        })
    };
    Steps::new([
        Step::plan(thing(json!({ "name": "a", "urgency": UNKNOWN, "list": [UNKNOWN, "x"] })))
            .plans("lab_thing.a", Action::Create)
            .holds(planned("lab_thing.a", "urgency").is_unknown())
            .holds(planned("lab_thing.a", "list[0]").is_unknown())
            .holds(planned("lab_thing.a", "list[1]").equals("x")),
        Step::apply(pair("low"))
            .plans("lab_kit.first", Action::Create)
            .plans("data.lab_length.path", Action::Read)
            .holds(planned("lab_kit.first", "id").is_unknown())
            .holds(planned("lab_kit.first", "set").has_length(2))
            .holds(planned("lab_kit.first", "zone").is_unknown())
            .holds(planned("lab_thing.a", "tags.kit").is_unknown())
            .holds(state("lab_kit.first", "id").equals("kit-1"))
            .holds(state("lab_kit.first", "any").equals(json!({ "x": [1, "two", true] })))
            .holds(state("lab_kit.first", "any.x[1]").equals("two"))
            .holds(state("lab_kit.first", "secret_wo").is_null())
            .holds(state("lab_kit.first", "set").contains(json!({ "label": "bb", "weight": 1 })))
            .holds(state("lab_kit.first", "set").equals(json!([
                { "label": "a", "weight": 2, "serial": 1 },
                { "label": "bb", "weight": 1, "serial": 2 },
            ])))
            .holds(state("lab_kit.first", "named[\"x\"].weight").equals(1))
            .holds(state("lab_kit.first", "zone").is_set())
            .holds(state("lab_thing.a", "tags").equals(json!({ "kit": "id kit-1" })))
            .holds(state("data.lab_length.path", "length").equals(5)),
        Step::refresh().holds(state("lab_kit.first", "level").equals("low")),
        Step::apply(pair("high"))
            .plans("lab_kit.first", Action::Update)
            .plans("lab_thing.a", Action::NoOp)
            .holds(planned("lab_kit.first", "id").equals("kit-1"))
            .holds(state("lab_kit.first", "revision").satisfies("above zero", |found| *found == 1.into())),
        Step::apply(thing(json!({ "name": "b", "parts": [{ "label": "l" }] })))
            .plans("lab_kit.first", Action::Delete)
            .plans("lab_thing.a", Action::Replace)
            .holds(planned("lab_thing.a", "id").is_unknown())
            .holds(state("lab_kit.first", "").is_absent())
            .holds(state("lab_thing.a", "parts[0]").equals(json!({ "label": "l", "serial": 0 }))),
        Step::fails(thing(json!({ "name": "far too long" })), "name must be 1 to 8 long"),
        Step::fails(thing(json!({ "name": "half" })), "It broke.")
            .holds(state("lab_thing.a", "id").equals("thing-half")),
        Step::apply(thing(json!({ "name": "c" }))).plans("lab_thing.a", Action::Replace),
        Step::import("lab_thing.a", "${lab_thing.a.id}"),
        Step::destroy().plans("lab_thing.a", Action::Delete),
        Step::apply(thing(json!({ "name": "d" }))).plans("lab_thing.a", Action::Create),
    ])
}

#[tokio::test]
async fn all_steps_in_process() -> Result<(), Failure> {
    whole().run_in_process().await
}

#[tokio::test]
async fn the_same_steps_under_a_core() -> Result<(), Failure> {
    whole().run_with(&Core::find()?).await
}

#[tokio::test]
async fn a_failure_names_step_address_path_and_values() {
    let good = || Step::apply(thing(json!({ "name": "a" })));
    for (what, steps, said) in [
        (
            "a value",
            vec![good(), good().holds(state("lab_thing.a", "urgency").equals("high"))],
            "step 2, apply lab_thing.a: lab_thing.a.urgency in the state: expected \"high\", found \"low\"",
        ),
        (
            "a plan",
            vec![good().plans("lab_thing.a", Action::Update)],
            "the plan of lab_thing.a: expected an update, found a creation",
        ),
        (
            "an unknown",
            vec![good().holds(planned("lab_thing.a", "id").equals("x"))],
            "lab_thing.a.id in the plan: expected \"x\", found (known after apply)",
        ),
        (
            "a null",
            vec![good().holds(state("lab_thing.a", "name").is_null())],
            "lab_thing.a.name in the state: expected null, found \"a\"",
        ),
        (
            "no object",
            vec![good().holds(state("lab_thing.b", "name").is_set())],
            "lab_thing.b.name in the state: expected an object, found none",
        ),
        (
            "an index",
            vec![good().holds(state("lab_thing.a", "foot[0]").is_set())],
            "an element of a set has no index: use `contains`",
        ),
        (
            "an attribute of a check",
            vec![good().holds(state("lab_thing.a", "nme").is_set())],
            "there is no attribute or block nme",
        ),
        (
            "an attribute",
            vec![Step::apply(thing(json!({ "name": "a", "tag": "x" })))],
            "lab_thing.a cannot be read: there is no attribute or block tag",
        ),
        (
            "a type",
            vec![Step::apply(thing(json!({ "name": ["a"] })))],
            "lab_thing.a.name cannot be read: expected string, found [\"a\"]",
        ),
        ("a kind", vec![Step::apply(json!({ "lab_none.a": {} }))], "the provider has no lab_none"),
        (
            "a reference",
            vec![Step::apply(thing(json!({ "name": "${lab_thing.b.id}" })))],
            "lab_thing.b.id refers to what is not configured before it",
        ),
        (
            "a success",
            vec![Step::fails(thing(json!({ "name": "a" })), "no")],
            "step 1, fails: it succeeded, expected a failure that says \"no\"",
        ),
        (
            "another failure",
            vec![Step::fails(thing(json!({ "name": "bad" })), "no")],
            "expected \"no\", found \"Bad thing: No thing is bad.\"",
        ),
        (
            "a wrong result",
            vec![Step::apply(thing(json!({ "name": "liar" })))],
            "cannot apply lab_thing.a: Invalid result: urgency breaks a rule of Terraform",
        ),
        (
            "an import",
            vec![good(), Step::import("lab_thing.a", "thing-b")],
            "step 2, import lab_thing.a: lab_thing.a in the state: expected the same as before the import, found name: \
             \"a\" -> \"b\"",
        ),
    ] {
        let found = Steps::<Lab>::new(steps).run_in_process().await.expect_err(what).to_string();
        assert!(found.contains(said), "{what}: {found}");
    }
}

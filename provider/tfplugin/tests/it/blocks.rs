//! Computed blocks, with clients that know them and with those that do not.

use serde_json::{Value as Json, json};
use tfplugin_rust::Value;
use tfplugin_rust::testing::{Action, Core, Failure, Step, Steps, UNKNOWN, planned, state};

use crate::lab::{Client, Lab};
use crate::terraform::Work;

fn shelf(body: Json) -> Json {
    json!({ "lab_shelf.a": body })
}

/// All blocks written.
fn whole(purpose: &str) -> Json {
    shelf(json!({
        "purpose": purpose, "board": [{ "width": 30 }, {}], "hook": [{ "width": 2 }], "drawer": { "low": {} },
        "door": { "width": 9 },
    }))
}

fn written() -> Vec<Step> {
    vec![
        Step::apply(whole("books"))
            .holds(planned("lab_shelf.a", "board[0].width").equals(30))
            .holds(planned("lab_shelf.a", "board[1].width").is_unknown())
            .holds(planned("lab_shelf.a", "door.wood").is_unknown())
            .holds(state("lab_shelf.a", "board[1]").equals(json!({ "width": 80, "wood": "books" })))
            .holds(state("lab_shelf.a", "drawer.low.width").equals(80)),
        Step::apply(whole("shoes"))
            .plans("lab_shelf.a", Action::Update)
            .holds(state("lab_shelf.a", "hook").equals(json!([{ "width": 2, "wood": "shoes" }]))),
    ]
}

fn known_blocks() -> Steps<Lab> {
    let mut steps = written();
    steps.extend([
        Step::destroy(),
        Step::apply(shelf(json!({ "purpose": "books" })))
            .plans("lab_shelf.a", Action::Create)
            .holds(planned("lab_shelf.a", "board").is_unknown())
            .holds(planned("lab_shelf.a", "hook").is_unknown())
            .holds(planned("lab_shelf.a", "drawer").is_unknown())
            .holds(planned("lab_shelf.a", "door").is_unknown())
            .holds(state("lab_shelf.a", "board").has_length(2))
            .holds(state("lab_shelf.a", "hook").contains(json!({ "width": 1 })))
            .holds(state("lab_shelf.a", "drawer.top.width").equals(20))
            .holds(state("lab_shelf.a", "door.width").equals(80)),
        Step::apply(shelf(json!({ "purpose": "books", "board": [{ "width": 5 }] })))
            .plans("lab_shelf.a", Action::Update)
            .holds(planned("lab_shelf.a", "board").has_length(1))
            .holds(planned("lab_shelf.a", "hook").is_unknown())
            .holds(state("lab_shelf.a", "board").equals(json!([{ "width": 5, "wood": "books" }]))),
        Step::plan(shelf(json!({ "purpose": UNKNOWN }))).holds(planned("lab_shelf.a", "board").is_unknown()),
        Step::apply(shelf(json!({ "purpose": "books" }))).plans("lab_shelf.a", Action::NoOp),
    ]);
    Steps::new(steps)
}

#[tokio::test]
async fn the_provider_gives_blocks_that_are_not_written() -> Result<(), Failure> {
    known_blocks().run_in_process().await
}

#[tokio::test]
async fn a_core_gets_what_it_knows() -> Result<(), Failure> {
    let core = Core::find()?;
    if Work::new("", "").is_terraform(16) {
        return known_blocks().run_with(&core).await;
    }
    let mut steps = written();
    steps.push(Step::fails(shelf(json!({ "purpose": "books" })), "Terraform 1.16 or newer"));
    Steps::<Lab>::new(steps).run_with(&core).await
}

#[tokio::test]
async fn an_older_client_is_told_which_block_to_write() {
    let mut client = Client::shelves().await;
    let empty = || Value::List(Vec::new());
    let part = || Value::object([("width", Value::Null), ("wood", Value::Null)]);
    let parts = || Value::List(vec![part()]);
    let drawers = Value::object([("x", part())]);
    for (board, hook, drawer, door, missing) in [
        (parts(), parts(), drawers.clone(), part(), ""),
        (Value::unknown(), parts(), drawers.clone(), part(), ""),
        (empty(), parts(), drawers.clone(), part(), "board"),
        (parts(), empty(), drawers.clone(), part(), "hook"),
        (parts(), parts(), Value::object::<&str>([]), part(), "drawer"),
        (parts(), parts(), drawers.clone(), Value::Null, "door"),
    ] {
        let entries =
            [("purpose", "books".into()), ("board", board), ("hook", hook), ("drawer", drawer), ("door", door)];
        let found = client.validate(Value::object(entries), true).await;
        let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths.concat(), missing, "{found:?}");
        assert!(found.iter().all(|(_, said)| said.contains(&format!("Write a block {missing}"))), "{found:?}");
    }
}

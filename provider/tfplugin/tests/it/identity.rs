//! The identity of resources, in process.

use serde_json::json;
use tfplugin_rust::{Type, Value};

use crate::lab::{Client, Placed, known};

fn id(name: &str, region: impl Into<Value>, number: impl Into<Value>) -> Value {
    Value::object([("name", name.into()), ("region", region.into()), ("number", number.into())])
}

fn config(name: &str, label: Value) -> Value {
    Client::place([("name", name.into()), ("label", label)])
}

#[tokio::test]
async fn the_schema_of_identities_is_asked_for_alone() {
    let mut client = Client::new();
    let answer = client.identity_schemas().await;
    assert!(answer.diagnostics.is_empty());
    assert_eq!(answer.identity_schemas.keys().collect::<Vec<_>>(), ["lab_place"], "no other resource has one");
    let schema = &answer.identity_schemas["lab_place"];
    assert_eq!(schema.version, 2);
    let found: Vec<_> = schema
        .identity_attributes
        .iter()
        .map(|item| {
            let ty = String::from_utf8_lossy(&item.r#type).into_owned();
            (item.name.as_str(), ty, item.required_for_import, item.optional_for_import, item.description.as_str())
        })
        .collect();
    let (text, number) = ("\"string\"".to_owned(), "\"number\"".to_owned());
    assert_eq!(
        found,
        [
            ("name", text.clone(), true, false, "Its name."),
            ("region", text, false, true, "Where it is."),
            ("number", number, false, true, "Its number."),
        ]
    );
}

#[tokio::test]
async fn the_identity_goes_with_the_object_from_plan_to_deletion() {
    let mut client = Client::places().await;
    let first = config("aa", Value::Null);
    let planned = client.plan_placed(&Placed::none(), &first).await.expect("a plan");
    assert_eq!(planned.identity, Value::Null, "a part of it is not known yet, so nothing is said of it");
    let made = client.apply_placed(&Placed::none(), &first, &planned).await.expect("an object");
    assert_eq!(made.identity, id("aa", "here", known(2)));

    let read = client.read_placed(&made).await.expect("a state");
    assert_eq!(read.identity, made.identity);
    let without = client.read_placed(&Placed { identity: Value::Null, ..made.clone() }).await.expect("a state");
    assert_eq!(without.identity, made.identity, "a state of an older release gets its identity");

    let second = config("aa", "new".into());
    let planned = client.plan_placed(&made, &second).await.expect("a plan");
    assert!(planned.state.get("number").is_unknown(), "it is computed and nothing keeps it");
    assert_eq!(planned.identity, made.identity, "an object that exists keeps its identity");
    let changed = client.apply_placed(&made, &second, &planned).await.expect("an object");
    assert_eq!((changed.state.get("revision"), &changed.identity), (&known(1), &made.identity));

    let planned = client.plan_placed(&changed, &Value::Null).await.expect("a plan");
    assert_eq!(planned.identity, made.identity, "the identity of what is to be deleted");
    let deleted = client.apply_placed(&changed, &Value::Null, &planned).await.expect("deleted");
    assert_eq!(deleted, Placed::none());
}

#[tokio::test]
async fn a_replacement_has_an_identity_of_its_own() {
    let mut client = Client::places().await;
    let made = Placed::of(
        Client::place([("name", "aa".into()), ("region", "here".into()), ("number", known(2)), ("revision", known(0))]),
        id("aa", "here", known(2)),
    );
    let moved = Client::place([("name", "aa".into()), ("region", "there".into())]);
    let planned = client.plan_placed(&made, &moved).await.expect("a plan");
    assert_eq!(planned.identity.get("region"), &"there".into());
    // Terraform plans a replacement a second time, without a state and with the identity of the first plan.
    let again = Placed { identity: planned.identity, ..Placed::none() };
    let planned = client.plan_placed(&again, &moved).await.expect("a plan");
    assert_eq!(planned.identity, Value::Null, "the number of the new one is not known");
    let named = config("xx", Value::Null);
    client.plan_placed(&made, &named).await.expect("a replacement that the handler asks for");
}

#[tokio::test]
async fn a_changed_identity_is_named_with_both_values() {
    let mut client = Client::places().await;
    let made = |name: &str| {
        let state = Client::place([
            ("name", name.into()),
            ("region", "here".into()),
            ("number", known(6)),
            ("revision", known(0)),
        ]);
        Placed::of(state, id(name, "here", known(6)))
    };
    let said = client.read_placed(&made("drifts")).await.expect_err("refused");
    assert!(said.contains("Unexpected identity change: region breaks a rule"), "{said}");
    assert!(said.contains("before: \"here\"") && said.contains("answered: \"elsewhere\""), "{said}");
    let said = client.plan_placed(&made("aa"), &config("bb", Value::Null)).await.expect_err("refused");
    assert!(said.contains("Unexpected identity change: name breaks a rule"), "{said}");
    let (before, change) = (made("shifts"), config("shifts", "new".into()));
    let planned = client.plan_placed(&before, &change).await.expect("a plan");
    let said = client.apply_placed(&before, &change, &planned).await.expect_err("refused");
    assert!(
        said.contains("number breaks a rule") && said.contains("before: 6") && said.contains("answered: 99"),
        "{said}"
    );
}

#[tokio::test]
async fn an_object_that_is_half_made_has_half_an_identity() {
    let mut client = Client::places().await;
    let config = config("half", Value::Null);
    let planned = client.plan_placed(&Placed::none(), &config).await.expect("a plan");
    let (left, said) = client.apply_failing(&config, &planned).await;
    assert_eq!(said, "Broken: It broke.");
    assert_eq!(left.identity, id("half", Value::Null, Value::Null));
    let read = client.read_placed(&left).await.expect("what was missing may come");
    assert_eq!(read.identity, id("half", "here", known(4)));
}

#[tokio::test]
async fn import_by_identity() {
    let mut client = Client::places().await;
    let imported = client.import_placed("", id("aa", Value::Null, Value::Null)).await.expect("a state");
    assert_eq!(imported.identity, id("aa", "here", known(2)), "the provider completes it");
    let imported = client.import_placed("", id("aa", "there", Value::Null)).await.expect("a state");
    assert_eq!(imported.state.get("region"), &"there".into());
    let imported = client.import_placed("aa", Value::Null).await.expect("a state");
    assert_eq!(imported.identity, id("aa", "here", known(2)), "an import by id has an identity as well");
    for (identity, said) in [
        (Value::Null, "lab_place is imported by its id or by an identity, which must have name."),
        (id("", Value::Null, Value::Null), ""),
        (
            Value::object([("name", Value::Null), ("region", "here".into()), ("number", Value::Null)]),
            "which must have name.",
        ),
        (id("nowhere", Value::Null, Value::Null), "There is no place nowhere."),
    ] {
        let answer = client.import_placed("", identity.clone()).await;
        match answer {
            Err(found) => assert!(!said.is_empty() && found.contains(said), "{identity:?}: {found}"),
            Ok(_) => assert!(said.is_empty(), "{identity:?} is no object"),
        }
    }
    let said = Client::kits().await.import("").await.expect_err("refused");
    assert!(said.contains("lab_kit is imported by its id."), "a resource without identity: {said}");
}

#[tokio::test]
async fn a_configuration_for_an_import_is_what_a_user_may_write() {
    let mut client = Client::places().await;
    for (label, written) in [("mine", "mine".into()), ("", "".into()), ("of its region", Value::Null)] {
        let all = [("name", "aa".into()), ("region", "here".into()), ("number", known(2)), ("revision", known(0))];
        let mut state = Client::place(all);
        state.set("label", label.into());
        let config = client.generate(&state).await.expect("a configuration");
        let expected = Client::place([("name", "aa".into()), ("region", "here".into()), ("label", written)]);
        assert_eq!(config, expected, "{label:?}");
    }
}

#[tokio::test]
async fn identities_of_older_versions() {
    let mut client = Client::places().await;
    let ty = Type::Object(
        [("name", Type::String), ("region", Type::String), ("number", Type::Number)]
            .map(|(name, ty)| (name.to_owned(), ty))
            .into(),
    );
    for (version, raw, expected) in [
        (1, json!({ "title": "aa", "region": "here" }), Ok(id("aa", "here", Value::Null))),
        (2, json!({ "name": "aa", "gone": 1 }), Ok(id("aa", Value::Null, Value::Null))),
        (0, json!({}), Err("There is no version 0.")),
        (3, json!({}), Err("as a newer release of the provider lab wrote it")),
        (2, json!({ "name": [] }), Err("Identity cannot be read")),
    ] {
        let found = client.upgrade_identity("lab_place", version, raw.to_string().into_bytes(), &ty).await;
        match expected {
            Ok(expected) => assert_eq!(found.expect("an identity"), expected, "{version} {raw}"),
            Err(said) => assert!(found.clone().expect_err("refused").contains(said), "{version} {raw}: {found:?}"),
        }
    }
    let none = client.upgrade_identity("lab_place", 0, Vec::new(), &ty).await;
    assert_eq!(none, Ok(Value::Null), "an object from before its resource had an identity");
    let said = client.upgrade_identity("lab_kit", 0, b"{}".to_vec(), &ty).await.expect_err("refused");
    assert!(said.contains("lab_kit has no identity"), "{said}");
}

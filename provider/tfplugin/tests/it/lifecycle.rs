//! The calls of Terraform, in process.

use serde_json::{Value as Json, json};
use tfplugin_rust::Value;
use tfplugin_rust::testing::{Action, Failure, Step, Steps, planned, state};

use crate::lab::{Client, Lab, known, unknown};

fn config(name: &str, urgency: Value) -> Value {
    Client::thing([("name", name.into()), ("urgency", urgency), ("secret_wo", "hush".into())])
}

#[tokio::test]
async fn the_schema_is_the_struct() {
    let mut client = Client::new();
    let response = client.schema().await;
    let schema = &response.resource_schemas["lab_thing"];
    let block = schema.block.as_ref().expect("a block");
    let named = |name: &str| block.attributes.iter().find(|item| item.name == name).expect("an attribute");
    assert_eq!(named("name").description, "Its name. Must be 1 to 8 long. Changing this replaces the resource.");
    assert!(named("name").required && !named("name").computed);
    assert!(named("urgency").optional && named("urgency").computed);
    assert!(named("id").computed && !named("id").optional);
    assert!(named("secret_wo").write_only);
    assert_eq!(named("tags").r#type, br#"["map","string"]"#);
    let nested = named("parts").nested_type.as_ref().expect("nested attributes");
    assert_eq!(nested.attributes.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), ["label", "serial"]);
    assert_eq!(block.block_types.len(), 1, "the block is sent as a block");
    assert!(response.provider.is_some());
    let capabilities = response.server_capabilities.expect("capabilities");
    assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    assert!(capabilities.move_resource_state && capabilities.generate_resource_config);
    assert_eq!(crate::lab::catalog_problems(), Vec::<String>::new());
}

#[tokio::test]
async fn validate_names_the_attribute() {
    let mut client = Client::new();
    let found = client.validate(config("far too long", "urgent".into()), true).await;
    assert_eq!(
        found,
        [
            ("name".to_owned(), "name must be 1 to 8 long, found a length of 12.".to_owned()),
            ("urgency".to_owned(), "urgency must be one of `low`, `high`, found `urgent`.".to_owned()),
        ]
    );
    assert_eq!(
        client.validate(config("bad", Value::Null), true).await,
        [("name".to_owned(), "No thing is bad.".to_owned())]
    );
    assert!(client.validate(config("good", Value::unknown()), true).await.is_empty());
    let old = client.validate(config("good", Value::Null), false).await;
    assert_eq!(old[0].0, "secret_wo");
}

#[tokio::test]
async fn create_read_update_delete() -> Result<(), Failure> {
    let thing =
        |name: &str, urgency: Json| json!({ "lab_thing.a": { "name": name, "urgency": urgency, "secret_wo": "hush" } });
    let steps = Steps::<Lab>::new([
        Step::apply(thing("a", Json::Null))
            .plans("lab_thing.a", Action::Create)
            .holds(planned("lab_thing.a", "urgency").equals("low"))
            .holds(planned("lab_thing.a", "secret_wo").is_null())
            .holds(planned("lab_thing.a", "id").is_unknown())
            .holds(planned("lab_thing.a", "revision").is_unknown())
            .holds(state("lab_thing.a", "id").equals("thing-a"))
            // The length of the write-only value, seen by create.
            .holds(state("lab_thing.a", "revision").equals(4)),
        Step::apply(thing("a", "high".into()))
            .plans("lab_thing.a", Action::Update)
            .holds(planned("lab_thing.a", "id").equals("thing-a"))
            .holds(planned("lab_thing.a", "revision").is_unknown())
            .holds(state("lab_thing.a", "urgency").equals("high")),
        Step::apply(thing("b", "high".into())).plans("lab_thing.a", Action::Replace),
        Step::destroy().plans("lab_thing.a", Action::Delete),
    ]);
    steps.run_in_process().await
}

#[tokio::test]
async fn a_failed_create_keeps_what_exists() {
    let mut client = Client::configured().await;
    for (name, message) in [("half", "It broke."), ("slow", "0.05 seconds"), ("panic", "fault of the provider")] {
        let mut config = config(name, Value::Null);
        let limits = ["read", "update", "delete"].map(|act| (act, Value::Null));
        config.set("timeouts", Value::object([("create", "50ms".into())].into_iter().chain(limits)));
        let planned = client.plan(&Value::Null, &config).await.expect("a plan");
        let failed = client.apply(&Value::Null, &config, &planned).await.expect_err("it fails");
        assert!(failed.detail.contains(message), "{name}: {}", failed.detail);
        assert_eq!(
            failed.state.get("id"),
            &format!("thing-{name}").into(),
            "{name}: the half-made object is in the state"
        );
    }
    let config = config("nothing", Value::Null);
    let planned = client.plan(&Value::Null, &config).await.expect("a plan");
    let failed = client.apply(&Value::Null, &config, &planned).await.expect_err("it fails");
    assert!(failed.state.is_null(), "nothing was made");
}

#[tokio::test]
async fn a_wrong_result_is_named() {
    let mut client = Client::configured().await;
    let config = config("liar", Value::Null);
    let planned = client.plan(&Value::Null, &config).await.expect("a plan");
    let failed = client.apply(&Value::Null, &config, &planned).await.expect_err("it fails");
    assert!(
        failed.detail.contains("urgency breaks a rule of Terraform: what was planned as known"),
        "{}",
        failed.detail
    );
    assert_eq!(failed.state.get("id"), &"thing-liar".into());
}

#[tokio::test]
async fn nested_computed_values_follow_the_configuration() {
    let mut client = Client::configured().await;
    let part = |label: &str| Value::object([("label", label.into()), ("serial", Value::Null)]);
    let with = |labels: &[&str]| {
        Client::thing([("name", "n".into()), ("parts", Value::List(labels.iter().map(|label| part(label)).collect()))])
    };
    let planned = client.plan(&Value::Null, &with(&["x", "y"])).await.expect("a plan");
    let Value::List(parts) = planned.state.get("parts") else { panic!("a list") };
    assert!(parts.iter().all(|part| part.get("serial").is_unknown()));
    let made = client.apply(&Value::Null, &with(&["x", "y"]), &planned).await.expect("an object");
    let again = client.plan(&made, &with(&["x", "y"])).await.expect("a plan");
    assert_eq!(again.state, made);
    let partly = Value::List(vec![unknown(), "t".into()]);
    let config = Client::thing([("name", "n".into()), ("list", partly.clone())]);
    let planned = client.plan(&Value::Null, &config).await.expect("a plan");
    assert_eq!(planned.state.get("list"), &partly, "an unknown element survives a model that cannot hold it");
}

#[tokio::test]
async fn import_upgrade_and_what_is_unknown() {
    let mut client = Client::configured().await;
    let imported = client.import("thing-z").await.expect("a state");
    assert_eq!(imported.get("name"), &"z".into());
    assert!(client.import("nonsense").await.expect_err("refused").contains("thing-NAME"));
    let same = client.upgrade(1, json!({"name": "a", "gone": 3})).await.expect("a state");
    assert_eq!(same.get("name"), &"a".into());
    let old = client.upgrade(0, json!({"title": "a"})).await.expect("a state");
    assert_eq!(old.get("name"), &"a".into());
    assert!(client.upgrade(7, json!({})).await.expect_err("refused").contains("version 7"));
}

#[tokio::test]
async fn data_and_private_data() {
    let mut client = Client::configured().await;
    let read = client.data(Value::object([("path", "p".into()), ("length", Value::Null)])).await.expect("data");
    assert_eq!(read.get("length"), &known(1));
    let config = config("private", Value::Null);
    let planned = client.plan(&Value::Null, &config).await.expect("a plan");
    assert_eq!(planned.private, br#"{"planned":true}"#);
    client.apply(&Value::Null, &config, &planned).await.expect("create saw the private data");
}

#[tokio::test]
async fn a_stop_ends_calls_in_flight_and_no_later_one() {
    let mut client = Client::configured().await;
    // The first hears the signal and made nothing yet; the second does not listen and is ended after the grace.
    for (name, said, id) in [
        ("wait", "stopped on request", Value::Null),
        ("deaf", "not done 0.02 seconds after that", "thing-deaf".into()),
        ("wait", "stopped on request", Value::Null),
    ] {
        let config = config(name, Value::Null);
        let planned = client.plan(&Value::Null, &config).await.expect("a plan");
        let mut other = client.clone();
        let (outcome, ()) = tokio::join!(client.apply(&Value::Null, &config, &planned), other.stop_when_waiting());
        let failed = outcome.expect_err("stopped");
        assert!(failed.detail.contains(said), "{name}: {}", failed.detail);
        assert_eq!(failed.state.get("id"), &id, "{name}: what was saved");
        let after = self::config("a", Value::Null);
        let planned = client.plan(&Value::Null, &after).await.expect("a plan after a stop");
        client.apply(&Value::Null, &after, &planned).await.expect("calls after a stop are served");
    }
}

#[tokio::test]
async fn nothing_works_before_configure() {
    let mut client = Client::new();
    let failed = client.plan(&Value::Null, &config("a", Value::Null)).await.expect_err("refused");
    assert!(failed.contains("before configuring"));
}

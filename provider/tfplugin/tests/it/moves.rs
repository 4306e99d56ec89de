//! Objects that become ones of another type, in process.

use serde_json::{Value as Json, json};
use tfplugin_rust::Value;
use tfplugin_rust::generated::tfplugin6 as wire;

use crate::lab::{Client, Placed};

fn raw(json: &Json) -> Option<wire::RawState> {
    Some(wire::RawState { json: json.to_string().into(), ..Default::default() })
}

fn source(type_name: &str, state: &Json) -> wire::move_resource_state::Request {
    wire::move_resource_state::Request {
        source_provider_address: "example.com/old/old".to_owned(),
        source_type_name: type_name.to_owned(),
        source_schema_version: 3,
        source_state: raw(state),
        source_private: br#"{"kept":true}"#.to_vec(),
        target_type_name: "lab_place".to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_resource_takes_over_what_it_knows() {
    let mut client = Client::new();
    let request = source("old_spot", &json!({ "title": "aa", "area": "there", "more": [1] }));
    let (moved, private) = client.move_placed(request).await.expect("a state, before the provider is configured");
    assert_eq!((moved.state.get("name"), moved.state.get("region")), (&"aa".into(), &"there".into()));
    assert_eq!(moved.state.get("revision"), &Value::Null, "a read that follows fills what is missing");
    assert_eq!(moved.identity.get("name"), &"aa".into());
    assert_eq!(private, br#"{"from":"old_spot 3","kept":true}"#);

    let mut request = source("old_known", &json!({}));
    request.source_identity = raw(&json!({ "id": "bb" }));
    let (moved, _) = client.move_placed(request).await.expect("a state");
    assert_eq!(moved.identity.get("name"), &"bb".into(), "from the identity of the source");
    let mut client = Client::places().await;
    let read = client.read_placed(&Placed { ..moved }).await.expect("a state");
    assert_eq!(read.state.get("region"), &"here".into());
}

#[tokio::test]
async fn what_is_not_taken_over_has_no_state() {
    let mut client = Client::new();
    let empty = wire::move_resource_state::Request { source_state: None, ..source("old_spot", &json!({})) };
    let broken = wire::RawState { json: "{".into(), ..Default::default() };
    let unreadable =
        wire::move_resource_state::Request { source_state: Some(broken), ..source("old_spot", &json!({})) };
    let other =
        wire::move_resource_state::Request { target_type_name: "lab_kit".to_owned(), ..source("x", &json!({})) };
    let absent =
        wire::move_resource_state::Request { target_type_name: "lab_no".to_owned(), ..source("x", &json!({})) };
    for (request, said) in [
        (source("old_other", &json!({})), "lab_place cannot take over a old_other from example.com/old/old"),
        (source("old_spot", &json!({ "title": 1 })), "The title must be a text."),
        (empty, "Terraform sent no state of the old_spot."),
        (unreadable, "The state of the old_spot is not JSON"),
        (other, "lab_kit cannot take over a x"),
        (absent, "has no resource lab_no"),
    ] {
        let found = client.move_placed(request).await.expect_err("refused");
        assert!(found.contains(said), "{found}");
    }
}

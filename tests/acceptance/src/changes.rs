//! Changing each attribute of a running endpoint.

use serde_json::{Value, json};

use crate::endpoint::{Endpoint, KEY, OTHER_KEY, free_port};
use crate::processes;

#[test]
fn each_attribute_changes_as_its_documentation_says() {
    let mut endpoint = Endpoint::new();
    endpoint.apply().succeeded();
    let digest = endpoint.state()["desired_digest"].as_str().expect("it is known").to_owned();
    let port = free_port();
    let changes: [(&str, Value, &[&str]); 12] = [
        ("logging", json!({ "level": "debug" }), &["update"]),
        ("serving", json!({ "timeout": "5m" }), &["update"]),
        ("serving", json!({ "timeout": "5m", "drain": "3s" }), &["update"]),
        ("serving", json!({ "timeout": "5m", "drain": "3s", "max_volume": "300MiB", "threads": 1 }), &["update"]),
        ("compute", json!({ "device": "cpu", "precision": "fp32", "mirror": "0" }), &["update"]),
        ("scaling", json!({ "target_in_flight": 2, "queue_depth_per_replica": 8 }), &["update"]),
        ("bundle", json!({ "source": "./bundle", "digest": digest }), &["update"]),
        ("timeouts", json!({ "create": "5m", "update": "5m" }), &["update"]),
        ("local", json!({ "port": port }), &["update"]),
        ("local", json!({ "port": port, "address": "127.0.0.1" }), &["update"]),
        ("logging", Value::Null, &["update"]),
        ("name", json!("renamed"), &["delete", "create"]),
    ];
    for (attribute, value, actions) in changes {
        endpoint.set(attribute, value.clone());
        assert_eq!(endpoint.planned(), actions, "{attribute} = {value}");
        endpoint.run("apply", &["-input=false", "-no-color", "planned"]).succeeded();
        if attribute == "local" {
            endpoint.port = port;
        }
        assert_eq!(endpoint.status(KEY), 200, "{attribute} = {value}");
        assert_eq!(endpoint.planned(), [""; 0], "nothing is left to do after {attribute} = {value}");
        assert_eq!(processes::within(&endpoint.endpoints()).len(), 2, "no stale process after {attribute} = {value}");
    }
    endpoint.destroy().succeeded();
}

#[test]
fn settings_reach_the_server() {
    let mut endpoint = Endpoint::new();
    endpoint.set("serving", json!({ "max_volume": "1MiB" }));
    endpoint.set("compute", json!({ "mirror": "0,2" }));
    endpoint.apply().succeeded();
    let (_, card) = endpoint.get("/v1/model", Some(KEY)).expect("it answers");
    let card: Value = serde_json::from_str(&card).expect("it is JSON");
    assert_eq!(card["limits"]["max_volume_bytes"], 1_048_576, "the card names its limit: {card}");
    assert_eq!(card["compute"], json!({ "device": "cpu", "precision": "fp32", "mirror": [0, 2] }));
    endpoint.destroy().succeeded();
}

#[test]
fn keys_rotate_with_their_version() {
    let mut endpoint = Endpoint::new();
    endpoint.apply().succeeded();
    let before = endpoint.observed()["servers"].clone();
    assert_eq!(endpoint.status(KEY), 200);

    endpoint.set("auth", json!({ "api_keys_wo": { "clinic": "${var.key}" }, "api_keys_wo_version": 2 }));
    endpoint.apply_with(OTHER_KEY).succeeded();
    assert_eq!((endpoint.status(KEY), endpoint.status(OTHER_KEY)), (401, 200));
    assert_ne!(endpoint.observed()["servers"], before, "another server took over");

    endpoint.set("auth", json!({ "anonymous": true }));
    endpoint.apply().succeeded();
    assert_eq!(endpoint.get("/v1/model", None).expect("it answers").0, 200);
    endpoint.destroy().succeeded();
}

#[test]
fn a_new_bundle_takes_over() {
    let endpoint = Endpoint::new();
    endpoint.apply().succeeded();
    let before = endpoint.state()["desired_digest"].clone();
    let metadata = endpoint.bundle().join("configs/metadata.json");
    let text = std::fs::read_to_string(&metadata).expect("the bundle has metadata");
    let mut value: Value = serde_json::from_str(&text).expect("it is JSON");
    value["version"] = json!("9.9.9");
    std::fs::write(&metadata, value.to_string()).expect("the bundle is ours");
    assert_eq!(endpoint.planned(), ["update"]);
    endpoint.apply().succeeded();
    let (_, card) = endpoint.get("/v1/model", Some(KEY)).expect("it answers");
    assert!(card.contains("9.9.9"), "{card}");
    assert_ne!(endpoint.state()["desired_digest"], before);
    assert_eq!(endpoint.planned(), [""; 0]);
    endpoint.destroy().succeeded();
}

//! From nothing to an endpoint and back.

use std::net::TcpListener;

use serde_json::json;

use crate::endpoint::{Endpoint, KEY, OTHER_KEY};
use crate::processes;

#[test]
fn one_apply_serves_and_destroy_leaves_nothing() {
    let endpoint = Endpoint::new();
    endpoint.apply().succeeded();

    assert_eq!(endpoint.get("/v2/health/ready", None).expect("it answers").0, 200);
    assert_eq!(endpoint.get("/v1/model", None).expect("it answers").0, 401);
    assert_eq!(endpoint.status(OTHER_KEY), 401);
    let (status, card) = endpoint.get("/v1/model", Some(KEY)).expect("it answers");
    let state = endpoint.state();
    let digest = state["desired_digest"].as_str().expect("the state names the digest");
    assert!(status == 200 && card.contains(digest), "{card}");
    assert_eq!(state["url"], json!(format!("http://127.0.0.1:{}", endpoint.port)));
    assert_eq!(state["auth"]["api_keys_wo"], json!(null));

    assert_eq!(endpoint.planned(), [""; 0], "the second plan is empty");
    assert_eq!(endpoint.drifted(), [""; 0], "a refresh finds nothing changed");
    assert_eq!(processes::within(&endpoint.endpoints()).len(), 2, "one supervisor and one server");

    endpoint.destroy().succeeded();
    assert_eq!(processes::within(endpoint.path()), [0; 0]);
    assert!(TcpListener::bind(("127.0.0.1", endpoint.port)).is_ok(), "the port is free");
    let left = std::fs::read_dir(endpoint.endpoints().join("endpoints")).expect("it is a folder").count();
    let copies = std::fs::read_dir(endpoint.endpoints().join("store")).expect("it is a folder").count();
    assert_eq!((left, copies), (0, 0), "no endpoint and no copy is left");
}

#[test]
fn what_is_unknown_at_plan_is_checked_at_apply() {
    let mut endpoint = Endpoint::new();
    endpoint.add_later(json!({ "source": "./bundle", "port": endpoint.port }));
    endpoint.set("bundle", json!({ "source": "${terraform_data.later.output.source}" }));
    endpoint.set("local", json!({ "port": "${terraform_data.later.output.port}" }));
    assert_eq!(endpoint.planned(), ["create", "create"]);
    endpoint.apply().succeeded();
    assert_eq!(endpoint.status(KEY), 200);
    assert_eq!(endpoint.planned(), [""; 0]);
    endpoint.destroy().succeeded();

    endpoint.add_later(json!({ "source": "./nothing", "port": endpoint.port }));
    assert_eq!(endpoint.planned(), ["create", "create"]);
    endpoint.apply().failed_with(&["Bundle not found", "./nothing"]);
    assert_eq!(processes::within(endpoint.path()), [0; 0]);
}

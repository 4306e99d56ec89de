//! Applies that cannot finish: a clear error, a state that the next apply finishes.

use std::fs;
use std::net::TcpListener;

use serde_json::json;

use crate::endpoint::{Endpoint, KEY, free_port};
use crate::processes;

#[test]
fn a_bundle_that_changed_since_the_plan_is_not_served() {
    let endpoint = Endpoint::new();
    assert_eq!(endpoint.planned(), ["create"]);
    let file = endpoint.bundle().join("configs/metadata.json");
    let text = fs::read_to_string(&file).expect("the bundle has metadata");
    fs::write(&file, format!("{text}\n")).expect("the bundle is ours");
    endpoint.run("apply", &["-input=false", "-no-color", "planned"]).failed_with(&[
        "inconsistent final plan",
        ".desired_digest",
        "sha256:",
    ]);
    assert_eq!(processes::within(endpoint.path()), [0; 0]);
    endpoint.apply().succeeded();
    assert_eq!((endpoint.status(KEY), endpoint.planned().len()), (200, 0));
    endpoint.destroy().succeeded();
}

#[test]
fn a_taken_port_is_named_and_the_next_apply_finishes() {
    let endpoint = Endpoint::new();
    let taken = TcpListener::bind(("127.0.0.1", endpoint.port)).expect("the port is free");
    endpoint.apply().failed_with(&[&format!("127.0.0.1:{}", endpoint.port)]);
    assert_eq!(processes::within(endpoint.path()), [0; 0]);
    drop(taken);
    endpoint.apply().succeeded();
    assert_eq!((endpoint.status(KEY), endpoint.planned().len()), (200, 0));
    endpoint.destroy().succeeded();
}

#[test]
fn an_update_to_a_taken_port_leaves_the_old_server_serving() {
    let mut endpoint = Endpoint::new();
    endpoint.apply().succeeded();
    let port = free_port();
    let taken = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    endpoint.set("local", json!({ "port": port }));
    endpoint.apply().failed_with(&[&format!("127.0.0.1:{port}")]);
    assert_eq!(endpoint.status(KEY), 200, "the old server serves on");
    drop(taken);
    endpoint.apply().succeeded();
    endpoint.port = port;
    assert_eq!((endpoint.status(KEY), endpoint.planned().len()), (200, 0));
    endpoint.destroy().succeeded();
}

#[test]
fn a_bundle_that_is_gone_stops_the_apply_but_not_the_endpoint() {
    let mut endpoint = Endpoint::new();
    endpoint.apply().succeeded();
    let away = endpoint.path().join("away");
    fs::rename(endpoint.bundle(), &away).expect("the bundle is ours");
    endpoint.set("logging", json!({ "level": "debug" }));
    endpoint.apply().failed_with(&["Bundle not found", "terraform destroy -refresh=false"]);
    assert_eq!(endpoint.status(KEY), 200);
    endpoint.run("destroy", &["-refresh=false", "-auto-approve", "-input=false", "-no-color"]).succeeded();
    assert_eq!(processes::within(endpoint.path()), [0; 0], "destroy needs no bundle");
}

//! Applies that cannot finish: a clear error, a state that the next apply finishes.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

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
fn an_update_to_a_device_that_is_not_there_leaves_the_old_server_serving() {
    let mut endpoint = Endpoint::new();
    endpoint.apply().succeeded();
    endpoint.set("compute", json!({ "device": "metal" }));
    endpoint.apply().failed_with(&["metal", "not in this build"]);
    assert_eq!(endpoint.status(KEY), 200, "the old server serves on");
    endpoint.set("compute", json!({ "device": "cpu" }));
    endpoint.apply().succeeded();
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

#[test]
fn a_state_folder_that_cannot_be_made_is_named() {
    let mut endpoint = Endpoint::new();
    endpoint.configure_provider(json!({ "local": { "state_dir": "/sys/monai" } }));
    endpoint.apply().failed_with(&["Cannot open the state of local endpoints", "/sys/monai"]);
    endpoint.configure_provider(json!({}));
    endpoint.apply().succeeded();
    assert_eq!((endpoint.status(KEY), endpoint.planned().len()), (200, 0));
    endpoint.destroy().succeeded();
}

/// In a mount namespace of its own: too small a disk for the runtime's copy, then one that is large enough.
const SMALL_THEN_LARGE: &str = r#"
say="-input=false -no-color"
mkdir -p "$STATE" && mount -t tmpfs -o size=5m tmpfs "$STATE" || exit 90
"$@" apply -auto-approve $say > first 2>&1 && exit 91
mount -o remount,size=2g "$STATE" || exit 92
"$@" apply -auto-approve $say > second 2>&1 || exit 93
"$@" plan -detailed-exitcode $say > third 2>&1 || exit 94
"$@" destroy -auto-approve $say > fourth 2>&1 || exit 95
"#;

#[test]
fn a_full_disk_is_told_and_the_next_apply_finishes() {
    let endpoint = Endpoint::new();
    let apply = endpoint.command("apply");
    let mut all = Command::new("unshare");
    all.args(["--user", "--map-root-user", "--mount", "sh", "-c", SMALL_THEN_LARGE, "sh"]);
    all.arg(apply.get_program()).args(apply.get_args().filter(|argument| *argument != "apply"));
    all.envs(apply.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("STATE", endpoint.endpoints());
    let status = all.current_dir(endpoint.path()).status().expect("unshare starts");
    let words = |name: &str| std::fs::read_to_string(endpoint.path().join(name)).unwrap_or_default();
    let all = ["first", "second", "third", "fourth"].map(words);
    assert!(status.success(), "{status}: {all:?}");
    assert!(all[0].contains("No space left on device"), "{}", all[0]);
}

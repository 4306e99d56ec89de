//! What Read says when the machine is not as it was left.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::endpoint::{Endpoint, KEY};
use crate::processes;

/// Does harm to a good endpoint, expects the plan to tell `status` and the next apply to mend it.
fn check(harm: impl FnOnce(&Endpoint), status: &str) {
    let endpoint = Endpoint::new();
    endpoint.apply().succeeded();
    harm(&endpoint);
    assert_eq!(endpoint.planned(), ["update"], "{status}");
    endpoint.run("apply", &["-refresh-only", "-auto-approve", "-input=false", "-no-color"]).succeeded();
    assert_eq!(endpoint.state()["status"], json!(status));
    endpoint.apply().succeeded();
    assert_eq!(endpoint.status(KEY), 200, "{status}");
    assert_eq!(endpoint.planned(), [""; 0], "{status}");
    assert_eq!(processes::within(&endpoint.endpoints()).len(), 2, "{status}");
    endpoint.destroy().succeeded();
    assert_eq!(processes::within(endpoint.path()), [0; 0], "{status}");
}

fn pids(endpoint: &Endpoint) -> (u32, u32) {
    let observed = endpoint.observed();
    let pid = |value: &serde_json::Value| u32::try_from(value["pid"].as_u64().expect("a number")).expect("it fits");
    (pid(&observed["supervisor"]), pid(&observed["servers"][0]))
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "it never happened that {what}");
        std::thread::yield_now();
    }
}

#[test]
fn a_killed_server_comes_back_by_itself() {
    let endpoint = Endpoint::new();
    endpoint.apply().succeeded();
    let (_, server) = pids(&endpoint);
    processes::kill(server);
    until("another server is ready", || {
        let observed = endpoint.observed();
        observed["status"] == "ready" && observed["servers"][0]["pid"] != json!(server)
    });
    assert_eq!(endpoint.planned(), [""; 0]);
    assert_eq!(endpoint.status(KEY), 200);
    endpoint.destroy().succeeded();
}

#[test]
fn a_killed_supervisor_is_drift() {
    check(
        |endpoint| {
            let (supervisor, _) = pids(endpoint);
            processes::kill(supervisor);
            until("the server has ended with its supervisor", || processes::within(&endpoint.endpoints()).is_empty());
        },
        "stopped",
    );
}

#[test]
fn a_changed_copy_is_drift() {
    check(
        |endpoint| {
            let digest = endpoint.state()["desired_digest"].as_str().expect("it is known").to_owned();
            let copy = digest.strip_prefix("sha256:").expect("a digest names its algorithm");
            let file = endpoint.endpoints().join("store").join(copy).join("configs/metadata.json");
            let mut text = fs::read_to_string(&file).expect("the copy can be read");
            text.push('\n');
            fs::remove_file(&file).expect("the copy is ours");
            fs::write(&file, text).expect("the copy is ours");
        },
        "bundle changed",
    );
}

#[test]
fn a_deleted_state_folder_is_drift() {
    check(
        |endpoint| {
            let folder: PathBuf = endpoint.endpoints().join("endpoints/it");
            fs::remove_dir_all(&folder).expect("the folder is ours");
            until("all has ended", || processes::within(&endpoint.endpoints()).is_empty());
        },
        "absent",
    );
}

#[test]
fn an_endpoint_of_another_machine_is_an_error() {
    let endpoint = Endpoint::new();
    endpoint.apply().succeeded();
    let file = endpoint.endpoints().join("endpoints/it/desired.json");
    let text = fs::read_to_string(&file).expect("it can be read");
    let mut desired: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    desired["host"] = json!("another-machine");
    fs::write(&file, desired.to_string()).expect("the file is ours");
    endpoint.plan().failed_with(&["The endpoint is on another machine", "another-machine", "terraform state rm"]);
    assert_eq!(endpoint.status(KEY), 200, "nothing was touched");
    fs::write(&file, text).expect("the file is ours");
    endpoint.destroy().succeeded();
}

//! The provider killed at each moment of an apply. The next apply finishes, with one server and nothing to do after it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use crate::endpoint::{Endpoint, KEY};
use crate::processes;

fn finishes(endpoint: &Endpoint, moment: &str) {
    endpoint.apply().succeeded();
    assert_eq!(endpoint.status(KEY), 200, "{moment}");
    assert_eq!(endpoint.planned(), [""; 0], "{moment}");
    assert_eq!(processes::within(&endpoint.endpoints()).len(), 2, "{moment}");
    endpoint.destroy().succeeded();
    assert_eq!(processes::within(endpoint.path()), [0; 0], "{moment}");
}

/// Kills the provider when the core says that it makes its call number `number`. Returns which call that was and whether
/// the provider still lived then; nothing where the apply has fewer calls.
fn apply_and_kill_at(endpoint: &Endpoint, number: usize) -> Option<(String, bool)> {
    let mut command = endpoint.command("apply");
    command.args(["-auto-approve", "-input=false", "-no-color"]).env("TF_LOG_CORE", "trace");
    let mut core = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the core starts");
    let talk = BufReader::new(core.stderr.take().expect("it is piped"));
    let mut reached = None;
    let lines = talk.lines().map_while(Result::ok);
    let calls = lines.filter_map(|line| line.split_once("GRPCProvider.v6: ").map(|(_, call)| call.to_owned()));
    let calls = calls.filter(|call| call != "Close" && !call.starts_with("returning cached schema"));
    for (index, call) in calls.enumerate() {
        if index == number {
            let provider = processes::provider_of(core.id());
            provider.into_iter().for_each(processes::kill);
            reached = Some((call, provider.is_some()));
        }
    }
    core.wait().expect("it is our child");
    reached
}

#[test]
fn the_provider_killed_at_each_call() {
    let mut killed = Vec::new();
    for number in 0.. {
        let endpoint = Endpoint::new();
        let Some((call, lived)) = apply_and_kill_at(&endpoint, number) else {
            endpoint.destroy().succeeded();
            break;
        };
        finishes(&endpoint, &call);
        if lived {
            killed.push(call);
        }
    }
    for call in ["ConfigureProvider", "PlanResourceChange", "ApplyResourceChange"] {
        assert!(killed.iter().any(|killed| killed == call), "no kill at {call}: {killed:?}");
    }
}

#[test]
fn the_provider_killed_within_an_apply() {
    for file in ["store", "endpoints/it/desired.json", "endpoints/it/control.sock", "endpoints/it/observed.json"] {
        let endpoint = Endpoint::new();
        let mut command = endpoint.command("apply");
        command.args(["-auto-approve", "-input=false", "-no-color"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut core = command.spawn().expect("the core starts");
        let path = endpoint.endpoints().join(file);
        let ended = wait_for(&path, || core.try_wait().expect("it is our child").is_some());
        assert!(!ended, "{file} never appeared");
        processes::kill(processes::provider_of(core.id()).expect("the provider works"));
        let status = core.wait().expect("it is our child");
        assert!(!status.success(), "the apply did not notice the kill at {file}");
        finishes(&endpoint, file);
    }
}

/// Waits until `path` exists or `ended` holds; returns whether it ended first.
fn wait_for(path: &Path, mut ended: impl FnMut() -> bool) -> bool {
    while !path.exists() {
        if ended() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

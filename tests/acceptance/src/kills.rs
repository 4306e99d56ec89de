//! The provider killed at each moment of an apply. The next apply finishes, with one server and nothing to do after it.

use std::io::{BufRead as _, BufReader};
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
        // On a busy machine an apply may end between the file and the kill.
        let cut = (0..10).any(|_| {
            let endpoint = Endpoint::new();
            let cut = apply_and_kill_when(&endpoint, file);
            finishes(&endpoint, file);
            cut
        });
        assert!(cut, "no kill at {file} came before the end of its apply");
    }
}

/// Kills the provider as soon as `file` exists. Returns whether the apply was cut short.
fn apply_and_kill_when(endpoint: &Endpoint, file: &str) -> bool {
    let mut command = endpoint.command("apply");
    command.args(["-auto-approve", "-input=false", "-no-color"]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut core = command.spawn().expect("the core starts");
    let path = endpoint.endpoints().join(file);
    while !path.exists() && core.try_wait().expect("it is our child").is_none() {
        std::thread::yield_now();
    }
    assert!(path.exists(), "{file} never appeared");
    processes::provider_of(core.id()).into_iter().for_each(processes::kill);
    !core.wait().expect("it is our child").success()
}

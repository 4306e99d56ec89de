//! What facts mean.

use monai_deploy::{Condition, Copy, Drift, Endpoint, Facts, Name, Pinned, local};
use monai_spec::supervision::{Observed, Process, Status, VERSION};
use monai_spec::{Auth, Digest, Settings};

fn digest(byte: u8) -> Digest {
    Digest::of_sha256([byte; 32])
}

fn endpoint(address: &str) -> Endpoint {
    let pinned = |byte| Pinned { source: "/source".into(), digest: digest(byte) };
    let texts = [("address".to_owned(), address.to_owned())].into();
    Endpoint {
        name: Name::parse("brain").expect("a name"),
        runtime: pinned(1),
        bundle: pinned(2),
        settings: Settings::from_texts(&texts, Auth::Anonymous).expect("good settings"),
    }
}

fn good() -> Facts {
    let process = Process { pid: 1, start_time: 1, boot_id: "b".into() };
    let desired = local::desired(&endpoint("127.0.0.1"), 3, "here", "/r".as_ref(), "/b".as_ref()).expect("loopback");
    let observed = Observed {
        version: VERSION,
        generation: 3,
        serving: Some(3),
        status: Status::Ready,
        reason: None,
        host: "here".into(),
        supervisor: process.clone(),
        servers: vec![process],
        unexpected_ends: 0,
        last_exit: None,
        last_lines: Vec::new(),
    };
    Facts {
        host: "here".into(),
        desired: Some(desired),
        observed: Some(observed),
        supervised: true,
        runtime: Copy::Found(digest(1)),
        bundle: Copy::Found(digest(2)),
    }
}

fn check(alter: impl FnOnce(&mut Facts), expected: Condition) {
    let mut facts = good();
    alter(&mut facts);
    assert_eq!(facts.condition(), expected);
}

#[test]
fn facts_mean_what_they_say() {
    check(|_| {}, Condition::Good);
    check(|facts| facts.desired = None, Condition::Absent);
    check(|facts| facts.host = "there".into(), Condition::Elsewhere { host: "here".into() });
    check(|facts| facts.supervised = false, Condition::Drifted(vec![Drift::Unsupervised]));
    let starting = Drift::NotServing { status: Status::Starting, reason: None };
    check(|facts| facts.observed = None, Condition::Drifted(vec![starting]));
    let failed = Drift::NotServing { status: Status::Failed, reason: Some("it exited".into()) };
    check(
        |facts| {
            let observed = facts.observed.as_mut().expect("there is one");
            (observed.serving, observed.status, observed.reason) = (None, Status::Failed, Some("it exited".into()));
        },
        Condition::Drifted(vec![failed]),
    );
    check(
        |facts| facts.observed.as_mut().expect("there is one").serving = Some(2),
        Condition::Drifted(vec![Drift::Outdated { wanted: 3, serving: 2 }]),
    );
    let changed = Drift::Changed { copy: "bundle", planned: digest(2), found: digest(9) };
    check(|facts| facts.bundle = Copy::Found(digest(9)), Condition::Drifted(vec![changed]));
    let lost = Drift::Lost { copy: "runtime", reason: "gone".into() };
    check(|facts| facts.runtime = Copy::Lost("gone".into()), Condition::Drifted(vec![lost]));
}

#[test]
fn an_address_that_others_reach_is_refused() {
    for address in ["0.0.0.0", "192.168.1.4", "::"] {
        let error = local::desired(&endpoint(address), 1, "here", "/r".as_ref(), "/b".as_ref()).expect_err(address);
        assert!(error.to_string().contains("TLS") && error.to_string().contains(address), "{error}");
    }
    assert!(local::desired(&endpoint("::1"), 1, "here", "/r".as_ref(), "/b".as_ref()).is_ok());
}

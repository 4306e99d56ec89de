//! Endpoints with real processes: what an apply brings about, what it survives, what a destroy leaves.

use std::fs;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use monai_deploy::{Condition, Drift, Endpoint, Name, Pinned};
use monai_deploy_local::{Error, Local, file_digest};
use monai_spec::supervision::{Observed, Process, Status};
use monai_spec::{Auth, Digest, Settings};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

/// A state folder with sources beside it; dropping it destroys the endpoint.
struct Place {
    folder: TempDir,
    local: Local,
    port: u16,
}

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let local = Local::open(&folder.path().join("state")).expect("the state folder is made");
        Place { folder, local, port: free_port() }
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// A bundle that answers `answer`, pinned as a plan pins it.
    fn bundle(&self, answer: &str) -> Pinned {
        let source = self.folder.path().join(format!("bundle-{answer}"));
        fs::create_dir_all(source.join("models")).expect("the bundle is made");
        fs::write(source.join("answer"), answer).expect("the bundle is written");
        fs::write(source.join("models/model.pt"), "weights").expect("the bundle is written");
        let digest = digest_of(&source).expect("the bundle has a digest");
        Pinned { source, digest }
    }

    fn endpoint(&self, answer: &str) -> Endpoint {
        let texts = [("port".to_owned(), self.port.to_string()), ("drain".to_owned(), "1s".to_owned())].into();
        let source = program();
        Endpoint {
            name: name(),
            runtime: Pinned { digest: file_digest(&source).expect("the program is there"), source },
            bundle: self.bundle(answer),
            settings: Settings::from_texts(&texts, Auth::Anonymous).expect("good settings"),
        }
    }

    fn apply(&self, answer: &str) -> Result<Observed, Error> {
        self.local.apply(&self.endpoint(answer), &digest_of, PATIENCE)
    }

    fn serving(answer: &str) -> Place {
        let place = Place::new();
        place.apply(answer).expect("the endpoint serves");
        assert_eq!(place.condition(), Condition::Good);
        place
    }

    fn condition(&self) -> Condition {
        self.local.read(&name(), &digest_of).expect("it can be read").condition
    }

    fn observed(&self) -> Observed {
        self.local.read(&name(), &digest_of).expect("it can be read").facts.observed.expect("it was observed")
    }

    fn answer(&self) -> String {
        let mut text = String::new();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it accepts");
        stream.read_to_string(&mut text).expect("it answers");
        text
    }

    fn copies(&self) -> usize {
        fs::read_dir(self.state().join("store")).map_or(0, Iterator::count)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.local.destroy(&name());
    }
}

fn name() -> Name {
    Name::parse("brain").expect("a name")
}

fn digest_of(bundle: &Path) -> Result<Digest, String> {
    file_digest(&bundle.join("answer"))
}

fn program() -> PathBuf {
    let tests = std::env::current_exe().expect("the test has a path");
    tests.ancestors().nth(2).expect("tests lie in deps").join("examples/local_runtime")
}

/// A port below those that the system gives to outgoing connections: one of these could take it before the server does.
fn free_port() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let first = std::process::id() as u16 % 10_000;
    let next = || 20_000 + (first + TAKEN.fetch_add(1, Ordering::Relaxed)) % 12_000;
    std::iter::repeat_with(next)
        .take(12_000)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a port is free")
}

fn kill(process: &Process) {
    let pid = Pid::from_raw(i32::try_from(process.pid).expect("a process id")).expect("a process id");
    kill_process(pid, Signal::KILL).expect("the process is ours");
}

fn until(what: &str, happened: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !happened() {
        assert!(Instant::now() < deadline, "it never happened that {what}");
        std::thread::yield_now();
    }
}

fn alive(process: &Process) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.pid)).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

#[test]
fn an_endpoint_is_applied_once_and_destroyed_without_a_trace() {
    let place = Place::new();
    assert_eq!(place.condition(), Condition::Absent);
    let first = place.apply("one").expect("it serves");
    assert_eq!((first.status, place.answer().as_str(), place.copies()), (Status::Ready, "one", 2));
    let second = place.apply("one").expect("it serves");
    assert_eq!((second.generation, second.servers), (first.generation, first.servers.clone()), "nothing was done");
    place.local.destroy(&name()).expect("it ends");
    assert!(!alive(&first.supervisor) && !alive(&first.servers[0]));
    assert!(TcpListener::bind(("127.0.0.1", place.port)).is_ok(), "the port is free");
    assert_eq!((place.condition(), place.copies()), (Condition::Absent, 0));
    assert_eq!(fs::read_dir(place.state().join("endpoints")).expect("it is there").count(), 0);
    place.local.destroy(&name()).expect("a second destroy has nothing to do");
}

#[test]
fn an_update_takes_over_and_the_old_copy_goes() {
    let mut place = Place::serving("one");
    let before = place.observed();
    place.apply("two").expect("it serves");
    assert_eq!((place.answer().as_str(), place.copies(), place.condition()), ("two", 2, Condition::Good));
    assert_eq!(place.observed().supervisor, before.supervisor, "the supervisor stays");
    assert!(!alive(&before.servers[0]), "the old server has ended when the apply ends");
    let old = std::mem::replace(&mut place.port, free_port());
    place.apply("two").expect("it moves");
    assert_eq!(place.answer(), "two");
    until("the old port is free", || TcpListener::bind(("127.0.0.1", old)).is_ok());
}

#[test]
fn a_source_that_changed_since_the_plan_is_refused() {
    let place = Place::serving("one");
    let planned = place.endpoint("two");
    fs::write(planned.bundle.source.join("answer"), "three").expect("the source is ours");
    let error = place.local.apply(&planned, &digest_of, PATIENCE).expect_err("it changed").to_string();
    assert!(error.contains("was changed since it was planned") && error.contains("bundle-two"), "{error}");
    assert_eq!((place.answer().as_str(), place.copies(), place.condition()), ("one", 2, Condition::Good));
    let mut gone = place.endpoint("two");
    gone.bundle.source = place.folder.path().join("nowhere");
    let error = place.local.apply(&gone, &digest_of, PATIENCE).expect_err("it is gone").to_string();
    assert!(error.contains("nowhere") && error.contains("No such file"), "{error}");
    place.apply("two").expect("the next apply finishes");
}

#[test]
fn a_taken_port_is_told_and_leaves_no_process() {
    let place = Place::new();
    let taken = TcpListener::bind(("127.0.0.1", place.port)).expect("the port was free");
    let error = place.apply("one").expect_err("the port is taken").to_string();
    assert!(error.contains(&format!("127.0.0.1:{}", place.port)) && error.contains("choose another port"), "{error}");
    assert_eq!(place.condition(), Condition::Absent);
    drop(taken);
    place.apply("one").expect("the next apply finishes");
    assert_eq!(place.answer(), "one");
}

#[test]
fn a_failed_update_leaves_what_served() {
    let mut place = Place::serving("one");
    let error = place.apply("fail").expect_err("it cannot start").to_string();
    assert!(error.contains("exited with code 3"), "{error}");
    assert_eq!((place.answer().as_str(), place.condition()), ("one", Condition::Good));
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = std::mem::replace(&mut place.port, taken.local_addr().expect("it is bound").port());
    let error = place.apply("two").expect_err("the port is taken").to_string();
    assert!(error.contains("choose another port"), "{error}");
    place.port = port;
    assert_eq!((place.answer().as_str(), place.condition()), ("one", Condition::Good));
    place.apply("two").expect("the next apply finishes");
    assert_eq!((place.answer().as_str(), place.condition()), ("two", Condition::Good));
}

#[test]
fn a_failed_first_apply_leaves_no_process() {
    let place = Place::new();
    place.apply("fail").expect_err("it cannot start");
    assert_eq!(place.condition(), Condition::Drifted(vec![Drift::Unsupervised]));
    place.apply("one").expect("the next apply finishes");
    assert_eq!(place.answer(), "one");
}

#[test]
fn killed_processes_are_drift_that_an_apply_mends() {
    for both in [false, true] {
        let place = Place::serving("one");
        let observed = place.observed();
        if both {
            kill(&observed.servers[0]);
        }
        kill(&observed.supervisor);
        until("the supervisor is gone", || place.condition() != Condition::Good);
        assert_eq!(place.condition(), Condition::Drifted(vec![Drift::Unsupervised]));
        place.apply("one").expect("it serves again");
        assert_eq!((place.answer().as_str(), place.condition()), ("one", Condition::Good));
        assert!(!alive(&observed.servers[0]), "the old server is gone");
    }
}

#[test]
fn a_killed_server_comes_back() {
    let place = Place::serving("one");
    let before = place.observed();
    kill(&before.servers[0]);
    until("another one serves", || {
        let now = place.observed();
        now.status == Status::Ready && now.servers != before.servers
    });
    assert_eq!((place.answer().as_str(), place.observed().unexpected_ends), ("one", 1));
}

#[test]
fn a_reused_process_id_is_left_alone() {
    let place = Place::serving("one");
    let observed = place.observed();
    kill(&observed.supervisor);
    until("both are gone", || !alive(&observed.supervisor) && !alive(&observed.servers[0]));
    let mut bystander =
        Command::new("sleep").arg("600").stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("sleep starts");
    let reused = Process { pid: bystander.id(), ..observed.servers[0].clone() };
    let file = place.local.folder(&name()).path().join("observed.json");
    let text = fs::read_to_string(&file).expect("it is there");
    let stale = text.replace(&format!("\"pid\": {}", observed.servers[0].pid), &format!("\"pid\": {}", reused.pid));
    assert_ne!(stale, text);
    fs::write(&file, stale).expect("the file is ours");
    place.apply("one").expect("it serves again");
    place.local.destroy(&name()).expect("it ends");
    assert!(bystander.try_wait().expect("it is our child").is_none(), "the bystander lives");
    bystander.kill().expect("it is our child");
    bystander.wait().expect("it is our child");
}

#[test]
fn a_deleted_state_folder_is_an_absent_endpoint() {
    let place = Place::serving("one");
    let before = place.observed();
    fs::remove_dir_all(place.state().join("endpoints")).expect("it is ours");
    assert_eq!(place.condition(), Condition::Absent);
    fs::create_dir(place.state().join("endpoints")).expect("it is ours");
    place.apply("one").expect("it serves again");
    assert_eq!(place.answer(), "one");
    until("the old processes have ended", || !alive(&before.supervisor) && !alive(&before.servers[0]));
}

#[test]
fn two_applies_at_once_end_with_one_supervisor() {
    let place = Place::new();
    let outcomes = std::thread::scope(|scope| {
        let applies = [0; 2].map(|_| scope.spawn(|| place.apply("one")));
        applies.map(|apply| apply.join().expect("no panic"))
    });
    let served: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert!(!served.is_empty(), "{outcomes:?}");
    assert!(served.iter().all(|observed| observed.supervisor == served[0].supervisor));
    for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(matches!(error, Error::Busy { .. }), "{error}");
    }
    assert_eq!(place.answer(), "one");
}

#[test]
fn a_supervisor_that_does_not_answer_is_killed_by_a_destroy() {
    let place = Place::serving("one");
    let observed = place.observed();
    let pid = Pid::from_raw(i32::try_from(observed.supervisor.pid).expect("a process id")).expect("a process id");
    kill_process(pid, Signal::STOP).expect("the process is ours");
    place.local.destroy(&name()).expect("it ends");
    assert!(!alive(&observed.supervisor) && !alive(&observed.servers[0]));
    assert_eq!((place.condition(), place.copies()), (Condition::Absent, 0));
}

#[test]
fn a_bundle_with_a_linked_folder_is_refused() {
    let place = Place::serving("one");
    let planned = place.endpoint("two");
    std::os::unix::fs::symlink("..", planned.bundle.source.join("loop")).expect("the source is ours");
    let error = place.local.apply(&planned, &digest_of, PATIENCE).expect_err("it is a circle").to_string();
    assert!(error.contains("loop is a link to a folder"), "{error}");
    assert_eq!((place.answer().as_str(), place.copies()), ("one", 2));
}

#[test]
fn a_changed_copy_is_drift_that_an_apply_mends() {
    let place = Place::serving("one");
    let before = place.observed();
    let bundle = place.endpoint("one").bundle;
    let copy = place.state().join("store").join(bundle.digest.hexadecimal()).join("answer");
    assert_eq!(fs::metadata(&copy).expect("it is there").permissions().mode() & 0o222, 0, "copies are read-only");
    fs::remove_file(&copy).expect("it is ours");
    fs::write(&copy, "other").expect("it is ours");
    let found = file_digest(&copy).expect("it is there");
    let drift = Drift::Changed { copy: "bundle", planned: bundle.digest, found };
    assert_eq!(place.condition(), Condition::Drifted(vec![drift]));
    place.apply("one").expect("it serves again");
    assert_eq!((place.answer().as_str(), place.condition()), ("one", Condition::Good));
    assert_ne!(place.observed().servers, before.servers, "a server that could have read the changed copy is replaced");
}

#[test]
fn an_endpoint_of_another_machine_is_not_touched() {
    let place = Place::serving("one");
    let folder = place.local.folder(&name());
    let ours = folder.desired().expect("readable").expect("written");
    folder
        .set_desired(&monai_spec::supervision::Desired { host: "elsewhere".into(), ..ours.clone() })
        .expect("written");
    assert_eq!(place.condition(), Condition::Elsewhere { host: "elsewhere".into() });
    for error in [place.apply("two").expect_err("not here"), place.local.destroy(&name()).expect_err("not here")] {
        assert!(error.to_string().contains("belongs to another machine (elsewhere)"), "{error}");
    }
    assert_eq!(place.answer(), "one");
    folder.set_desired(&ours).expect("written");
}

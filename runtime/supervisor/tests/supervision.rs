//! The supervisor with real processes: what it survives, and what it leaves behind.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use monai_spec::supervision::{Artifact, Desired, Observed, Process, Request, Restart, Status, VERSION};
use monai_spec::{Auth, Digest, Settings};
use monai_supervisor::{Client, Error, Folder, Life, detach, host};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);

/// One endpoint in a temporary folder; dropping it stops what still runs.
struct Endpoint {
    place: TempDir,
    folder: Folder,
    port: u16,
}

impl Endpoint {
    fn new() -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::at(&place.path().join("endpoint"));
        folder.create().expect("the folder is made");
        for bundle in ["serve", "fail", "linger"] {
            fs::create_dir(place.path().join(bundle)).expect("a bundle is made");
            fs::write(place.path().join(bundle).join("behaviour"), bundle).expect("a bundle is written");
        }
        Self { place, folder, port: free_port() }
    }

    fn desire(&self, generation: u64, bundle: &str, port: u16) {
        let texts = BTreeMap::from([("port".to_owned(), port.to_string()), ("drain".to_owned(), "5s".to_owned())]);
        let artifact =
            |path: PathBuf| Artifact { digest: Digest::of_sha256([0; 32]), path: path.display().to_string() };
        let desired = Desired {
            version: VERSION,
            generation,
            name: "test".into(),
            host: host().expect("this machine has a name"),
            runtime: artifact(program()),
            bundle: artifact(self.place.path().join(bundle)),
            settings: Settings::from_texts(&texts, Auth::Anonymous).expect("the settings are good"),
            restart: Restart { base_ms: 10, cap_ms: 40, limit: 3 },
        };
        self.folder.set_desired(&desired).expect("desired.json is written");
    }

    fn start(&self) -> Result<(), Error> {
        detach(&program(), &self.folder)
    }

    fn ask(&self, request: &Request) -> Result<Observed, Error> {
        Client::new(&self.folder).ask(request, PATIENCE)
    }

    fn serving(generation: u64) -> Self {
        let endpoint = Self::new();
        endpoint.desire(generation, "serve", endpoint.port);
        endpoint.start().expect("the supervisor starts");
        let observed = endpoint.ask(&Request::Settled { generation }).expect("the generation serves");
        assert_eq!((observed.serving, observed.status), (Some(generation), Status::Ready));
        endpoint
    }

    fn answer(&self) -> std::io::Result<String> {
        let mut text = String::new();
        TcpStream::connect(("127.0.0.1", self.port))?.read_to_string(&mut text)?;
        Ok(text)
    }

    fn life(&self) -> Life {
        Client::new(&self.folder).life().expect("the lock can be tried")
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        let _ = self.ask(&Request::Stop);
    }
}

fn program() -> PathBuf {
    let tests = std::env::current_exe().expect("the test has a path");
    tests.ancestors().nth(2).expect("tests lie in deps").join("examples/stand_in")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free").port()
}

fn port_is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

fn kill(process: &Process) {
    let pid = Pid::from_raw(i32::try_from(process.pid).expect("a process id fits")).expect("a process id is not zero");
    kill_process(pid, Signal::KILL).expect("the process is ours");
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "it never happened that {what}");
        thread::yield_now();
    }
}

#[test]
fn serves_then_stops_without_a_trace() {
    let endpoint = Endpoint::serving(1);
    assert_eq!(endpoint.answer().expect("it answers"), "settings-1.json");
    let observed = endpoint.ask(&Request::Stop).expect("it stops");
    assert_eq!((observed.status, observed.servers.len()), (Status::Stopped, 0));
    assert!(port_is_free(endpoint.port));
    until("the lock is free", || endpoint.life() == Life::Dead);
    assert_eq!(endpoint.folder.observed().expect("readable").expect("written").status, Status::Stopped);
}

#[test]
fn an_update_refuses_no_connection() {
    let endpoint = Arc::new(Endpoint::serving(1));
    let over = Arc::new(AtomicBool::new(false));
    let (client, ending) = (Arc::clone(&endpoint), Arc::clone(&over));
    let asking = thread::spawn(move || {
        let mut answers = 0;
        while !ending.load(Ordering::Relaxed) {
            let answer = client.answer().expect("no connection is refused");
            assert!(answer.starts_with("settings-"), "every connection is answered, not `{answer}`");
            answers += 1;
        }
        answers
    });
    for generation in 2..6 {
        endpoint.desire(generation, "serve", endpoint.port);
        endpoint.ask(&Request::Reload).expect("it reloads");
        endpoint.ask(&Request::Settled { generation }).expect("the generation serves");
        assert_eq!(endpoint.answer().expect("it answers"), format!("settings-{generation}.json"), "it alone answers");
    }
    over.store(true, Ordering::Relaxed);
    assert!(asking.join().expect("no connection was refused") > 0);
    until("one server is left", || endpoint.ask(&Request::Status).is_ok_and(|observed| observed.servers.len() == 1));
}

#[test]
fn an_update_does_not_wait_for_requests_that_the_older_server_has_begun() {
    let endpoint = Endpoint::new();
    endpoint.desire(1, "linger", endpoint.port);
    endpoint.start().expect("the supervisor starts");
    endpoint.ask(&Request::Settled { generation: 1 }).expect("the generation serves");
    endpoint.desire(2, "serve", endpoint.port);
    endpoint.ask(&Request::Reload).expect("it reloads");
    let observed = endpoint.ask(&Request::Settled { generation: 2 }).expect("the generation serves");
    assert_eq!((observed.serving, observed.servers.len()), (Some(2), 2), "the older one is not done yet");
    until("the older one is killed", || {
        endpoint.ask(&Request::Status).is_ok_and(|observed| observed.servers.len() == 1)
    });
}

#[test]
fn an_update_moves_to_another_port() {
    let mut endpoint = Endpoint::serving(1);
    let old = endpoint.port;
    endpoint.port = free_port();
    endpoint.desire(2, "serve", endpoint.port);
    endpoint.ask(&Request::Reload).expect("it reloads");
    endpoint.ask(&Request::Settled { generation: 2 }).expect("the generation serves");
    assert_eq!(endpoint.answer().expect("it answers"), "settings-2.json");
    until("the old port is free", || port_is_free(old));
}

#[test]
fn a_bad_update_leaves_the_old_server_alone() {
    let endpoint = Endpoint::serving(1);
    endpoint.desire(2, "fail", endpoint.port);
    endpoint.ask(&Request::Reload).expect("it reloads");
    let refusal = endpoint.ask(&Request::Settled { generation: 2 }).expect_err("the bundle fails").to_string();
    assert!(refusal.contains("exited with code 3"), "{refusal}");
    assert_eq!(endpoint.answer().expect("it answers"), "settings-1.json");

    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = taken.local_addr().expect("it is bound").port();
    endpoint.desire(3, "serve", port);
    let refusal = endpoint.ask(&Request::Reload).expect_err("the port is taken").to_string();
    assert!(refusal.contains(&format!("127.0.0.1:{port}")), "{refusal}");
    let observed = endpoint.ask(&Request::Status).expect("it answers");
    assert_eq!((observed.serving, observed.generation), (Some(1), 3));
    assert!(observed.reason.is_some_and(|reason| reason.contains("choose another port")));

    endpoint.desire(4, "serve", endpoint.port);
    endpoint.ask(&Request::Reload).expect("it reloads");
    let observed = endpoint.ask(&Request::Settled { generation: 4 }).expect("the generation serves");
    assert_eq!((observed.serving, observed.reason), (Some(4), None));
}

#[test]
fn a_server_that_always_ends_fails_after_a_bounded_number_of_starts() {
    let endpoint = Endpoint::new();
    endpoint.desire(1, "fail", endpoint.port);
    endpoint.start().expect("the supervisor starts");
    endpoint.ask(&Request::Settled { generation: 1 }).expect_err("the bundle fails");
    let observed = endpoint.ask(&Request::Status).expect("it answers");
    assert_eq!((observed.status, observed.unexpected_ends), (Status::Failed, 4));
    assert_eq!(observed.last_exit.and_then(|exit| exit.code), Some(3));
    assert_eq!(observed.last_lines.last().map(String::as_str), Some("the model cannot be loaded"));
    let reason = observed.reason.unwrap_or_default();
    assert!(reason.contains("exited with code 3; it said:\nthe model cannot be loaded"), "{reason}");
    assert!(port_is_free(endpoint.port), "a failed endpoint refuses connections instead of keeping them waiting");

    endpoint.desire(2, "serve", endpoint.port);
    endpoint.ask(&Request::Reload).expect("it reloads");
    endpoint.ask(&Request::Settled { generation: 2 }).expect("the next generation serves");
}

#[test]
fn a_killed_server_is_started_again() {
    let endpoint = Endpoint::serving(1);
    let before = endpoint.ask(&Request::Status).expect("it answers").servers;
    kill(&before[0]);
    until("another server is ready", || {
        endpoint
            .ask(&Request::Status)
            .is_ok_and(|observed| observed.status == Status::Ready && observed.servers != before)
    });
    let observed = endpoint.ask(&Request::Status).expect("it answers");
    assert_eq!(observed.unexpected_ends, 1);
    assert_eq!(observed.last_exit.and_then(|exit| exit.signal), Some(9));
    assert_eq!(endpoint.answer().expect("it answers"), "settings-1.json");
}

#[test]
fn a_killed_supervisor_takes_its_server_along_and_can_be_started_again() {
    for both in [false, true] {
        let endpoint = Endpoint::serving(1);
        let observed = endpoint.ask(&Request::Status).expect("it answers");
        if both {
            kill(&observed.servers[0]);
        }
        kill(&observed.supervisor);
        until("the lock is free", || endpoint.life() == Life::Dead);
        until("the port is free", || port_is_free(endpoint.port));
        endpoint.start().expect("the supervisor starts again");
        endpoint.ask(&Request::Settled { generation: 1 }).expect("it serves again");
    }
}

#[test]
fn a_deleted_folder_ends_everything() {
    let endpoint = Endpoint::serving(1);
    let server = endpoint.ask(&Request::Status).expect("it answers").servers.remove(0);
    fs::remove_dir_all(endpoint.folder.path()).expect("the folder is ours");
    until("the port is free", || port_is_free(endpoint.port));
    until("the server has ended", || !alive(&server));
}

#[test]
fn a_folder_has_one_supervisor() {
    let endpoint = Endpoint::serving(1);
    let error = Command::new(program())
        .args(["supervise", "--attached"])
        .arg(endpoint.folder.path())
        .output()
        .expect("it runs");
    assert!(!error.status.success());
    let words = String::from_utf8_lossy(&error.stderr).into_owned();
    assert!(words.contains("another supervisor already runs"), "{words}");
    assert_eq!(endpoint.answer().expect("it answers"), "settings-1.json");
}

#[test]
fn a_process_id_in_a_file_is_never_trusted() {
    let endpoint = Endpoint::serving(1);
    let mut bystander =
        Command::new("sleep").arg("600").stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("sleep starts");
    let observed = endpoint.ask(&Request::Stop).expect("it stops");
    let file = endpoint.folder.path().join("observed.json");
    let reused = Process { pid: bystander.id(), ..observed.supervisor.clone() };
    let stale = Observed { status: Status::Ready, supervisor: reused.clone(), servers: vec![reused], ..observed };
    fs::write(&file, serde_json::to_vec(&stale).expect("plain data")).expect("the file is ours");
    until("the lock is free", || endpoint.life() == Life::Dead);
    endpoint.start().expect("the supervisor starts");
    endpoint.ask(&Request::Settled { generation: 1 }).expect("it serves");
    endpoint.ask(&Request::Stop).expect("it stops");
    assert!(bystander.try_wait().expect("it is our child").is_none(), "the bystander lives");
    bystander.kill().expect("it is our child");
    bystander.wait().expect("it is our child");
}

#[test]
fn descriptors_and_environment_stay_behind() {
    let (reader, writer) = rustix::pipe::pipe().expect("a pipe");
    let pipe = fs::read_link(format!("/proc/self/fd/{}", writer.as_raw_fd())).expect("the pipe has a name");
    let endpoint = Endpoint::serving(1);
    let observed = endpoint.ask(&Request::Status).expect("it answers");
    for process in [&observed.supervisor, &observed.servers[0]] {
        let folder = format!("/proc/{}/fd", process.pid);
        let open: Vec<_> =
            fs::read_dir(folder).expect("it is ours").flatten().map(|entry| fs::read_link(entry.path())).collect();
        assert!(!open.iter().flatten().any(|link| *link == pipe), "the pipe is open in {process:?}");
        let environment =
            fs::read(Path::new("/proc").join(process.pid.to_string()).join("environ")).expect("it is ours");
        let names: Vec<_> = environment.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()).collect();
        assert!(names.iter().all(|entry| entry.starts_with(b"NOTIFY_SOCKET=")), "{names:?}");
    }
    let socket = fs::metadata(endpoint.folder.path().join("control.sock")).expect("the socket lies there");
    assert_eq!(socket.permissions().mode() & 0o077, 0, "only its owner may talk to the supervisor");
    drop((reader, writer));
}

fn alive(process: &Process) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.pid)).unwrap_or_default();
    let Some((_, rest)) = stat.rsplit_once(')') else { return false };
    let mut fields = rest.split_whitespace();
    let state = fields.next();
    state != Some("Z") && fields.nth(18).and_then(|time| time.parse().ok()) == Some(process.start_time)
}

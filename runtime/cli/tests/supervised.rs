//! The real server under the real supervisor.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use monai_spec::supervision::{Artifact, Desired, Observed, Request, Restart, VERSION};
use monai_spec::{ApiKey, Auth, Digest, Secret, Settings};
use monai_supervisor::{Client, Folder, host};
use tempfile::TempDir;

const OLD: &str = "0123456789abcdef0123456789abcdef";
const NEW: &str = "fedcba9876543210fedcba9876543210";

struct Endpoint {
    place: TempDir,
    folder: Folder,
    port: u16,
}

impl Endpoint {
    fn new() -> Endpoint {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::at(&place.path().join("endpoint"));
        folder.create().expect("the folder is made");
        Endpoint { place, folder, port: free_port() }
    }

    /// Wants the bundle `version` served to the bearers of `keys`.
    fn desire(&self, generation: u64, version: &str, keys: &[&str]) {
        let bundle = self.place.path().join(version);
        fs::create_dir_all(&bundle).expect("the bundle is made");
        fs::write(bundle.join("version"), version).expect("the bundle is written");
        let texts = BTreeMap::from([("port".to_owned(), self.port.to_string()), ("drain".to_owned(), "5s".to_owned())]);
        let seal = |(number, key): (usize, &&str)| {
            let id = format!("client-{number}");
            ApiKey::seal(&id, &Secret::parse(&id, key).expect("strong"), [number as u8; 16]).expect("a good id")
        };
        let auth = Auth::api_keys(keys.iter().enumerate().map(seal).collect()).expect("a key");
        let artifact =
            |path: PathBuf| Artifact { digest: Digest::of_sha256([0; 32]), path: path.display().to_string() };
        let desired = Desired {
            version: VERSION,
            generation,
            name: "test".into(),
            host: host().expect("this machine has a name"),
            runtime: artifact(program()),
            bundle: artifact(bundle),
            settings: Settings::from_texts(&texts, auth).expect("good settings"),
            restart: Restart { base_ms: 10, cap_ms: 40, limit: 3 },
        };
        self.folder.set_desired(&desired).expect("desired.json is written");
    }

    fn ask(&self, request: &Request) -> Observed {
        Client::new(&self.folder).ask(request, Duration::from_secs(60)).expect("the supervisor answers")
    }

    fn supervise(&self) {
        let started = Command::new(program()).arg("supervise").arg(self.folder.path()).status().expect("it starts");
        assert!(started.success());
    }

    fn update(&self, generation: u64) {
        self.ask(&Request::Reload);
        self.ask(&Request::Settled { generation });
        // Until the older server has ended it may still take a connection.
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.ask(&Request::Status).servers.len() > 1 {
            assert!(Instant::now() < deadline, "the older server does not end");
        }
    }

    fn post(&self, key: &str, body: &str) -> String {
        exchange(self.port, key, body)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.logs().join("runtime.log")).unwrap_or_default()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        let _ = Client::new(&self.folder).ask(&Request::Stop, Duration::from_secs(60));
    }
}

fn exchange(port: u16, key: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("no connection is refused");
    let length = body.len();
    let head = "POST /v1/predict HTTP/1.1\r\nhost: a\r\nconnection: close";
    write!(stream, "{head}\r\nauthorization: Bearer {key}\r\ncontent-length: {length}\r\n\r\n{body}")
        .expect("it reads");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("it answers");
    reply
}

fn program() -> PathBuf {
    let tests = std::env::current_exe().expect("the test has a path");
    tests.ancestors().nth(2).expect("tests lie in deps").join("examples/monai_echo")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free").port()
}

#[test]
fn versions_and_keys_change_under_load_without_a_refused_connection() {
    let endpoint = Endpoint::new();
    endpoint.desire(1, "one", &[OLD]);
    endpoint.supervise();
    endpoint.ask(&Request::Settled { generation: 1 });
    assert!(endpoint.post(OLD, "an image").contains("x-monai-model-version: one\r\n"));
    assert!(endpoint.post(NEW, "an image").starts_with("HTTP/1.1 401"));

    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let load = scope.spawn(|| {
            let mut answers = 0;
            while !over.load(Ordering::Relaxed) {
                let reply = endpoint.post(OLD, "an image");
                assert!(reply.starts_with("HTTP/1.1 200") && reply.ends_with("an image"), "{reply}");
                answers += 1;
            }
            answers
        });
        endpoint.desire(2, "two", &[OLD, NEW]);
        endpoint.update(2);
        endpoint.desire(3, "three", &[NEW, OLD]);
        endpoint.update(3);
        over.store(true, Ordering::Relaxed);
        assert!(load.join().expect("no request failed") > 0);
    });
    assert!(endpoint.post(NEW, "an image").contains("x-monai-model-version: three\r\n"));
    endpoint.desire(4, "three", &[NEW]);
    endpoint.update(4);
    assert!(endpoint.post(OLD, "an image").starts_with("HTTP/1.1 401"), "the old key is out");
    assert!(endpoint.post(NEW, "an image").starts_with("HTTP/1.1 200"));
    let log = endpoint.log();
    assert!(log.contains("\"user.id\":\"client-0\"") && !log.contains(OLD) && !log.contains(NEW), "{log}");
}

#[test]
fn a_panic_is_logged_by_its_place_alone_and_the_next_request_is_answered() {
    let endpoint = Endpoint::new();
    endpoint.desire(1, "one", &[OLD]);
    endpoint.supervise();
    endpoint.ask(&Request::Settled { generation: 1 });
    assert!(endpoint.post(OLD, "SECRET panic").starts_with("HTTP/1.1 500"));
    assert!(endpoint.post(OLD, "an image").starts_with("HTTP/1.1 200"));
    let observed = endpoint.ask(&Request::Status);
    assert_eq!(observed.unexpected_ends, 0);
    let log = endpoint.log();
    assert!(log.contains("a job panicked at") && !log.contains("SECRET"), "{log}");
}

#[test]
fn a_bundle_that_cannot_be_served_says_why() {
    let endpoint = Endpoint::new();
    endpoint.desire(1, "one", &[OLD]);
    fs::remove_file(endpoint.place.path().join("one/version")).expect("it is ours");
    endpoint.supervise();
    let refusal = Client::new(&endpoint.folder).ask(&Request::Settled { generation: 1 }, Duration::from_secs(60));
    assert!(refusal.is_err());
    let lines = endpoint.ask(&Request::Status).last_lines.join("\n");
    assert!(lines.contains("cannot serve") && lines.contains("No such file"), "{lines}");
}

#[test]
fn serve_alone_answers_until_it_is_told_to_end() {
    let place = tempfile::tempdir().expect("a temporary folder");
    fs::write(place.path().join("version"), "one").expect("the bundle is written");
    fs::write(place.path().join("key"), OLD).expect("the key is written");
    let port = free_port();
    let serve = |rest: &[&str]| {
        let mut command = Command::new(program());
        command.arg("serve").arg(place.path()).args(["--port", &port.to_string()]).args(rest);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let refused = serve(&[]).output().expect("it runs");
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--anonymous"));

    let key = format!("clinic={}", Path::new(place.path()).join("key").display());
    let mut server = serve(&["--api-key", &key]).spawn().expect("it starts");
    let mut output = String::new();
    let mut stdout = server.stdout.take().expect("it is piped");
    while !output.contains("\"event.action\":\"ready\"") {
        let mut bytes = [0; 4096];
        let count = stdout.read(&mut bytes).expect("it writes");
        assert_ne!(count, 0, "it ended: {output}");
        output.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    assert!(exchange(port, OLD, "an image").starts_with("HTTP/1.1 200"));
    let taken = serve(&["--anonymous"]).output().expect("it runs");
    assert!(String::from_utf8_lossy(&taken.stderr).contains("choose another port"));
    let pid = rustix::process::Pid::from_child(&server);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it is our child");
    assert!(server.wait().expect("it ends").success());
}

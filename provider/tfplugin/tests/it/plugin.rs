//! Provider processes as Terraform starts them.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustix::process::{Pid, Signal, kill_process};

use crate::client::Socket;

pub(crate) const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// How long an event that must come is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// The example `note`, which is built with the tests.
pub(crate) fn example() -> PathBuf {
    let test = std::env::current_exe().expect("the test's own path");
    let target = test.parent().and_then(|deps| deps.parent()).expect("the target folder");
    target.join("examples/note")
}

/// A program in an environment without anything of Terraform's.
pub(crate) fn bare(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let names = std::env::vars_os().map(|(name, _)| name);
    for name in
        names.filter(|name| name.to_str().is_some_and(|name| name.starts_with("TF_") || name.starts_with("PLUGIN_")))
    {
        command.env_remove(name);
    }
    command
}

/// A running provider; killed when dropped.
pub(crate) struct Plugin {
    pub(crate) child: Child,
    /// The line that it announced itself by.
    pub(crate) line: String,
    out: Option<BufReader<ChildStdout>>,
    _folder: tempfile::TempDir,
}

/// What an ended provider left.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) success: bool,
    /// Standard output after the line.
    pub(crate) out: String,
    pub(crate) log: String,
}

impl Plugin {
    /// The example as Terraform starts it, after `change` of its environment.
    pub(crate) fn start(change: impl FnOnce(&mut Command)) -> Self {
        let mut command = bare(example());
        change(&mut command);
        Self::run(command, "1|")
    }

    /// Starts a command and waits for the line with this beginning.
    pub(crate) fn run(mut command: Command, beginning: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        command.env("TF_PLUGIN_MAGIC_COOKIE", COOKIE).env("PLUGIN_PROTOCOL_VERSIONS", "6,5");
        command.env("PLUGIN_UNIX_SOCKET_DIR", folder.path());
        let mut child = command.spawn().expect("the example is built with the tests");
        let mut out = BufReader::new(child.stdout.take().expect("standard output"));
        let mut line = String::new();
        while !line.starts_with(beginning) {
            line.clear();
            assert_ne!(out.read_line(&mut line).expect("a line"), 0, "it ended before its line");
        }
        Self { child, line: line.trim_end().to_owned(), out: Some(out), _folder: folder }
    }

    /// A field of the line.
    pub(crate) fn field(&self, at: usize) -> &str {
        self.line.split('|').nth(at).unwrap_or_default()
    }

    pub(crate) fn socket(&self) -> Socket {
        Socket { network: self.field(2).to_owned(), address: self.field(3).to_owned() }
    }

    pub(crate) fn certificate(&self) -> Vec<u8> {
        STANDARD_NO_PAD.decode(self.field(5)).expect("base64")
    }

    /// The provider's own process, which the socket's name tells, where a shell is between.
    pub(crate) fn own_pid(&self) -> Option<Pid> {
        let name = Path::new(self.field(3)).file_name()?.to_str()?;
        Pid::from_raw(name.strip_prefix("plugin")?.split_once('-')?.0.parse().ok()?)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it is running");
    }

    /// Waits until nobody has its standard output any more, which is when it has ended.
    pub(crate) fn ended(mut self) -> Ended {
        let (done, waiting) = mpsc::channel();
        let (mut out, mut err) = (self.out.take().expect("once"), self.child.stderr.take().expect("standard error"));
        std::thread::spawn(move || {
            let (mut rest, mut log) = (String::new(), String::new());
            let read = out.read_to_string(&mut rest).and_then(|_| err.read_to_string(&mut log));
            let _ = done.send(read.map(|_| (rest, log)));
        });
        let (out, log) = waiting.recv_timeout(PATIENCE).expect("it must end").expect("text");
        let success = self.child.wait().expect("a status").success();
        assert!(!Path::new(self.field(3)).exists(), "the socket is removed");
        Ended { success, out, log }
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(own) = self.own_pid().filter(|own| *own != Pid::from_child(&self.child)) {
            let _ = kill_process(own, Signal::KILL);
        }
    }
}

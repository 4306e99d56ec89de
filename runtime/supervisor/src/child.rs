//! One run of the program.

use std::net::TcpListener;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use monai_spec::supervision::{Desired, Exit, Process};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::log::{Log, Words};
use crate::supervisor::Event;
use crate::{Error, Folder, process};

/// Which run of the program an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunId(pub(crate) u64);

/// One run of the program. Signals go through a pidfd, so a reused process id is never hit.
pub(crate) struct Child {
    pub(crate) id: RunId,
    pub(crate) started: Instant,
    pub(crate) ready: Option<Instant>,
    /// Whether it said that no connection gets an answer from it any more, but for requests that it has begun.
    pub(crate) closed: bool,
    pub(crate) process: Option<Process>,
    words: Words,
    pidfd: OwnedFd,
    stopping: Option<Instant>,
}

impl Child {
    /// Starts the program with the bound socket as its standard input, a cleared environment and the folder as its
    /// working directory. Two threads report when it is ready, when it takes no request more, and when it has ended.
    pub(crate) fn start(
        id: RunId,
        folder: &Folder,
        desired: &Desired,
        listener: &TcpListener,
        log: &Log,
        events: &Sender<Event>,
    ) -> Result<Self, Error> {
        let failed = |source| Error::Start { program: desired.runtime.path.clone().into(), source };
        let settings = format!("settings-{}.json", desired.generation);
        folder.replace(&settings, &desired.settings)?;
        let name = format!("notify-{}.sock", id.0);
        let notify = UnixDatagram::bind(&name).map_err(failed)?;
        let socket: OwnedFd = listener.try_clone().map_err(failed)?.into();
        let mut child = Command::new(&desired.runtime.path)
            .args(["serve", &desired.bundle.path, "--settings", &settings, "--supervised"])
            .env_clear()
            .env("NOTIFY_SOCKET", &name)
            .current_dir(folder.path())
            .stdin(Stdio::from(socket))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let pid = Pid::from_child(&child);
        let process = process::describe(child.id());
        let pidfd = pidfd_open(pid, PidfdFlags::empty()).map_err(|errno| failed(errno.into()))?;

        let words = Words::default();
        let followers = [
            child.stdout.take().map(|output| follow(log.clone(), output, words.clone())),
            child.stderr.take().map(|output| follow(log.clone(), output, words.clone())),
        ];
        let told = events.clone();
        thread::spawn(move || pass_on(id, &notify, &told));
        let ended = events.clone();
        thread::spawn(move || {
            let status = child.wait();
            for follower in followers.into_iter().flatten() {
                // The last words are in the log before the end is told.
                let _ = follower.join();
            }
            // A send to our own socket ends the thread that waits for messages.
            if let Ok(waker) = UnixDatagram::unbound() {
                let _ = waker.send_to(b"ENDED=1", &name);
            }
            let _ = std::fs::remove_file(&name);
            let _ = ended.send(Event::Ended(id, status.map_or(Exit { code: None, signal: None }, exit)));
        });
        Ok(Self { id, started: Instant::now(), ready: None, closed: false, process, words, pidfd, stopping: None })
    }

    /// How it ended, with what it said where it never was ready.
    pub(crate) fn explain(&self, end: &str) -> String {
        if self.ready.is_some() { end.to_owned() } else { self.words.explain(end) }
    }

    /// Tells the program to finish its requests and end.
    pub(crate) fn stop(&mut self) {
        if self.stopping.is_none() {
            self.stopping = Some(Instant::now());
            self.signal(Signal::TERM);
        }
    }

    /// Kills a program that was told to stop longer than `limit` ago.
    pub(crate) fn kill_after(&mut self, limit: Duration) {
        if self.stopping.is_some_and(|since| since.elapsed() > limit) {
            self.signal(Signal::KILL);
        }
    }

    /// Whether it was told to stop.
    pub(crate) fn stopping(&self) -> bool {
        self.stopping.is_some()
    }

    fn signal(&self, signal: Signal) {
        // The only failure is that the process has ended, which is told by its own event.
        let _ = pidfd_send_signal(self.pidfd.as_fd(), signal);
    }
}

fn follow(log: Log, output: impl std::io::Read + Send + 'static, words: Words) -> thread::JoinHandle<()> {
    thread::spawn(move || log.follow(output, &words))
}

/// Passes on `READY=1` and `STOPPING=1`, as systemd's notify protocol writes them.
fn pass_on(id: RunId, notify: &UnixDatagram, events: &Sender<Event>) {
    let mut message = [0; 512];
    while let Ok(length) = notify.recv(&mut message) {
        for line in String::from_utf8_lossy(&message[..length]).lines() {
            let event = match line {
                "ENDED=1" => return,
                "READY=1" => Event::Ready(id),
                "STOPPING=1" => Event::Closed(id),
                _ => continue,
            };
            if events.send(event).is_err() {
                return;
            }
        }
    }
}

fn exit(status: ExitStatus) -> Exit {
    Exit { code: status.code(), signal: status.signal() }
}

/// An end in words.
pub(crate) fn describe(exit: &Exit) -> String {
    match (exit.code, exit.signal) {
        (Some(code), _) => format!("it exited with code {code}"),
        (None, Some(signal)) => format!("it was ended by signal {signal}"),
        (None, None) => "it ended".to_owned(),
    }
}

//! The supervisor's life: one loop over events, which alone holds all state.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use monai_spec::supervision::{Desired, Exit, Observed, Reply, Request, SOCKET, Status, VERSION};
use rustix::fs::Mode;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::backoff::Backoff;
use crate::child::{self, Child, RunId};
use crate::control::Asker;
use crate::folder::Lock;
use crate::log::Log;
use crate::{Error, Folder, control, host, process};

const TICK: Duration = Duration::from_millis(200);
/// How long a server may take until it is ready: reading and checking a large model's weights.
const START: Duration = Duration::from_secs(600);
/// What a server gets beyond its own limit before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// What the loop hears.
pub(crate) enum Event {
    Request(Request, Asker),
    Ready(RunId),
    Closed(RunId),
    Ended(RunId, Exit),
    Terminate,
}

/// Supervises the program that `desired.json` of `folder` names, until it is told to stop or its folder is deleted.
///
/// # Errors
/// The folder has no readable `desired.json`, another supervisor lives in it, or its files cannot be written.
pub fn supervise(folder: &Folder) -> Result<ExitCode, Error> {
    // This fails in a process that already leads a session, which is as good.
    let _ = rustix::process::setsid();
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    folder.create()?;
    let lock = folder.lock()?;
    let here = folder.path();
    std::env::set_current_dir(here).map_err(|source| Error::File { act: "enter", path: here.to_owned(), source })?;
    let missing =
        || Error::File { act: "read", path: here.join("desired.json"), source: std::io::ErrorKind::NotFound.into() };
    let desired = folder.desired()?.ok_or_else(missing)?;
    let log_path = folder.logs().join("runtime.log");
    let log = Log::open(log_path.clone()).map_err(|source| Error::File { act: "open", path: log_path, source })?;

    let (events, heard) = channel();
    let signals = Signals::new([SIGTERM, SIGINT, SIGHUP]);
    let mut signals =
        signals.map_err(|source| Error::File { act: "watch signals in", path: here.to_owned(), source })?;
    let terminate = events.clone();
    thread::spawn(move || signals.forever().for_each(|_| drop(terminate.send(Event::Terminate))));

    let mut supervisor = Supervisor {
        folder: folder.clone(),
        host: host()?,
        log,
        events: events.clone(),
        runs: 0,
        bound: None,
        desired,
        current: Current::Down { since: Instant::now(), wait: Some(Duration::ZERO) },
        next: None,
        draining: Vec::new(),
        backoff: Backoff::default(),
        unexpected_ends: 0,
        last_exit: None,
        reason: None,
        refused: None,
        waiting: Vec::new(),
    };
    supervisor.start();
    supervisor.publish()?;
    control::open(folder, events)?;
    let ended = supervisor.run(&heard, &lock);
    let _ = std::fs::remove_file(SOCKET);
    ended
}

struct Supervisor {
    folder: Folder,
    host: String,
    log: Log,
    events: Sender<Event>,
    runs: u64,
    bound: Option<(SocketAddr, TcpListener)>,
    desired: Desired,
    current: Current,
    next: Option<Next>,
    draining: Vec<Child>,
    backoff: Backoff,
    unexpected_ends: u64,
    last_exit: Option<Exit>,
    /// Why nothing runs.
    reason: Option<String>,
    refused: Option<Refusal>,
    waiting: Vec<(u64, Asker)>,
}

/// A newer generation that could not take over.
struct Refusal {
    generation: u64,
    reason: String,
}

/// The generation that serves or tries to.
enum Current {
    Up(Child),
    /// Nothing runs; it is started after `wait`, or never.
    Down {
        since: Instant,
        wait: Option<Duration>,
    },
}

/// A newer generation on its way to take over.
struct Next {
    desired: Desired,
    child: Child,
    bound: (SocketAddr, TcpListener),
}

impl Supervisor {
    fn run(&mut self, heard: &Receiver<Event>, lock: &Lock) -> Result<ExitCode, Error> {
        loop {
            match heard.recv_timeout(TICK) {
                Ok(Event::Request(Request::Status, asker)) => asker.answer(&Reply::Observed(self.observe())),
                Ok(Event::Request(Request::Settled { generation }, asker)) => {
                    self.waiting.push((generation, asker));
                    self.answer_settled();
                }
                Ok(Event::Request(Request::Reload, asker)) => {
                    let before = self.refused.take();
                    self.reload();
                    let reply = match &self.refused {
                        Some(refusal) => Reply::Refused(refusal.reason.clone()),
                        None => Reply::Observed(self.observe()),
                    };
                    let newer = |refusal: &Refusal| refusal.generation > self.desired.generation;
                    self.refused = self.refused.take().or(before.filter(newer));
                    self.publish()?;
                    asker.answer(&reply);
                }
                Ok(Event::Request(Request::Stop, asker)) => {
                    let observed = self.end(heard);
                    asker.answer(&Reply::Observed(observed));
                    return Ok(ExitCode::SUCCESS);
                }
                Ok(Event::Terminate) | Err(RecvTimeoutError::Disconnected) => {
                    self.end(heard);
                    return Ok(ExitCode::SUCCESS);
                }
                Ok(Event::Ready(id)) => {
                    self.ready(id);
                    self.publish()?;
                }
                Ok(Event::Closed(id)) => {
                    self.draining.iter_mut().filter(|child| child.id == id).for_each(|child| child.closed = true);
                    self.answer_settled();
                }
                Ok(Event::Ended(id, exit)) => {
                    self.ended(id, exit);
                    self.publish()?;
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if !lock.in_place() {
                // Nothing more is written: whoever deletes the folder would find it full again.
                self.shut_down(heard);
                return Ok(ExitCode::FAILURE);
            }
            if self.tick() {
                self.publish()?;
            }
        }
    }

    /// Binds and starts the current generation; a failure counts as an end of the program.
    fn start(&mut self) {
        let started = self.bind(self.desired.settings.socket()).and_then(|bound| {
            let child = self.spawn(&self.desired.clone(), &bound.1);
            self.bound = Some(bound);
            child
        });
        match started {
            Ok(child) => self.current = Current::Up(child),
            Err(error) => self.down(error.to_string()),
        }
    }

    fn bind(&self, address: SocketAddr) -> Result<(SocketAddr, TcpListener), Error> {
        let listener = match &self.bound {
            Some((bound, listener)) if *bound == address => listener.try_clone(),
            _ => TcpListener::bind(address),
        };
        listener.map(|listener| (address, listener)).map_err(|source| Error::Listen { address, source })
    }

    fn spawn(&mut self, desired: &Desired, listener: &TcpListener) -> Result<Child, Error> {
        self.runs += 1;
        Child::start(RunId(self.runs), &self.folder, desired, listener, &self.log, &self.events)
    }

    /// Moves to what `desired.json` now says. The older generation serves until the newer one is ready.
    fn reload(&mut self) {
        let desired = match self.folder.desired() {
            Ok(Some(desired)) => desired,
            Ok(None) => return self.refuse(self.desired.generation + 1, "desired.json is gone".to_owned()),
            Err(error) => return self.refuse(self.desired.generation + 1, error.to_string()),
        };
        if desired.generation == self.desired.generation && matches!(self.current, Current::Up(_)) {
            return;
        }
        if let Some(mut next) = self.next.take() {
            if next.desired.generation == desired.generation {
                self.next = Some(next);
                return;
            }
            next.child.stop();
            self.draining.push(next.child);
        }
        if !matches!(self.current, Current::Up(_)) {
            self.backoff.reset();
            self.reason = None;
            self.bound = None;
            self.desired = desired;
            return self.start();
        }
        let generation = desired.generation;
        let started =
            self.bind(desired.settings.socket()).and_then(|bound| Ok((self.spawn(&desired, &bound.1)?, bound)));
        match started {
            Ok((child, bound)) => self.next = Some(Next { desired, child, bound }),
            Err(error) => self.refuse(generation, error.to_string()),
        }
    }

    fn refuse(&mut self, generation: u64, reason: String) {
        self.refused = Some(Refusal { generation, reason });
    }

    fn ready(&mut self, id: RunId) {
        if let Some(mut next) = self.next.take_if(|next| next.child.id == id) {
            next.child.ready = Some(Instant::now());
            self.desired = next.desired;
            self.bound = Some(next.bound);
            self.backoff.reset();
            self.reason = None;
            self.refused = None;
            if let Current::Up(mut old) = std::mem::replace(&mut self.current, Current::Up(next.child)) {
                old.stop();
                self.draining.push(old);
            }
        } else if let Current::Up(child) = &mut self.current
            && child.id == id
        {
            child.ready = Some(Instant::now());
        }
    }

    fn ended(&mut self, id: RunId, exit: Exit) {
        self.draining.retain(|child| child.id != id);
        let reason = child::describe(&exit);
        if let Some(next) = self.next.take_if(|next| next.child.id == id) {
            let reason = next.child.explain(&reason);
            return self.refuse(next.desired.generation, format!("its server ended before it was ready: {reason}"));
        }
        if let Current::Up(child) = &self.current
            && child.id == id
        {
            if let Some(ready) = child.ready {
                self.backoff.served(&self.desired.restart, ready.elapsed());
            }
            self.unexpected_ends += 1;
            self.last_exit = Some(exit);
            let reason = child.explain(&reason);
            self.down(format!("the server ended: {reason}"));
        }
    }

    /// Nothing runs any more. Once there is no further attempt, the port is given back, so that clients are refused
    /// instead of kept waiting.
    fn down(&mut self, reason: String) {
        self.reason = Some(reason);
        let wait = self.backoff.next(&self.desired.restart);
        if wait.is_none() {
            self.bound = None;
        }
        self.current = Current::Down { since: Instant::now(), wait };
    }

    /// Looks at the clock. Returns whether anything changed.
    fn tick(&mut self) -> bool {
        let limit = self.desired.settings.drain + GRACE;
        self.draining.iter_mut().for_each(|child| child.kill_after(limit));
        if let Some(mut next) = self.next.take_if(|next| next.child.started.elapsed() > START) {
            self.refuse(next.desired.generation, format!("its server was not ready within {} s", START.as_secs()));
            next.child.stop();
            self.draining.push(next.child);
            return true;
        }
        match &mut self.current {
            Current::Up(child) => {
                if child.ready.is_none() && !child.stopping() && child.started.elapsed() > START {
                    child.stop();
                }
                child.kill_after(limit);
                false
            }
            Current::Down { since, wait: Some(wait) } if since.elapsed() >= *wait => {
                self.start();
                true
            }
            Current::Down { .. } => false,
        }
    }

    /// Shuts down and writes what is then seen. A full disk is no reason not to end.
    fn end(&mut self, heard: &Receiver<Event>) -> Observed {
        let observed = self.shut_down(heard);
        let _ = self.folder.set_observed(&observed);
        observed
    }

    /// Stops every run, waits for their ends, gives the port back and returns what is then seen.
    fn shut_down(&mut self, heard: &Receiver<Event>) -> Observed {
        let mut children = std::mem::take(&mut self.draining);
        children.extend(self.next.take().map(|next| next.child));
        if let Current::Up(child) =
            std::mem::replace(&mut self.current, Current::Down { since: Instant::now(), wait: None })
        {
            children.push(child);
        }
        self.bound = None;
        self.reason = Some("it was told to stop".to_owned());
        children.iter_mut().for_each(Child::stop);
        let limit = self.desired.settings.drain + GRACE;
        while !children.is_empty() {
            let seen = Observed { status: Status::Stopping, ..self.observe() };
            match heard.recv_timeout(TICK) {
                Ok(Event::Ended(id, _)) => children.retain(|child| child.id != id),
                Ok(Event::Request(_, asker)) => asker.answer(&Reply::Observed(seen)),
                Ok(Event::Ready(_) | Event::Closed(_) | Event::Terminate) => {}
                Err(_) => children.iter_mut().for_each(|child| child.kill_after(limit)),
            }
        }
        Observed { status: Status::Stopped, ..self.observe() }
    }

    fn observe(&self) -> Observed {
        let up = match &self.current {
            Current::Up(child) => Some(child),
            Current::Down { .. } => None,
        };
        let ready = up.is_some_and(|child| child.ready.is_some());
        let status = match &self.current {
            Current::Up(_) if ready && self.next.is_some() => Status::Updating,
            Current::Up(_) if ready => Status::Ready,
            Current::Up(_) if self.unexpected_ends > 0 => Status::Restarting,
            Current::Up(_) => Status::Starting,
            Current::Down { wait: Some(_), .. } => Status::Restarting,
            Current::Down { wait: None, .. } => Status::Failed,
        };
        let newest = self.next.as_ref().map(|next| next.desired.generation);
        let refused = self.refused.as_ref();
        let servers = up.into_iter().chain(self.next.as_ref().map(|next| &next.child)).chain(&self.draining);
        let supervisor = process::describe(std::process::id()).expect("our own process is in /proc");
        Observed {
            version: VERSION,
            generation: newest.or(refused.map(|refusal| refusal.generation)).unwrap_or(self.desired.generation),
            serving: ready.then_some(self.desired.generation),
            status,
            reason: self.reason.clone().or_else(|| refused.map(|refusal| refusal.reason.clone())),
            host: self.host.clone(),
            supervisor,
            servers: servers.filter_map(|child| child.process.clone()).collect(),
            unexpected_ends: self.unexpected_ends,
            last_exit: self.last_exit.clone(),
            last_lines: self.log.last_lines(),
        }
    }

    /// Writes `observed.json` and answers who waits for a generation. A folder that was deleted is seen by the next tick,
    /// so its loss is no error here.
    fn publish(&mut self) -> Result<(), Error> {
        self.answer_settled();
        match self.folder.set_observed(&self.observe()) {
            Err(Error::File { .. }) if !self.folder.path().exists() => Ok(()),
            result => result,
        }
    }

    /// Answers those who wait for a generation that alone serves, was refused or failed.
    fn answer_settled(&mut self) {
        let observed = self.observe();
        let alone = self.draining.iter().all(|child| child.closed);
        let waiting = std::mem::take(&mut self.waiting);
        for (generation, asker) in waiting {
            let serves = alone && observed.serving.is_some_and(|serving| serving >= generation);
            let refused = self.refused.as_ref().filter(|refusal| refusal.generation >= generation);
            match refused {
                _ if serves => asker.answer(&Reply::Observed(observed.clone())),
                Some(refusal) => asker.answer(&Reply::Refused(refusal.reason.clone())),
                None if observed.status == Status::Failed => {
                    let reason = observed.reason.clone().unwrap_or_default();
                    asker.answer(&Reply::Refused(reason));
                }
                None => self.waiting.push((generation, asker)),
            }
        }
    }
}

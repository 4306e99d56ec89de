//! Applying, reading and destroying the endpoints of one state folder.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use monai_deploy::{Condition, Endpoint, Facts, Name, local};
use monai_spec::supervision::{Desired, Observed, Request};
use monai_supervisor::{Client, Folder, Life, detach, host};
use rustix::fs::{FlockOperation, flock};

use crate::store::{self, DigestOf, Store, file_digest};
use crate::{Error, process};

/// How long a supervisor may take to answer what needs no server.
const ANSWER: Duration = Duration::from_secs(10);
/// What a server gets beyond its own drain before it is killed.
const GRACE: Duration = Duration::from_secs(10);
/// How long the processes of a supervisor that ends may take to let go of its lock.
const DYING: Duration = Duration::from_secs(5);
/// How long a port may stay taken before that is an error.
const PORT: Duration = Duration::from_secs(3);

/// The endpoints of one state folder on this machine.
pub struct Local {
    state: PathBuf,
    host: String,
}

/// What Read found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it means.
    pub condition: Condition,
    /// What is known.
    pub facts: Facts,
}

impl Local {
    /// Opens the state folder, making it where it is missing.
    pub fn open(state: &Path) -> Result<Local, Error> {
        let endpoints = state.join("endpoints");
        fs::create_dir_all(&endpoints).map_err(|source| Error::File { act: "create", path: endpoints, source })?;
        let failed = |source| Error::File { act: "find", path: state.to_owned(), source };
        Ok(Local { state: state.canonicalize().map_err(failed)?, host: host()? })
    }

    /// Where state lies if nobody says otherwise: `$XDG_STATE_HOME/monai`, else `~/.local/state/monai`.
    pub fn default_state_dir() -> Option<PathBuf> {
        let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")));
        base.map(|base| base.join("monai"))
    }

    /// Brings `endpoint` about and returns once it serves, or says why not. What served before goes on serving until the
    /// new server is ready, and after a failure. `digest_of` takes a bundle's digest; `patience` bounds the start.
    pub fn apply(&self, endpoint: &Endpoint, digest_of: DigestOf<'_>, patience: Duration) -> Result<Observed, Error> {
        let _lock = self.lock(&endpoint.name)?;
        let folder = self.folder(&endpoint.name);
        let before = self.desired_here(&endpoint.name, &folder)?;
        let seen = folder.observed().ok().flatten();
        let client = Client::new(&folder);
        let serving = ask_the_living(&client)?;
        if serving.is_none() {
            self.end_orphans(&endpoint.name, before.as_ref(), seen.as_ref())?;
            wait_for_port(endpoint.settings.socket())?;
        }
        // Held until the copies are wanted by a document: until then another endpoint's apply would remove them.
        let store_lock = self.store_lock()?;
        let store = Store::open(&self.state)?;
        let (runtime, new_runtime) = store.admit(&endpoint.runtime, &file_digest)?;
        let (bundle, new_bundle) = store.admit(&endpoint.bundle, digest_of)?;
        let last = before.as_ref().map(|desired| desired.generation).max(seen.as_ref().map(|seen| seen.generation));
        let generation = last.map_or(1, |last| last + 1);
        let desired = local::desired(endpoint, generation, &self.host, &runtime, &bundle)?;
        folder.create()?;
        let Some(serving) = serving else {
            folder.set_desired(&desired)?;
            drop(store_lock);
            detach(&runtime, &folder)?;
            let settled = client.ask(&Request::Settled { generation }, patience);
            if settled.is_err() {
                // Nothing may keep trying behind the back of a failed apply; the next one starts it again.
                let _ = client.ask(&Request::Stop, desired.settings.drain + GRACE);
            }
            let observed = settled?;
            self.collect()?;
            return Ok(observed);
        };
        if let Some(before) = &before {
            let mended = new_runtime || new_bundle;
            if !mended && local::want_the_same(before, &desired) && serving.serving == Some(before.generation) {
                return Ok(serving);
            }
        }
        let serving_drain = before.as_ref().map_or(Duration::ZERO, |before| before.settings.drain);
        folder.set_desired(&desired)?;
        drop(store_lock);
        let settled =
            client.ask(&Request::Reload, ANSWER).and_then(|_| client.ask(&Request::Settled { generation }, patience));
        match settled {
            Ok(_) => {
                let observed = wait_for_older_server(&client, desired.settings.drain.max(serving_drain) + GRACE)?;
                self.collect()?;
                Ok(observed)
            }
            Err(error) => {
                // What serves is what a restart must find.
                if let Some(before) = before {
                    folder.set_desired(&before)?;
                    client.ask(&Request::Reload, ANSWER)?;
                }
                self.collect()?;
                Err(error.into())
            }
        }
    }

    /// What there is of `name`. Changes nothing.
    pub fn read(&self, name: &Name, digest_of: DigestOf<'_>) -> Result<Found, Error> {
        let folder = self.folder(name);
        let desired = folder.desired()?;
        let client = Client::new(&folder);
        let (supervised, observed) = match ask_the_living(&client)? {
            Some(observed) => (true, Some(observed)),
            None => (false, folder.observed()?),
        };
        let lost = || monai_deploy::Copy::Lost("nothing is wanted".into());
        let copy =
            |path: Option<&str>, digest_of| path.map_or_else(lost, |path| store::found(Path::new(path), digest_of));
        let facts = Facts {
            host: self.host.clone(),
            runtime: copy(desired.as_ref().map(|desired| desired.runtime.path.as_str()), &file_digest),
            bundle: copy(desired.as_ref().map(|desired| desired.bundle.path.as_str()), digest_of),
            desired,
            observed,
            supervised,
        };
        Ok(Found { condition: facts.condition(), facts })
    }

    /// Drains and ends what runs of `name`, then removes its files and the copies that nothing else uses. Does nothing
    /// where there is no such endpoint.
    pub fn destroy(&self, name: &Name) -> Result<(), Error> {
        let lock = self.lock(name)?;
        let folder = self.folder(name);
        if folder.path().exists() {
            let desired = self.desired_here(name, &folder)?;
            let drain = desired.as_ref().map_or(Duration::ZERO, |desired| desired.settings.drain);
            let client = Client::new(&folder);
            if client.life()? == Life::Alive {
                // Its end is what counts: one that could not answer is killed only if it then still lives.
                let _ = client.ask(&Request::Stop, drain + GRACE);
                if !wait_until_dead(&client, GRACE)? {
                    self.kill_supervisor(name, &folder)?;
                }
            }
            self.end_orphans(name, desired.as_ref(), folder.observed().ok().flatten().as_ref())?;
            let failed = |source| Error::File { act: "remove", path: folder.path().to_owned(), source };
            fs::remove_dir_all(folder.path()).map_err(failed)?;
        }
        self.collect()?;
        drop(lock);
        let path = self.lock_path(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Error::File { act: "remove", path, source }),
            _ => Ok(()),
        }
    }

    /// The folder that the supervisor of `name` works in.
    pub fn folder(&self, name: &Name) -> Folder {
        Folder::at(&self.state.join("endpoints").join(name.as_str()))
    }

    fn desired_here(&self, name: &Name, folder: &Folder) -> Result<Option<Desired>, Error> {
        let desired = folder.desired()?;
        match desired.as_ref().filter(|desired| desired.host != self.host) {
            Some(desired) => Err(Error::Elsewhere { name: name.to_string(), host: desired.host.clone() }),
            None => Ok(desired),
        }
    }

    /// Ends the servers of a supervisor that is dead: they drain by themselves, and are killed where they do not end.
    fn end_orphans(&self, name: &Name, desired: Option<&Desired>, seen: Option<&Observed>) -> Result<(), Error> {
        let patience = desired.map_or(Duration::ZERO, |desired| desired.settings.drain) + GRACE;
        for server in seen.map(|seen| seen.servers.as_slice()).unwrap_or_default() {
            if !process::end(server, patience) {
                return Err(Error::Unending { name: name.to_string(), pid: server.pid });
            }
        }
        Ok(())
    }

    /// Ends a supervisor that holds its lock but does not answer.
    fn kill_supervisor(&self, name: &Name, folder: &Folder) -> Result<(), Error> {
        match folder.observed()? {
            Some(seen) if !process::kill(&seen.supervisor) => {
                Err(Error::Unending { name: name.to_string(), pid: seen.supervisor.pid })
            }
            _ => Ok(()),
        }
    }

    /// Removes the copies that no endpoint wants.
    fn collect(&self) -> Result<(), Error> {
        let _store = self.store_lock()?;
        let endpoints = self.state.join("endpoints");
        let failed = |source| Error::File { act: "list", path: endpoints.clone(), source };
        let mut used = BTreeSet::new();
        for entry in fs::read_dir(&endpoints).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                // A document that cannot be read could want any copy, so all of them stay.
                let Ok(desired) = Folder::at(&path).desired() else { return Ok(()) };
                let artifacts = desired.into_iter().flat_map(|desired| [desired.runtime, desired.bundle]);
                used.extend(artifacts.map(|artifact| PathBuf::from(artifact.path)));
            }
        }
        Store::open(&self.state)?.keep_only(&used)
    }

    fn lock_path(&self, name: &Name) -> PathBuf {
        self.state.join("endpoints").join(format!("{name}.lock"))
    }

    fn lock(&self, name: &Name) -> Result<File, Error> {
        let path = self.lock_path(name);
        let file = open(&path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(file),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(Error::Busy { name: name.to_string() }),
            Err(errno) => Err(Error::File { act: "lock", path, source: errno.into() }),
        }
    }

    fn store_lock(&self) -> Result<File, Error> {
        let path = self.state.join("store.lock");
        let file = open(&path)?;
        flock(&file, FlockOperation::LockExclusive).map_err(|errno| Error::File {
            act: "lock",
            path,
            source: errno.into(),
        })?;
        Ok(file)
    }
}

/// What the supervisor says; nothing where there is none. It may die between the look at its lock and the question.
fn ask_the_living(client: &Client<'_>) -> Result<Option<Observed>, Error> {
    if client.life()? != Life::Alive {
        return Ok(None);
    }
    match client.ask(&Request::Status, ANSWER) {
        Ok(observed) => Ok(Some(observed)),
        Err(error) if !wait_until_dead(client, DYING)? => Err(error.into()),
        Err(_) => Ok(None),
    }
}

fn open(path: &Path) -> Result<File, Error> {
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    opened.map_err(|source| Error::File { act: "open", path: path.to_owned(), source })
}

/// Waits until only one server is left: until then the older one may still take a connection, with its older keys.
/// A server that outlives its drain is killed by the supervisor, so what is seen after `patience` is returned as it is.
fn wait_for_older_server(client: &Client<'_>, patience: Duration) -> Result<Observed, Error> {
    let deadline = Instant::now() + patience;
    loop {
        let observed = client.ask(&Request::Status, ANSWER)?;
        if observed.servers.len() <= 1 || Instant::now() > deadline {
            return Ok(observed);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Refuses an address that stays taken: a server of ours that is just ending gives it back in this time.
fn wait_for_port(address: SocketAddr) -> Result<(), Error> {
    let deadline = Instant::now() + PORT;
    loop {
        match TcpListener::bind(address) {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(source) => return Err(Error::Listen { address, source }),
        }
    }
}

fn wait_until_dead(client: &Client<'_>, patience: Duration) -> Result<bool, Error> {
    let deadline = Instant::now() + patience;
    while client.life()? == Life::Alive {
        if Instant::now() > deadline {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(true)
}

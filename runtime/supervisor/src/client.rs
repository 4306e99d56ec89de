//! The other end of the control socket.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use monai_spec::supervision::{LOCK, Observed, Reply, Request, SOCKET};

use crate::{Error, Folder};

/// Talks to the supervisor of one folder.
pub struct Client<'a> {
    folder: &'a Folder,
}

/// Whether a supervisor lives in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// One holds the lock.
    Alive,
    /// None does.
    Dead,
}

impl<'a> Client<'a> {
    /// A client of the supervisor of `folder`, whether it lives or not.
    #[must_use]
    pub fn new(folder: &'a Folder) -> Self {
        Self { folder }
    }

    /// Whether a supervisor lives, by its lock alone.
    ///
    /// # Errors
    /// The lock cannot be tried.
    pub fn life(&self) -> Result<Life, Error> {
        if !self.folder.path().join(LOCK).exists() {
            return Ok(Life::Dead);
        }
        match self.folder.lock() {
            Ok(_) => Ok(Life::Dead),
            Err(Error::Lock { .. }) => Ok(Life::Alive),
            Err(error) => Err(error),
        }
    }

    /// Asks and returns what the supervisor then observes, waiting `patience` at most.
    ///
    /// # Errors
    /// No supervisor answers in time, or it refuses.
    pub fn ask(&self, request: &Request, patience: Duration) -> Result<Observed, Error> {
        let failed = |source| Error::Order { path: self.folder.path().to_owned(), source };
        let stream = self.connect().map_err(failed)?;
        stream.set_read_timeout(Some(patience)).map_err(failed)?;
        let mut line = serde_json::to_vec(request).expect("a request is text and numbers");
        line.push(b'\n');
        (&stream).write_all(&line).map_err(failed)?;
        let mut answer = String::new();
        BufReader::new(&stream).read_line(&mut answer).map_err(failed)?;
        match serde_json::from_str(&answer) {
            Ok(Reply::Observed(observed)) => Ok(observed),
            Ok(Reply::Refused(reason)) => Err(Error::Refused { path: self.folder.path().to_owned(), reason }),
            Err(error) => Err(failed(io::Error::new(io::ErrorKind::InvalidData, error))),
        }
    }

    /// Goes through the folder's descriptor, since a socket's path may have 108 bytes at most.
    fn connect(&self) -> io::Result<UnixStream> {
        let folder = File::open(self.folder.path())?;
        UnixStream::connect(format!("/proc/self/fd/{}/{SOCKET}", folder.as_raw_fd()))
    }
}

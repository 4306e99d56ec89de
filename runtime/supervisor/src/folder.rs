//! The folder of one supervised endpoint.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use monai_spec::supervision::{self, Desired, Observed};
use rustix::fs::{FlockOperation, flock};
use serde::Serialize;

use crate::Error;

/// The folder of one supervised endpoint, readable by its owner alone.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

/// The lock of a folder, held until it is dropped or the process ends, however it ends.
pub(crate) struct Lock {
    file: File,
    path: PathBuf,
}

impl Folder {
    /// Names a folder; nothing is touched.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Makes the folder with mode 0700 where it is missing.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn create(&self) -> Result<(), Error> {
        for path in [self.0.clone(), self.logs()] {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
            made.map_err(|source| Error::File { act: "create", path, source })?;
        }
        Ok(())
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where the logs lie.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.0.join(supervision::LOGS)
    }

    /// Reads `desired.json`; `None` where there is none.
    ///
    /// # Errors
    /// The file cannot be read or is not a [`Desired`].
    pub fn desired(&self) -> Result<Option<Desired>, Error> {
        self.read(supervision::DESIRED, Desired::parse)
    }

    /// Replaces `desired.json` as a whole.
    ///
    /// # Errors
    /// The file cannot be written; the old one stands.
    pub fn set_desired(&self, desired: &Desired) -> Result<(), Error> {
        self.replace(supervision::DESIRED, desired)
    }

    /// Reads `observed.json`; `None` where there is none.
    ///
    /// # Errors
    /// The file cannot be read or is not an [`Observed`].
    pub fn observed(&self) -> Result<Option<Observed>, Error> {
        let parse = |bytes: &[u8]| {
            serde_json::from_slice(bytes).map_err(|error| monai_spec::Error::Document {
                document: supervision::OBSERVED,
                reason: error.to_string(),
            })
        };
        self.read(supervision::OBSERVED, parse)
    }

    pub(crate) fn set_observed(&self, observed: &Observed) -> Result<(), Error> {
        self.replace(supervision::OBSERVED, observed)
    }

    pub(crate) fn control(&self) -> PathBuf {
        self.0.join(supervision::SOCKET)
    }

    /// Takes the lock that says a supervisor lives here.
    pub(crate) fn lock(&self) -> Result<Lock, Error> {
        let path = self.0.join(supervision::LOCK);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = opened.map_err(|source| Error::File { act: "open", path: path.clone(), source })?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Lock { file, path }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(Error::Lock { path: self.0.clone() }),
            Err(errno) => Err(Error::File { act: "lock", path, source: errno.into() }),
        }
    }

    fn read<T>(&self, name: &str, parse: impl Fn(&[u8]) -> Result<T, monai_spec::Error>) -> Result<Option<T>, Error> {
        let path = self.0.join(name);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::File { act: "read", path, source }),
        };
        parse(&bytes).map(Some).map_err(|source| Error::ReadDocument { path, source })
    }

    /// Writes beside the file, flushes to disk and renames, so that a reader sees the old document or the new one.
    pub(crate) fn replace<T: Serialize>(&self, name: &str, document: &T) -> Result<(), Error> {
        let (path, beside) = (self.0.join(name), self.0.join(format!("{name}.new")));
        let bytes = serde_json::to_vec_pretty(document).expect("the documents hold text and numbers only");
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)
            .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&beside, &path));
        written.map_err(|source| Error::File { act: "write", path, source })
    }
}

impl Lock {
    /// Whether the file at the lock's path is still the one that is locked. It is not once the folder was deleted.
    pub(crate) fn in_place(&self) -> bool {
        let (Ok(held), Ok(found)) = (self.file.metadata(), fs::metadata(&self.path)) else { return false };
        held.dev() == found.dev() && held.ino() == found.ino()
    }
}

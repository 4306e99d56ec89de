//! The folder `target/quickstart`, which holds all that the quickstart makes.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::Error;

/// The quickstart's own folder.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn find() -> Self {
        Self(lab::root().join("target/quickstart"))
    }

    /// Makes the folder where it is missing.
    pub(crate) fn prepare() -> Result<Self, Error> {
        let place = Self::find();
        fs::create_dir_all(&place.0).map_err(|source| place.failed("create", &place.0, source))?;
        Ok(place)
    }

    pub(crate) fn exists(&self) -> bool {
        self.0.exists()
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Terraform's state file.
    pub(crate) fn state(&self) -> PathBuf {
        self.path("terraform.tfstate")
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Error> {
        let path = self.path(name);
        fs::write(&path, bytes).map_err(|source| self.failed("write", &path, source))?;
        Ok(path)
    }

    /// The endpoint's bearer key: 256 random bits, drawn once, in a file that only its owner reads.
    pub(crate) fn key(&self) -> Result<String, Error> {
        let path = self.path("key");
        if let Ok(key) = fs::read_to_string(&path) {
            return Ok(key);
        }
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(Error::DrawKey)?;
        let key = hex::encode(bytes);
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(key.as_bytes()))
            .map_err(|source| self.failed("write", &path, source))?;
        Ok(key)
    }

    pub(crate) fn remove(self) -> Result<(), Error> {
        fs::remove_dir_all(&self.0).map_err(|source| self.failed("remove", &self.0, source))
    }

    fn failed(&self, act: &'static str, path: &Path, source: std::io::Error) -> Error {
        Error::File { act, path: path.display().to_string(), source }
    }
}

/// Reads a file of the repository.
pub(crate) fn read(path: &str) -> Result<Vec<u8>, Error> {
    let path = lab::root().join(path);
    fs::read(&path).map_err(|source| Error::File { act: "read", path: path.display().to_string(), source })
}

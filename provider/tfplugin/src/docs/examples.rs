//! The example files of a provider, where tfplugindocs has them.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Error;

/// A folder of examples.
pub(super) struct Examples<'a>(pub(super) &'a Path);

impl Examples<'_> {
    /// The text of an example that must be there.
    pub(super) fn required(&self, file: &str, subject: &str) -> Result<String, Error> {
        let missing = || Error::FindExample { path: self.0.join(file), subject: subject.to_owned() };
        self.optional(file)?.ok_or_else(missing)
    }

    /// The text of an example that may be there.
    pub(super) fn optional(&self, file: &str) -> Result<Option<String>, Error> {
        let path: PathBuf = self.0.join(file);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Read { path, source }),
        }
    }
}

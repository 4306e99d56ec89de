//! A folder that only this user can read, of files that are written once.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The folder; it is made with its first file.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file that does not exist yet.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.0.join(name);
        let mut file = match create(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                private_folders().recursive(true).create(&self.0)?;
                create(&path)?
            }
            made => made?,
        };
        file.write_all(bytes)
    }
}

fn create(path: &Path) -> io::Result<File> {
    private_files().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn private_files() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(unix)]
fn private_folders() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// Access follows the folder above.
#[cfg(not(unix))]
fn private_files() -> OpenOptions {
    OpenOptions::new()
}

/// Access follows the folder above.
#[cfg(not(unix))]
fn private_folders() -> DirBuilder {
    DirBuilder::new()
}

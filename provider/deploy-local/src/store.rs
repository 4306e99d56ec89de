//! Copies of runtimes and bundles by content. What was planned is what runs, whatever happens to the sources.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use monai_deploy::{Copy, Pinned};
use monai_spec::Digest;
use sha2::{Digest as _, Sha256};

use crate::Error;

/// Takes the digest of a bundle's folder; the error is a reason in words.
pub type DigestOf<'a> = &'a dyn Fn(&Path) -> Result<Digest, String>;

/// The SHA-256 of a file's bytes.
///
/// # Errors
/// The file cannot be read.
pub fn file_digest(path: &Path) -> Result<Digest, String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Digest::of_sha256(hash.finalize().into())),
            Ok(count) => hash.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// The folder of copies, one per digest.
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    pub(crate) fn open(state: &Path) -> Result<Store, Error> {
        let folder = state.join("store");
        fs::create_dir_all(&folder).map_err(failed("create", &folder))?;
        Ok(Store { folder })
    }

    /// Where the copy with `digest` lies or would lie.
    pub(crate) fn place(&self, digest: &Digest) -> PathBuf {
        self.folder.join(digest.hexadecimal())
    }

    /// Makes sure that the copy of `pinned` lies in its place with the planned digest, and returns the place. What is
    /// digested is the copy, so a source that changes while it is read is found out. A copy that was changed is replaced.
    /// Also returns whether a copy was made.
    pub(crate) fn admit(&self, pinned: &Pinned, digest_of: DigestOf<'_>) -> Result<(PathBuf, bool), Error> {
        let place = self.place(&pinned.digest);
        if matches!(found(&place, digest_of), Copy::Found(digest) if digest == pinned.digest) {
            return Ok((place, false));
        }
        let incoming = self.folder.join(format!(".incoming-{}", pinned.digest.hexadecimal()));
        remove(&incoming)?;
        let admitted = copy(&pinned.source, &incoming).and_then(|()| {
            let digest =
                digest_of(&incoming).map_err(|reason| Error::Digest { path: pinned.source.clone(), reason })?;
            if digest != pinned.digest {
                let (path, planned) = (pinned.source.clone(), pinned.digest.clone());
                return Err(Error::Changed { path, planned, found: digest });
            }
            remove(&place)?;
            fs::rename(&incoming, &place).map_err(failed("move into place", &place))
        });
        if admitted.is_err() {
            // The first error says more than one about what is left behind.
            let _ = remove(&incoming);
        }
        admitted.map(|()| (place, true))
    }

    /// Removes every copy but those in `used`, and what an interrupted copy left.
    pub(crate) fn keep_only(&self, used: &BTreeSet<PathBuf>) -> Result<(), Error> {
        for entry in fs::read_dir(&self.folder).map_err(failed("list", &self.folder))? {
            let path = entry.map_err(failed("list", &self.folder))?.path();
            if !used.contains(&path) {
                remove(&path)?;
            }
        }
        Ok(())
    }
}

/// What lies at `place`.
pub(crate) fn found(place: &Path, digest_of: DigestOf<'_>) -> Copy {
    match digest_of(place) {
        Ok(digest) => Copy::Found(digest),
        Err(reason) => Copy::Lost(reason),
    }
}

fn failed<'a>(act: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + use<'a> {
    move |source| Error::File { act, path: path.to_owned(), source }
}

/// Copies a file, or a folder with all in it. Files become read-only; those that could be executed still can.
fn copy(source: &Path, target: &Path) -> Result<(), Error> {
    let metadata = fs::metadata(source).map_err(failed("read", source))?;
    if metadata.is_file() {
        fs::copy(source, target).map_err(failed("copy", source))?;
        let mode = if metadata.permissions().mode() & 0o111 == 0 { 0o444 } else { 0o555 };
        return fs::set_permissions(target, Permissions::from_mode(mode)).map_err(failed("protect", target));
    }
    if !metadata.is_dir() {
        return Err(Error::Special { path: source.to_owned() });
    }
    fs::create_dir(target).map_err(failed("create", target))?;
    for entry in fs::read_dir(source).map_err(failed("list", source))? {
        let entry = entry.map_err(failed("list", source))?;
        let path = entry.path();
        if entry.file_type().map_err(failed("read", &path))?.is_symlink() && path.is_dir() {
            return Err(Error::LinkedFolder { path });
        }
        copy(&path, &target.join(entry.file_name()))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), Error> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    removed.map_err(failed("remove", path))
}

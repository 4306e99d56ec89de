use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::segmentation::Conventions;
use crate::{CaseScores, Class, Error};

/// Changes whenever what is kept, or what it means, changes.
const VERSION: &str = concat!("1 ", env!("CARGO_PKG_VERSION"));

/// A folder with one small JSON file per finished case. It names no file and holds no voxel.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
}

/// What a case's scores depend on: SHA-256 over the models, the classes, the conventions, the images, the label
/// and what the models take beside them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key(String);

#[derive(Serialize, Deserialize)]
struct Kept {
    key: Key,
    scores: CaseScores,
}

impl Key {
    /// `models` are the digests of the models in order, `files` the contents of the images, of the label and of what comes beside.
    pub fn of(models: &[&str], classes: &[Class], conventions: Conventions, files: &[&[u8]]) -> Key {
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        let settings = serde_json::json!({"models": models, "classes": classes, "conventions": conventions});
        add(VERSION.as_bytes());
        add(settings.to_string().as_bytes());
        files.iter().for_each(|file| add(file));
        Key(hex::encode(hash.finalize()))
    }
}

impl Store {
    /// A store in this folder, which is made if need be.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn open(folder: &Path) -> Result<Store, Error> {
        std::fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })?;
        Ok(Store { folder: folder.to_owned() })
    }

    /// What is kept under a key. A file that is damaged or another key's counts as none.
    pub fn load(&self, key: &Key) -> Option<CaseScores> {
        let kept: Kept = serde_json::from_slice(&std::fs::read(self.path(key)).ok()?).ok()?;
        (kept.key == *key).then_some(kept.scores)
    }

    /// Keeps the scores of a case, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Keep`].
    pub fn save(&self, key: &Key, scores: &CaseScores) -> Result<(), Error> {
        let path = self.path(key);
        let text =
            serde_json::to_vec(&Kept { key: key.clone(), scores: scores.clone() }).expect("scores are plain data");
        let write = || -> std::io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(&text)?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|source| Error::Keep { source })
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(format!("{}.json", key.0))
    }
}

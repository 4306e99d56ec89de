use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Why a folder has no digest.
#[derive(Debug, thiserror::Error)]
pub enum DigestError {
    /// Something in the folder could not be read.
    #[error("`{}` cannot be read: {source}", path.display())]
    Read {
        /// File or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Neither a file nor a folder: its content could change without the digest.
    #[error("`{}` is a link or a special file; a bundle holds files and folders only", path.display())]
    NotAFile {
        /// The entry.
        path: PathBuf,
    },
    /// A file name is not UTF-8.
    #[error("`{}` has a name that is not UTF-8", path.display())]
    Name {
        /// The entry.
        path: PathBuf,
    },
}

/// Digest of a bundle's folder, `sha256:` and 64 hexadecimal digits: SHA-256 over all files in the order of their
/// relative paths (with `/`), each as length of the path, path, length of the content, content; lengths are eight bytes,
/// little-endian. Times, owners and empty folders do not enter.
pub fn digest(folder: &Path) -> Result<String, DigestError> {
    let mut files = Vec::new();
    list(folder, "", &mut files)?;
    files.sort();
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    for (name, path) in files {
        let read = |source| DigestError::Read { path: path.clone(), source };
        let mut file = File::open(&path).map_err(read)?;
        let length = file.metadata().map_err(read)?.len();
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name.as_bytes());
        hash.update(length.to_le_bytes());
        let mut total = 0;
        loop {
            let count = file.read(&mut buffer).map_err(read)?;
            if count == 0 {
                break;
            }
            total += count as u64;
            hash.update(&buffer[..count]);
        }
        if total != length {
            return Err(read(io::Error::other("the file changed while it was read")));
        }
    }
    Ok(format!("sha256:{}", hex::encode(hash.finalize())))
}

fn list(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> Result<(), DigestError> {
    let read = |source| DigestError::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        let path = entry.path();
        let kind = entry.file_type().map_err(read)?;
        let Ok(name) = entry.file_name().into_string() else { return Err(DigestError::Name { path }) };
        let name = format!("{prefix}{name}");
        if kind.is_dir() {
            list(&path, &format!("{name}/"), files)?;
        } else if kind.is_file() {
            files.push((name, path));
        } else {
            return Err(DigestError::NotAFile { path });
        }
    }
    Ok(())
}

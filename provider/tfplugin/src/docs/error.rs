use std::path::PathBuf;

/// Why there are no pages, or not the right ones.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An example is missing: each page shows one.
    #[error("{} is missing: the page of {subject} shows an example; write one there", path.display())]
    FindExample {
        /// Where it should lie.
        path: PathBuf,
        /// What it is an example of.
        subject: String,
    },
    /// A file or folder could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A page could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Pages on disk are not what the provider says.
    #[error("these pages are not what the schemas and examples say, write them anew: {}", pages.join(", "))]
    Stale {
        /// Their paths.
        pages: Vec<String>,
    },
    /// A page is longer than a registry shows.
    #[error("{page} has {bytes} bytes, a registry shows {limit}")]
    TooLong {
        /// Its path.
        page: String,
        /// Its length.
        bytes: usize,
        /// The greatest length.
        limit: usize,
    },
}

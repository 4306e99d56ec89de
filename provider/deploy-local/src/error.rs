//! What can go wrong with an endpoint on this machine.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use monai_spec::Digest;

/// A failed act on an endpoint of this machine. What stood before still stands, and the next apply can finish.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read, written, copied or removed.
    #[error("cannot {act} {}: {source}", path.display())]
    File {
        /// What was tried.
        act: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A source is not what was planned.
    #[error("{} was changed since it was planned: found {found}, planned {planned}; plan again", path.display())]
    Changed {
        /// The source.
        path: PathBuf,
        /// The digest that was planned.
        planned: Digest,
        /// The digest of what was copied.
        found: Digest,
    },
    /// A source cannot be digested.
    #[error("cannot take the digest of {}: {reason}", path.display())]
    Digest {
        /// The source or its copy.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A bundle holds something that is neither a file nor a folder.
    #[error("{} is neither a file nor a folder; a bundle may hold only these", path.display())]
    Special {
        /// Where it lies.
        path: PathBuf,
    },
    /// A bundle holds a link to a folder, which could lead round in a circle.
    #[error("{} is a link to a folder; put the folder itself there", path.display())]
    LinkedFolder {
        /// Where it lies.
        path: PathBuf,
    },
    /// Something else uses the port.
    #[error("cannot listen on {address}: {source}; choose another port or stop what holds it")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why it failed.
        source: io::Error,
    },
    /// Another apply or destroy of this endpoint is running.
    #[error("another apply of the endpoint `{name}` is running; wait for it to end")]
    Busy {
        /// The endpoint.
        name: String,
    },
    /// The endpoint belongs to another machine.
    #[error(
        "the endpoint `{name}` belongs to another machine ({host}); run this there, or give this one its own `state_dir`"
    )]
    Elsewhere {
        /// The endpoint.
        name: String,
        /// That machine.
        host: String,
    },
    /// A process of the endpoint does not end.
    #[error("process {pid} of the endpoint `{name}` does not end, even when it is killed")]
    Unending {
        /// The endpoint.
        name: String,
        /// The process.
        pid: u32,
    },
    /// The endpoint cannot be brought about as it is wanted.
    #[error(transparent)]
    Endpoint(#[from] monai_deploy::Error),
    /// The supervisor failed or refused.
    #[error(transparent)]
    Supervisor(#[from] monai_supervisor::Error),
}

//! What can go wrong around a supervisor.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A failed act of the supervisor or of its client.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of the folder could not be read, written or made.
    #[error("cannot {act} {}: {source}", path.display())]
    File {
        /// What was tried.
        act: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A document of the folder is not what it should be.
    #[error("{} is not a document of this supervisor: {source}", path.display())]
    ReadDocument {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: monai_spec::Error,
    },
    /// Another supervisor holds the folder's lock.
    #[error("another supervisor already runs in {}", path.display())]
    Lock {
        /// The folder.
        path: PathBuf,
    },
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: {source}; choose another port or stop what holds it")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why it failed.
        source: io::Error,
    },
    /// The program could not be started.
    #[error("cannot start {}: {source}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The supervisor did not answer an order.
    #[error("the supervisor of {} did not answer: {source}", path.display())]
    Order {
        /// The folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The detached supervisor ended before it answered.
    #[error("the supervisor ended before it answered: {reason}; see {}", log.display())]
    Detach {
        /// How it ended.
        reason: String,
        /// Its log.
        log: PathBuf,
    },
    /// The supervisor refused an order.
    #[error("the supervisor of {} refused: {reason}", path.display())]
    Refused {
        /// The folder.
        path: PathBuf,
        /// Why, in its words.
        reason: String,
    },
    /// The machine could not be named.
    #[error("cannot tell which machine this is: {source}")]
    IdentifyHost {
        /// Why it failed.
        source: io::Error,
    },
}

//! Why a command failed.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A failed command. No variant carries a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that was named could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A settings file is not one.
    #[error("{}: {reason}", path.display())]
    SettingsFile {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A setting cannot be used.
    #[error(transparent)]
    Setting(#[from] monai_spec::Error),
    /// Nobody said who may call.
    #[error("who may call? give `--api-key ID=FILE`, `auth` in a settings file, or write out `--anonymous`")]
    NoAuth,
    /// `--api-key` without its two parts.
    #[error("`--api-key` takes ID=FILE, where FILE holds the key")]
    ApiKeyArgument,
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: {source}; choose another port or stop what holds it")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The process that should supervise is not there.
    #[error("cannot {act} the supervisor: {source}")]
    Supervised {
        /// What was tried.
        act: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// The operating system refused a thread, a signal handler or random bytes.
    #[error("cannot start: {0}")]
    Start(io::Error),
    /// The bundle cannot be served.
    #[error("cannot serve {}: {reason}", bundle.display())]
    Load {
        /// The bundle.
        bundle: PathBuf,
        /// Every reason, one per line.
        reason: String,
    },
    /// The server failed.
    #[error(transparent)]
    Serve(#[from] monai_server::Error),
    /// The supervisor failed.
    #[error(transparent)]
    Supervise(#[from] monai_supervisor::Error),
}

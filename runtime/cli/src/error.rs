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
    /// The device or the precision is not one, or not on this machine.
    #[error(transparent)]
    Device(#[from] monai_engine::Error),
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
    /// The bundle cannot be run over files.
    #[error("cannot run {}: {reason}", bundle.display())]
    Run {
        /// The bundle.
        bundle: PathBuf,
        /// Every reason, one per line.
        reason: String,
    },
    /// The bundle's names for answers lead out of the folder for them.
    #[error("the bundle's `output_postfix` {postfix:?} is no part of a file name")]
    OutputName {
        /// What the bundle asks for.
        postfix: String,
    },
    /// The bundle's name for the table of scores leads out of the folder for it.
    #[error("the bundle's `filename` {filename:?} of `SaveClassificationd` is no file name")]
    TableName {
        /// What the bundle asks for.
        filename: String,
    },
    /// Two answers would have one name.
    #[error(
        "{} and {} would both be answered in {}; give one of them another name or run them apart",
        first.display(), second.display(), output.display()
    )]
    SameOutput {
        /// One image.
        first: PathBuf,
        /// The other one.
        second: PathBuf,
        /// The file for both answers.
        output: PathBuf,
    },
    /// An answer would take the place of an image that was given.
    #[error("the answer would replace the image {}; choose another folder", path.display())]
    OutputIsImage {
        /// The image.
        path: PathBuf,
    },
    /// An answer is there already.
    #[error("{} exists; give --overwrite to replace it", path.display())]
    OutputExists {
        /// The file.
        path: PathBuf,
    },
    /// A file is larger than an image may be.
    #[error("{}: holds {found} bytes, --max-volume allows {limit}", path.display())]
    ImageTooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        found: u64,
        /// The most bytes.
        limit: u64,
    },
    /// An image could not be answered.
    #[error("{}: {reason}", image.display())]
    Answer {
        /// The image.
        image: PathBuf,
        /// Why, with every cause.
        reason: String,
    },
    /// A class was named twice.
    #[error("--class names the class {number} twice")]
    RepeatClass {
        /// Its number.
        number: u16,
    },
    /// Two bundles that are compared tell other classes apart.
    #[error("{} and {} name other classes in their `channel_def`, so they cannot be compared", bundle.display(), against.display())]
    OtherClasses {
        /// The bundle.
        bundle: PathBuf,
        /// The other one.
        against: PathBuf,
    },
    /// The dataset, a threshold or the folder for finished cases cannot be used.
    #[error(transparent)]
    Evaluate(#[from] monai_evaluation::Error),
    /// A file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Standard output is gone.
    #[error("cannot write to standard output: {0}")]
    Print(io::Error),
    /// The bundle or an item of it cannot be read.
    #[error("{}: {reason}", bundle.display())]
    Inspect {
        /// The bundle.
        bundle: PathBuf,
        /// File, id and reason.
        reason: String,
    },
    /// The config has no such item.
    #[error("{}: no item `{id}`{}", bundle.display(), nearest.as_ref().map(|id| format!("; did you mean `{id}`?")).unwrap_or_default())]
    UnknownId {
        /// The bundle.
        bundle: PathBuf,
        /// The id.
        id: String,
        /// The nearest one that there is.
        nearest: Option<String>,
    },
    /// The server failed.
    #[error(transparent)]
    Serve(#[from] monai_server::Error),
    /// The supervisor failed.
    #[error(transparent)]
    Supervise(#[from] monai_supervisor::Error),
}

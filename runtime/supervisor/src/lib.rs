//! Keeps one runtime serving on this machine: `monai supervise DIR`, and the client that the provider talks to it with.
//!
//! The folder is the whole interface. `desired.json` says what should run, `observed.json` what does; a lock held for
//! life says that a supervisor lives, and a control socket carries orders. No process id is ever read from a file.
//!
//! The program is called as `RUNTIME serve BUNDLE --settings FILE --supervised` in the folder, with the bound socket as its
//! standard input. It sends `READY=1` to the datagram socket that `NOTIFY_SOCKET` names, as systemd's services do, ends
//! its requests at SIGTERM, and ends when its parent does.

mod backoff;
mod child;
mod client;
mod control;
mod detach;
mod error;
mod folder;
mod host;
mod log;
mod process;
mod supervisor;

pub use client::{Client, Life};
pub use detach::detach;
pub use error::Error;
pub use folder::Folder;
pub use host::host;
pub use process::describe;
pub use supervisor::supervise;

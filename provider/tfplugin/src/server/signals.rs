//! Signals of the operating system that end the process, and those that do not.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::ended;
#[cfg(windows)]
pub(super) use windows::ended;

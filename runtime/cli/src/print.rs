//! What a command has to say, on standard output.

use std::io::{self, Write as _};

use crate::Error;

/// Prints lines at once. A reader that went away, as `head` does, has read enough.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Print(error)),
        _ => Ok(()),
    }
}

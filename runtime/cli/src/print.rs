//! What a command has to say: results on standard output, warnings beside them.

use std::io::{self, Write as _};

use monai_bundle::Warning;

use crate::Error;

/// Prints lines at once. A reader that went away, as `head` does, has read enough.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Print(error)),
        _ => Ok(()),
    }
}

/// Prints what is read in a bundle, but hardly as it was meant.
pub(crate) fn warn(warnings: &[Warning]) {
    for warning in warnings {
        eprintln!("monai: warning: {}", warning.to_string().replace(char::is_control, " "));
    }
}

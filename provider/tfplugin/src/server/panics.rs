//! What a panic leaves in the log.

use serde_json::json;

use crate::log::{self, Level};

/// Logs where each panic happened. The line has the prefix that Terraform takes as the beginning of a crash report, which it
/// shows when the process dies.
pub(super) fn install() {
    std::panic::set_hook(Box::new(|info| {
        let place =
            info.location().map_or_else(|| "an unknown place".to_owned(), |at| format!("{}:{}", at.file(), at.line()));
        // A message with values in it may hold a secret; only a literal one is repeated.
        let message = info.payload().downcast_ref::<&str>().copied().unwrap_or("a panic whose message is withheld");
        log::write(Level::Error, "panic", "the provider panicked", [("place", json!(place))]);
        eprintln!("panic: {message}\n\nat {place}");
    }));
}

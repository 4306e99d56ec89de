//! What a panic leaves in the log.

use std::cell::{Cell, RefCell};

use serde_json::json;

use crate::log::{self, Level};

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `act`, which catches its own panics, and answers where the last one happened, if the hook is installed.
pub(crate) fn expected<T>(act: impl FnOnce() -> T) -> (T, Option<String>) {
    let outer = EXPECTED.replace(true);
    let done = act();
    EXPECTED.set(outer);
    (done, PLACE.take())
}

/// Logs where each panic happened.
pub(super) fn install() {
    std::panic::set_hook(Box::new(|info| {
        let place =
            info.location().map_or_else(|| "an unknown place".to_owned(), |at| format!("{}:{}", at.file(), at.line()));
        // A message with values in it may hold a secret; only a literal one is repeated.
        let message = info.payload().downcast_ref::<&str>().copied().unwrap_or("a panic whose message is withheld");
        log::write(Level::Error, "panic", "the provider panicked", [("place", json!(place)), ("said", json!(message))]);
        if ends_the_process(EXPECTED.get(), std::thread::current().name()) {
            eprintln!("panic: {message}\n\nat {place}");
        }
        PLACE.set(Some(place));
    }));
}

/// Whether nobody catches the panic: the runtime does in its tasks and the guard of a call in handlers. Terraform takes
/// a line with the prefix `panic: ` as the end of the plugin and shows a crash report, which must not follow a panic
/// that became a diagnostic.
fn ends_the_process(expected: bool, thread: Option<&str>) -> bool {
    !expected && thread == Some("main")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_panic_that_nobody_catches_is_a_crash() {
        for (expected, thread, crash) in [
            (false, Some("main"), true),
            (true, Some("main"), false),
            (false, Some("worker"), false),
            (false, None, false),
        ] {
            assert_eq!(ends_the_process(expected, thread), crash, "{expected} {thread:?}");
        }
    }
}

//! Runs a handler so that a panic or a passed deadline becomes a diagnostic.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::time::Instant;

use crate::server::panics;
use crate::{Diagnostic, Diagnostics};

/// Waits for a handler until the deadline.
pub(super) async fn guard<T>(
    act: &str,
    limit: Option<Duration>,
    handler: impl Future<Output = Result<T, Diagnostics>>,
) -> Result<T, Diagnostics> {
    let handler = caught(act, handler);
    let Some(limit) = limit else { return handler.await };
    match tokio::time::timeout_at(deadline(limit), handler).await {
        Ok(result) => result,
        Err(_) => Err(Diagnostic::error(
            format!("Cannot {act}: out of time"),
            format!("It was not done after {} seconds. The attribute `timeouts` gives it longer.", limit.as_secs_f64()),
        )
        .into()),
    }
}

/// The moment that is this far away.
pub(super) fn deadline(limit: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(limit).unwrap_or(now)
}

async fn caught<T>(act: &str, handler: impl Future<Output = Result<T, Diagnostics>>) -> Result<T, Diagnostics> {
    let mut handler = Box::pin(handler);
    poll_fn(move |context| {
        let polled = panics::expected(|| catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(context))));
        match polled {
            (Ok(progress), _) => progress,
            (Err(_), place) => std::task::Poll::Ready(Err(panicked(act, place.as_deref()))),
        }
    })
    .await
}

/// What the user is told of a panic. Its message stays out: it may hold a value of the configuration.
fn panicked(act: &str, place: Option<&str>) -> Diagnostics {
    let place = place.map_or_else(String::new, |place| format!(" at {place}"));
    let detail = format!("This is a fault of the provider{place}. Please report it. The provider goes on.");
    Diagnostic::error(format!("Cannot {act}: the provider panicked"), detail).into()
}

//! Runs a handler so that a panic or a passed deadline becomes a diagnostic.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::server::panics;
use crate::timeouts::Limit;
use crate::{Diagnostic, Diagnostics, Path};

/// Waits for a handler until its limit. A failure always says something.
pub(super) async fn guard<T>(
    act: &str,
    limit: Option<Limit>,
    handler: impl Future<Output = Result<T, Diagnostics>>,
) -> Result<T, Diagnostics> {
    let handler = caught(act, handler);
    let done = match limit {
        None => handler.await,
        Some(limit) => match tokio::time::timeout_at(limit.end, handler).await {
            Ok(done) => done,
            Err(_) => Err(late(act, limit)),
        },
    };
    done.map_err(|mut found| {
        if !found.has_errors() {
            let detail = "The provider failed without saying why. This is a fault of the provider.";
            found.push(Diagnostic::error(format!("Cannot {act}"), detail));
        }
        found
    })
}

fn late(act: &str, limit: Limit) -> Diagnostics {
    let summary = format!("Cannot {act}: out of time");
    let detail = format!("It was not done after {} seconds.", limit.duration.as_secs_f64());
    match limit.setting {
        Some(operation) => {
            let detail = format!("{detail} `timeouts` gives it longer, by `{operation}`.");
            Diagnostic::error(summary, detail).at(Path::to("timeouts").attribute(operation)).into()
        }
        None => Diagnostic::error(summary, detail).into(),
    }
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

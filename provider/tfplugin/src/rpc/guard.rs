//! Runs a handler so that a panic, a passed deadline or an ignored stop signal becomes a diagnostic.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::call::{Kept, Stop};
use crate::server::panics;
use crate::timeouts::Limit;
use crate::{Diagnostic, Diagnostics, Path};

/// Waits for a handler until its limit, or until the grace after a stop has passed. A failure always says something.
pub(super) async fn guard<T>(
    act: &str,
    limit: Option<Limit>,
    stop: Stop,
    handler: impl Future<Output = Result<T, Diagnostics>>,
) -> Result<T, Diagnostics> {
    let passed = async {
        match limit {
            Some(limit) => {
                tokio::time::sleep_until(limit.end).await;
                late(act, limit)
            }
            None => std::future::pending().await,
        }
    };
    let done = tokio::select! {
        biased;
        done = caught(act, handler) => done,
        said = passed => Err(said),
        () = stop.ignored() => Err(stopped(act, stop.grace)),
    };
    done.map_err(|mut found| {
        if !found.has_errors() {
            let detail = "The provider failed without saying why. This is a fault of the provider.";
            found.push(Diagnostic::error(format!("Cannot {act}"), detail));
        }
        found
    })
}

/// The same for a handler that may put its call off; `None` where it did.
pub(super) async fn deferrable<T>(
    act: &str,
    limit: Option<Limit>,
    stop: Stop,
    kept: &Kept,
    handler: impl Future<Output = Result<T, Diagnostics>>,
) -> Result<Option<T>, Diagnostics> {
    let handled = async {
        let done = handler.await;
        let mut kept = kept.lock();
        match done {
            Err(found) if !found.has_errors() && kept.deferral.is_some() => {
                kept.warnings.extend(found);
                Ok(None)
            }
            done => {
                kept.deferral = None;
                done.map(Some)
            }
        }
    };
    let done = guard(act, limit, stop, handled).await;
    if done.is_err() {
        kept.lock().deferral = None;
    }
    done
}

fn stopped(act: &str, grace: Duration) -> Diagnostics {
    let grace = grace.as_secs_f64();
    let detail = format!(
        "Terraform was asked to stop, and it was not done {grace} seconds after that. What it had saved by then is kept; \
         look whether more was made."
    );
    Diagnostic::error(format!("Cannot {act}: stopped"), detail).into()
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

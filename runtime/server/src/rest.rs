//! What a client still sends when its request is already refused.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::EXPECT;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Frame, SizeHint};
use tokio::time::timeout;

/// How much of a refused body is read.
const MOST: usize = 16 << 20;
/// How long that may take.
const LONGEST: Duration = Duration::from_secs(2);

/// The part of a body that no route has read.
///
/// A connection that is closed while its client still writes is reset, and the client sees a broken pipe instead of the
/// answer that says why; so the answer waits until the client has had its say (nginx: `lingering_close`).
pub(crate) struct Rest {
    shared: Shared,
    /// The client sends its body only when it is asked to.
    waits: bool,
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Inner>>);

struct Inner {
    body: Body,
    asked: bool,
}

impl Rest {
    /// Keeps a hand on the body of a request.
    pub(crate) fn of(request: Request) -> (Request, Rest) {
        let (parts, body) = request.into_parts();
        let waits = parts.headers.contains_key(EXPECT);
        let shared = Shared(Arc::new(Mutex::new(Inner { body, asked: false })));
        (Request::from_parts(parts, Body::new(shared.clone())), Rest { shared, waits })
    }

    /// Reads what is left, within bounds, and forgets it.
    pub(crate) async fn discard(mut self) {
        if self.waits && !self.shared.lock().asked {
            return;
        }
        let read = async {
            let mut left = MOST;
            while let Some(Ok(frame)) = self.shared.frame().await {
                left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
                if left == 0 {
                    return;
                }
            }
        };
        // A client that is slower loses the answer, nothing else.
        let _ = timeout(LONGEST, read).await;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl hyper::body::Body for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut inner = self.lock();
        inner.asked = true;
        Pin::new(&mut inner.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.lock().body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.lock().body.size_hint()
    }
}

//! A provider that Terraform reaches in the process of a test.

use std::sync::mpsc;
use std::thread::JoinHandle;

use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use super::connections::Connections;
use super::listener::{self, Bound, Place};
use super::{ServeError, connection, router};
use crate::{Provider, Service};

/// A served provider; it ends when this is dropped.
pub(crate) struct Attached {
    place: Place,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

/// Serves a provider without TLS on threads of its own.
pub(crate) fn attach<P: Provider>() -> Result<Attached, ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|source| ServeError::Start { source })?;
    let (listening, heard) = mpsc::channel();
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let thread = std::thread::spawn(move || {
        runtime.block_on(async {
            let Bound { listener, place, file: _file } = match listener::bind().await {
                Ok(bound) => bound,
                Err(error) => return drop(listening.send(Err(error))),
            };
            drop(listening.send(Ok(place)));
            let incoming = connection::accept(listener, None, &Connections::new());
            // The token of the service's own Shutdown, which nobody sends to a provider that was running before.
            let ended = CancellationToken::new();
            tokio::select! {
                _ = router(Service::<P>::new(), &ended).serve_with_incoming(incoming) => {}
                () = stopped.cancelled() => {}
            }
        });
        runtime.shutdown_background();
    });
    let gone = || ServeError::Start { source: std::io::ErrorKind::BrokenPipe.into() };
    let place = heard.recv().map_err(|_| gone())??;
    Ok(Attached { place, stop, thread: Some(thread) })
}

impl Attached {
    /// What `TF_REATTACH_PROVIDERS` must be for the provider of this source address.
    pub(crate) fn reattach(&self, source: &str) -> Json {
        json!({
            source: {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": std::process::id(),
                "Test": true,
                "Addr": { "Network": self.place.network, "String": self.place.address },
            }
        })
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic of that thread was reported where it happened.
            let _ = thread.join();
        }
    }
}

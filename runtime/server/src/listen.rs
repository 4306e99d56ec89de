//! Accepting connections, and ending without losing a request.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use monai_spec::settings::LogLevel;
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore, watch};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tower::ServiceExt as _;

use crate::router::app;
use crate::state::Server;

const CONNECTIONS: usize = 512;
const HEADER_TIME: Duration = Duration::from_secs(10);
const HEADER_BUFFER: usize = 64 << 10;
/// How long a connection that was accepted before the stop may take to send its first request.
const FIRST_REQUEST: Duration = Duration::from_secs(5);

/// Why a server could not serve.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The listening socket could not be used.
    #[error("cannot use the listening socket")]
    Listen(#[source] std::io::Error),
}

/// Tells a server to stop; clones tell the same server.
#[derive(Clone, Debug)]
pub struct Stop(watch::Sender<bool>);

impl Stop {
    /// Nothing is told yet.
    pub fn new() -> Stop {
        Stop(watch::Sender::new(false))
    }

    /// Tells it. More often than once does no more.
    pub fn now(&self) {
        self.0.send_replace(true);
    }

    /// Waits until it is told.
    pub async fn told(&self) {
        let mut receiver = self.0.subscribe();
        let _ = receiver.wait_for(|told| *told).await;
    }
}

impl Default for Stop {
    fn default() -> Self {
        Stop::new()
    }
}

/// Serves `listener` until `stop` is told; then takes no connection more, calls `closed` once no connection that it has can
/// bring a new request, lets running requests finish for at most the setting `drain`, and returns whether all of them did.
pub async fn serve(listener: TcpListener, server: Server, stop: Stop, closed: impl FnOnce()) -> Result<bool, Error> {
    listener.set_nonblocking(true).map_err(Error::Listen)?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(Error::Listen)?;
    let service = app(server.clone());
    let (places, tracker, open) = (Arc::new(Semaphore::new(CONNECTIONS)), TaskTracker::new(), TaskTracker::new());
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let accepted = tokio::select! {
            accepted = async { (place.await, listener.accept().await) } => accepted,
            () = stop.told() => break,
        };
        match accepted {
            (place, Ok((stream, _))) => {
                let (service, stop, open) = (service.clone(), stop.clone(), open.token());
                tracker.spawn(async move {
                    connection(stream, service, stop, open).await;
                    drop(place);
                });
            }
            (_, Err(error)) => {
                server.log().event(LogLevel::Error, "accept", &format!("cannot accept a connection: {error}"));
                // Out of descriptors: the kernel would report the same at once.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    server.start_draining();
    tracker.close();
    open.close();
    let ended = async {
        open.wait().await;
        closed();
        tracker.wait().await;
    };
    Ok(tokio::time::timeout(server.settings().drain, ended).await.is_ok())
}

/// Serves one connection; `open` is dropped when it brings no request more.
async fn connection(stream: TcpStream, service: axum::Router, stop: Stop, open: TaskTrackerToken) {
    let _ = stream.set_nodelay(true);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME).max_buf_size(HEADER_BUFFER);
    let begun = Notify::new();
    let service = service_fn(|request| {
        begun.notify_one();
        service.clone().oneshot(request)
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    // A graceful shutdown closes a connection of which nothing was read, although its request may be on the way.
    let told = async {
        stop.told().await;
        let _ = tokio::time::timeout(FIRST_REQUEST, begun.notified()).await;
    };
    let ended = tokio::select! {
        _ = connection.as_mut() => true,
        () = told => false,
    };
    if !ended {
        connection.as_mut().graceful_shutdown();
        drop(open);
        let _ = connection.await;
    }
}

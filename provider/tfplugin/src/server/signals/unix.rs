//! SIGTERM, SIGINT and the parent's death, on Linux and macOS.

use std::future::Future;
use std::os::unix::process::parent_id;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::server::ServeError;

/// How often it is seen whether the parent still lives.
const PARENT_CHECK: Duration = Duration::from_secs(1);

/// Resolves at SIGTERM and when the parent has died. SIGINT is ignored, as a terminal's ^C reaches Terraform too, which
/// then asks for a stop; with `debug` there is no Terraform to ask, so it ends.
pub(in crate::server) fn ended(debug: bool) -> Result<impl Future<Output = ()>, ServeError> {
    let start = |source| ServeError::Start { source };
    let mut interrupt = signal(SignalKind::interrupt()).map_err(start)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(start)?;
    let parent = parent_id();
    Ok(async move {
        let mut tick = tokio::time::interval(PARENT_CHECK);
        loop {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = interrupt.recv() => if debug { return },
                _ = tick.tick() => if !debug && parent_id() != parent { return },
            }
        }
    })
}

//! The events of a Windows console.

use std::future::Future;

use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};

use crate::server::ServeError;

/// Resolves when the console is closed, the user logs off or the machine goes down. Ctrl-C and Ctrl-Break are ignored, as
/// they reach Terraform too, which then asks for a stop; with `debug` there is no Terraform to ask, so they end it.
pub(in crate::server) fn ended(debug: bool) -> Result<impl Future<Output = ()>, ServeError> {
    let start = |source| ServeError::Start { source };
    let (mut interrupt, mut pause) = (ctrl_c().map_err(start)?, ctrl_break().map_err(start)?);
    let (mut close, mut logoff) = (ctrl_close().map_err(start)?, ctrl_logoff().map_err(start)?);
    let mut shutdown = ctrl_shutdown().map_err(start)?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = close.recv() => return,
                _ = logoff.recv() => return,
                _ = shutdown.recv() => return,
                _ = interrupt.recv() => if debug { return },
                _ = pause.recv() => if debug { return },
            }
        }
    })
}

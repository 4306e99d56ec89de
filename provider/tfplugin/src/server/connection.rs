//! Accepted connections, with or without TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::connections::{Connections, Open};
use super::listener::{Duplex, Listener};
use super::tls::Identity;
use crate::log;

/// How long a client may take for its part of the TLS handshake.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// A connection.
pub(super) struct Connection {
    stream: Box<dyn Duplex>,
    _open: Open,
}

/// Accepts connections for ever. Each handshake has its own task, so that one that stalls holds up nobody.
pub(super) fn accept(
    listener: Listener,
    identity: Option<Identity>,
    connections: &Connections,
) -> ReceiverStream<io::Result<Connection>> {
    let connections = connections.clone();
    let (accepted, incoming) = mpsc::channel(8);
    let acceptor = identity.map(|identity| TlsAcceptor::from(identity.config));
    tokio::spawn(async move {
        loop {
            let stream = match listener.accept().await {
                Ok(stream) => stream,
                Err(error) => {
                    if accepted.send(Err(error)).await.is_err() {
                        return;
                    }
                    continue;
                }
            };
            let (accepted, acceptor, connections) = (accepted.clone(), acceptor.clone(), connections.clone());
            tokio::spawn(async move {
                if let Some(stream) = secure(stream, acceptor).await {
                    let _ = accepted.send(Ok(Connection { stream, _open: connections.open() })).await;
                }
            });
        }
    });
    ReceiverStream::new(incoming)
}

async fn secure(stream: Box<dyn Duplex>, acceptor: Option<TlsAcceptor>) -> Option<Box<dyn Duplex>> {
    let Some(acceptor) = acceptor else { return Some(stream) };
    let refused = |reason: String| {
        log::write(log::Level::Warn, "tfplugin", "refused a connection", [("reason", reason.into())]);
    };
    match tokio::time::timeout(HANDSHAKE_LIMIT, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => return Some(Box::new(stream)),
        Ok(Err(error)) => refused(error.to_string()),
        Err(_) => refused("the handshake took too long".to_owned()),
    }
    None
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

//! Accepted connections, with or without TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::tls::Identity;
use crate::log;

/// How long a client may take for its part of the TLS handshake.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// A connection.
pub(super) enum Connection {
    Plain(UnixStream),
    Secured(Box<TlsStream<UnixStream>>),
}

/// Accepts connections for ever. Each handshake has its own task, so that one that stalls holds up nobody.
pub(super) fn accept(listener: UnixListener, identity: Option<Identity>) -> ReceiverStream<io::Result<Connection>> {
    let (accepted, incoming) = mpsc::channel(8);
    let acceptor = identity.map(|identity| TlsAcceptor::from(identity.config));
    tokio::spawn(async move {
        loop {
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    if accepted.send(Err(error)).await.is_err() {
                        return;
                    }
                    continue;
                }
            };
            let (accepted, acceptor) = (accepted.clone(), acceptor.clone());
            tokio::spawn(async move {
                if let Some(connection) = secure(stream, acceptor).await {
                    let _ = accepted.send(Ok(connection)).await;
                }
            });
        }
    });
    ReceiverStream::new(incoming)
}

async fn secure(stream: UnixStream, acceptor: Option<TlsAcceptor>) -> Option<Connection> {
    let Some(acceptor) = acceptor else { return Some(Connection::Plain(stream)) };
    match tokio::time::timeout(HANDSHAKE_LIMIT, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => Some(Connection::Secured(Box::new(stream))),
        Ok(Err(error)) => {
            log::write(log::Level::Warn, "tfplugin", "refused a connection", [("reason", error.to_string().into())]);
            None
        }
        Err(_) => {
            log::write(
                log::Level::Warn,
                "tfplugin",
                "refused a connection",
                [("reason", "the handshake took too long".into())],
            );
            None
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

macro_rules! forward {
    ($connection:expr, $stream:ident => $act:expr) => {
        match $connection.get_mut() {
            Connection::Plain(stream) => {
                let $stream = Pin::new(stream);
                $act
            }
            Connection::Secured(stream) => {
                let $stream = Pin::new(&mut **stream);
                $act
            }
        }
    };
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        forward!(self, stream => stream.poll_read(context, buffer))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        forward!(self, stream => stream.poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        forward!(self, stream => stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        forward!(self, stream => stream.poll_shutdown(context))
    }
}

//! Where Terraform connects: a unix socket, or a port of this machine.

mod tcp;
#[cfg(unix)]
mod unix;

use std::io;
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncWrite};

use super::ServeError;

/// A connection's two directions.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// A socket that is ready for Terraform.
pub(super) struct Bound {
    /// What connections come from.
    pub(super) listener: Listener,
    /// What Terraform is told.
    pub(super) place: Place,
    /// What must be removed at the end.
    pub(super) file: Option<SocketFile>,
}

/// What connections come from.
pub(super) enum Listener {
    /// A unix socket.
    #[cfg(unix)]
    Unix(tokio::net::UnixListener),
    /// A port of 127.0.0.1.
    Tcp(tokio::net::TcpListener),
}

/// What Terraform is told of where to connect.
#[derive(Debug)]
pub(super) struct Place {
    /// `unix` or `tcp`.
    pub(super) network: &'static str,
    /// The socket's file, or address and port.
    pub(super) address: String,
}

/// The file of a unix socket, removed when dropped.
pub(super) struct SocketFile(PathBuf);

/// Binds what `TFPLUGIN_NETWORK` names, `unix` or `tcp`; where it is not set, a unix socket wherever there is one, as
/// go-plugin does.
pub(super) async fn bind() -> Result<Bound, ServeError> {
    let wanted = std::env::var("TFPLUGIN_NETWORK").ok().filter(|network| !network.is_empty());
    match wanted.as_deref().unwrap_or(if cfg!(unix) { "unix" } else { "tcp" }) {
        #[cfg(unix)]
        "unix" => unix::bind(),
        "tcp" => tcp::bind().await,
        network => Err(ServeError::Network { found: network.to_owned() }),
    }
}

impl Listener {
    /// The next connection.
    pub(super) async fn accept(&self) -> io::Result<Box<dyn Duplex>> {
        match self {
            #[cfg(unix)]
            Self::Unix(listener) => Ok(Box::new(listener.accept().await?.0)),
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Calls are small and waited for.
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

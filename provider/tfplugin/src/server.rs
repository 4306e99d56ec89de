//! Serving a provider to Terraform, as go-plugin does.

mod companions;
mod connection;
mod handshake;
pub(crate) mod panics;
mod reattach;
mod signals;
mod tls;

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use tokio::net::UnixListener;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Router;

use crate::generated::tfplugin6::provider_server::ProviderServer;
use crate::log::{self, Level};
use crate::{Provider, Service};

/// The greatest message in either direction, as the Go server has it.
const LARGEST_MESSAGE: usize = 256 << 20;

/// How much a client may send before it must wait, so that large states need few turns.
const WINDOW: u32 = 16 << 20;
const FRAME: u32 = 1 << 20;

/// Why the provider cannot be served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// It was not started by Terraform.
    #[error(
        "terraform-provider-{name} is a Terraform plugin and is not meant to be executed directly: Terraform starts it. \
         Write `provider \"{name}\" {{}}` and run `terraform init`; `--debug` serves it to a debugger."
    )]
    NotStartedByTerraform {
        /// The provider.
        name: &'static str,
    },
    /// The client speaks no protocol that this crate speaks.
    #[error("the client speaks plugin protocols {offered}, this provider speaks 6")]
    Protocol {
        /// What the client offers.
        offered: String,
    },
    /// The client's certificate or our own cannot be used.
    #[error("cannot prepare TLS: {reason}")]
    Tls {
        /// What is wrong.
        reason: String,
    },
    /// The socket cannot be made.
    #[error("cannot listen on {path}")]
    Listen {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The runtime or standard output failed.
    #[error("cannot start")]
    Start {
        /// Why.
        source: io::Error,
    },
    /// The connection failed.
    #[error("serving failed")]
    Transport {
        /// Why.
        source: tonic::transport::Error,
    },
}

/// Serves a provider until Terraform ends it: the whole of `main`.
///
/// Terraform sets a magic cookie and a certificate. With `--debug` no cookie is needed: it prints what to put into
/// `TF_REATTACH_PROVIDERS` and serves without TLS until it is interrupted. Without a client certificate
/// (`TF_DISABLE_PLUGIN_TLS`) the socket is served without TLS. What goes wrong is said on standard error.
pub fn serve<P: Provider>() -> ExitCode {
    let debug = std::env::args().skip(1).any(|argument| argument == "--debug" || argument == "-debug");
    let Err(error) = run::<P>(debug) else { return ExitCode::SUCCESS };
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        said.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    eprintln!("{said}");
    ExitCode::FAILURE
}

fn run<P: Provider>(debug: bool) -> Result<(), ServeError> {
    if !debug {
        handshake::check_cookie(P::NAME)?;
        handshake::check_protocol()?;
    }
    log::init(P::NAME);
    panics::install();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(std::thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 8)))
        .enable_all()
        .build()
        .map_err(|source| ServeError::Start { source })?;
    runtime.block_on(listen::<P>(debug))?;
    // The streams that go-plugin opens never end, so nothing is drained.
    runtime.shutdown_background();
    Ok(())
}

async fn listen<P: Provider>(debug: bool) -> Result<(), ServeError> {
    let path = handshake::socket_path();
    let listener = UnixListener::bind(&path).map_err(|source| ServeError::Listen { path: path.clone(), source })?;
    let _removed = Socket(path.clone());
    handshake::guard_socket(&path).map_err(|source| ServeError::Listen { path: path.clone(), source })?;
    let stop = CancellationToken::new();
    let ended = signals::ended(debug)?;
    let certificate = std::env::var("PLUGIN_CLIENT_CERT").ok().filter(|pem| !pem.is_empty() && !debug);
    let identity = certificate.as_deref().map(tls::identity).transpose()?;
    log::write(Level::Debug, "tfplugin", "serving", [("provider", P::NAME.into())]);
    if debug {
        reattach::announce::<P>(&path).map_err(|source| ServeError::Start { source })?;
    } else {
        handshake::announce(&path, identity.as_ref()).map_err(|source| ServeError::Start { source })?;
    }
    let incoming = connection::accept(listener, identity);
    let server = router(Service::<P>::new(), &stop).serve_with_incoming(incoming);
    tokio::select! {
        done = server => done.map_err(|source| ServeError::Transport { source }),
        () = stop.cancelled() => {
            // One turn of the runtime lets the answer to Shutdown leave.
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            Ok(())
        }
        () = ended => Ok(()),
    }
}

fn router<P: Provider>(service: Service<P>, stop: &CancellationToken) -> Router {
    let provider = ProviderServer::new(service)
        .max_decoding_message_size(LARGEST_MESSAGE)
        .max_encoding_message_size(LARGEST_MESSAGE);
    let mut server = tonic::transport::Server::builder()
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_frame_size(FRAME);
    companions::add(server.add_service(provider), stop)
}

/// Removes the socket file at the end.
struct Socket(PathBuf);

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

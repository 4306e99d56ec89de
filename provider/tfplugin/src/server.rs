//! Serving a provider to Terraform, as go-plugin does.

#[cfg(any(test, feature = "testing"))]
pub(crate) mod attached;
mod companions;
mod connection;
mod connections;
mod handshake;
mod listener;
pub(crate) mod panics;
mod reattach;
mod signals;
mod tls;

use std::error::Error;
use std::io;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tonic::transport::server::Router;

use self::connections::Connections;
use self::listener::Bound;
use crate::generated::tfplugin6::provider_server::ProviderServer;
use crate::log::{self, Level};
use crate::{Provider, Service};

/// The greatest message in either direction, as the Go server has it.
const LARGEST_MESSAGE: usize = 256 << 20;

/// How long the answer to Shutdown has to leave.
const FAREWELL: Duration = Duration::from_millis(1);

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
    /// No socket of this kind can be listened on.
    #[error("TFPLUGIN_NETWORK is `{found}`, expected `tcp`{}", if cfg!(unix) { " or `unix`" } else { " on this system" })]
    Network {
        /// What it says.
        found: String,
    },
    /// A variable that must be a port is none.
    #[error("{name} is `{found}`, expected a port from 0 to 65535")]
    Port {
        /// The variable.
        name: &'static str,
        /// What it says.
        found: String,
    },
    /// No port may be used.
    #[error("PLUGIN_MIN_PORT is {least}, above PLUGIN_MAX_PORT, which is {most}")]
    Ports {
        /// The least port.
        least: u16,
        /// The greatest port.
        most: u16,
    },
    /// The socket cannot be made.
    #[error("cannot listen on {place}")]
    Listen {
        /// The socket's file, or address and ports.
        place: String,
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
///
/// It listens on a unix socket that only this user may open, on Windows on a port of 127.0.0.1 between `PLUGIN_MIN_PORT`
/// and `PLUGIN_MAX_PORT`. `TFPLUGIN_NETWORK=tcp` chooses the port everywhere, such as for a debugger in a container; without
/// TLS every user of the machine may then connect.
///
/// Where `TF_LOG_SDK_PROTO_DATA_DIR` names a folder, each call's request and answer are written there as JSON, two files
/// per call, in order by name. The folder is made for this user alone. What the schema calls sensitive or write-only stays
/// out, as do private data and states of other schemas; a value that only the configuration calls sensitive does not, as
/// the protocol does not say so. A file that cannot be written is a warning in the log, once.
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
    let cores = || std::thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 8));
    let mut builder = match P::THREADS.map_or_else(cores, NonZeroUsize::get) {
        1 => tokio::runtime::Builder::new_current_thread(),
        threads => {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            builder.worker_threads(threads);
            builder
        }
    };
    let runtime = builder.enable_all().build().map_err(|source| ServeError::Start { source })?;
    runtime.block_on(listen::<P>(debug))?;
    // The streams that go-plugin opens never end, so nothing is drained.
    runtime.shutdown_background();
    Ok(())
}

async fn listen<P: Provider>(debug: bool) -> Result<(), ServeError> {
    let Bound { listener, place, file: _file } = listener::bind().await?;
    let stop = CancellationToken::new();
    let ended = signals::ended(debug)?;
    let certificate = std::env::var("PLUGIN_CLIENT_CERT").ok().filter(|pem| !pem.is_empty() && !debug);
    let identity = certificate.as_deref().map(tls::identity).transpose()?;
    log::write(Level::Debug, "tfplugin", "serving", [("provider", P::NAME.into())]);
    if debug {
        reattach::announce::<P>(&place).map_err(|source| ServeError::Start { source })?;
    } else {
        handshake::announce(&place, identity.as_ref()).map_err(|source| ServeError::Start { source })?;
    }
    let connections = Connections::new();
    // Elsewhere the parent's death is seen.
    let may_be_abandoned = place.network == "tcp" && !debug;
    let incoming = connection::accept(listener, identity, &connections);
    let server = router(Service::<P>::new(), &stop).serve_with_incoming(incoming);
    tokio::select! {
        done = server => done.map_err(|source| ServeError::Transport { source }),
        () = stop.cancelled() => {
            // Terraform hangs up once it has the answer to Shutdown, for which another client may wait.
            let _ = tokio::time::timeout(FAREWELL, connections.closed()).await;
            Ok(())
        }
        () = ended => Ok(()),
        () = connections.abandoned(), if may_be_abandoned => Ok(()),
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

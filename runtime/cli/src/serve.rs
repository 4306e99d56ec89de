//! `monai serve BUNDLE`: the server.

use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command};
use monai_server::{Inference, Log, Server, Stop, serve};
use monai_spec::Settings;
use monai_spec::settings::LogLevel;
use rustix::process::{Signal, set_parent_process_death_signal};
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::bundle;
use crate::{Error, settings};

/// Prepares a bundle for serving; the error says every reason why it cannot be served.
pub type Load = fn(&Path, &Settings) -> Result<Arc<dyn Inference>, String>;

/// The command's arguments.
pub fn command() -> Command {
    Command::new("serve")
        .about("Serves a bundle over HTTP")
        .arg(bundle())
        .arg(
            Arg::new("supervised")
                .long("supervised")
                .action(ArgAction::SetTrue)
                .help("Take the listening socket from standard input and end with the process that started this one"),
        )
        .args(settings::arguments())
}

/// Runs the command until SIGTERM or SIGINT; running requests may finish. `load` prepares the bundle.
pub fn run(arguments: &ArgMatches, load: Load) -> Result<ExitCode, Error> {
    let bundle: PathBuf = arguments.get_one::<PathBuf>("bundle").expect("it is required").clone();
    let supervised = arguments.get_flag("supervised");
    if supervised {
        // Set before anything else: a supervisor that dies from here on ends this process.
        let set = set_parent_process_death_signal(Some(Signal::TERM));
        set.map_err(|errno| Error::Supervised { act: "follow", source: errno.into() })?;
    }
    let settings = settings::settings(arguments)?;
    let log = Log::stdout().at(settings.log_level);
    hide_panics(log.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(Error::Start)?;
    let complete = runtime.block_on(async {
        let stop = stop_at_signals()?;
        let server = Server::loading(settings.clone(), log.clone());
        if supervised {
            let listener = inherited()?;
            // The older server answers until this one can: nothing is accepted before the model is loaded.
            server.model_loaded(prepare(load, &bundle, &settings).await?);
            tell(b"READY=1")?;
            // A supervisor that cannot be told any more is gone, and ends this process anyway.
            return Ok(serve(listener, server, stop, || drop(tell(b"STOPPING=1"))).await?);
        }
        let address = settings.socket();
        let listener = TcpListener::bind(address).map_err(|source| Error::Listen { address, source })?;
        let serving = tokio::spawn(serve(listener, server.clone(), stop.clone(), || ()));
        log.event(LogLevel::Info, "start", &format!("listening on {address}, loading the model"));
        let loaded = tokio::select! {
            loaded = prepare(load, &bundle, &settings) => Some(loaded?),
            () = stop.told() => None,
        };
        if let Some(inference) = loaded {
            server.model_loaded(inference);
            log.event(LogLevel::Info, "ready", &format!("the model is served on http://{address}"));
        }
        let served = serving.await.map_err(|error| Error::Start(std::io::Error::other(error)))?;
        Ok::<bool, Error>(served?)
    })?;
    if !complete {
        log.event(LogLevel::Error, "drain", "requests were cut off: they took longer than the setting `drain` allows");
    }
    // A job that is cut off, or a load that is not finished, must not hold the process.
    runtime.shutdown_background();
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn prepare(load: Load, bundle: &Path, settings: &Settings) -> Result<Arc<dyn Inference>, Error> {
    let (path, settings) = (bundle.to_owned(), settings.clone());
    let loaded = tokio::task::spawn_blocking(move || load(&path, &settings)).await;
    let loaded =
        loaded.unwrap_or_else(|_| Err("the bundle could not be loaded, which is a fault of the runtime".into()));
    loaded.map_err(|reason| Error::Load { bundle: bundle.to_owned(), reason })
}

fn inherited() -> Result<TcpListener, Error> {
    let socket = std::io::stdin().as_fd().try_clone_to_owned();
    let listener =
        TcpListener::from(socket.map_err(|source| Error::Supervised { act: "take the socket from", source })?);
    listener.local_addr().map_err(|source| Error::Supervised { act: "take the socket from", source })?;
    Ok(listener)
}

/// Tells the supervisor as systemd's services do. Where that fails the supervisor is gone.
fn tell(message: &[u8]) -> Result<(), Error> {
    let missing = || std::io::Error::new(std::io::ErrorKind::NotFound, "`NOTIFY_SOCKET` is not set");
    let told = std::env::var_os("NOTIFY_SOCKET")
        .ok_or_else(missing)
        .and_then(|place| UnixDatagram::unbound()?.send_to(message, Path::new(&place)));
    told.map(|_| ()).map_err(|source| Error::Supervised { act: "tell", source })
}

fn stop_at_signals() -> Result<Stop, Error> {
    let stop = Stop::new();
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let (mut signal, told) = (signal(kind).map_err(Error::Start)?, stop.clone());
        tokio::spawn(async move {
            signal.recv().await;
            told.now();
        });
    }
    Ok(stop)
}

/// A panic's message may hold what was being computed, so only its place is logged.
fn hide_panics(log: Log) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        log.event(LogLevel::Error, "panic", &format!("a job panicked at {place}"));
    }));
}

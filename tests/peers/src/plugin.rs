//! One start of a provider, as Terraform starts it: exec, line, schema, Shutdown, end.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tfplugin_rust::generated::tfplugin6::get_provider_schema::Response;

use crate::Error;
use crate::client::{Client, Failure, Identity};
use crate::process;

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// How long a provider may take to end, in seconds; Terraform kills it after two.
const PATIENCE: i64 = 10;

/// What one start took.
pub(crate) struct Start {
    /// From exec to the handshake line.
    pub(crate) line: Duration,
    /// From the handshake line to the schema: connection, mutual TLS, streams, GetProviderSchema.
    pub(crate) schema: Duration,
    /// From the call of Shutdown to the end of the process.
    pub(crate) exit: Duration,
    /// The greatest resident memory up to the schema, in bytes.
    pub(crate) peak: f64,
    /// What it answered.
    pub(crate) answer: Response,
}

/// Starts a provider, asks for its schema and ends it.
pub(crate) fn start(program: &Path, identity: &Identity) -> Result<Start, Error> {
    let shown = program.display().to_string();
    let failed = |call| move |source: Failure| Error::Call { program: program.display().to_string(), call, source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|source| failed("a connection")(source.into()))?;
    let mut command = command(program, identity);
    let start = Instant::now();
    let child = command.spawn().map_err(|source| Error::Start { program: shown.clone(), source })?;
    let mut plugin = Running(Some(child));
    let mut said = String::new();
    let out = plugin.child().stdout.take().expect("it is piped");
    let mut out = BufReader::new(out);
    let read = out.read_line(&mut said);
    let line = start.elapsed();
    read.map_err(|source| failed("its line")(source.into()))?;
    let (socket, certificate) = parse(&said)
        .ok_or_else(|| Error::ReadHandshake { program: shown.clone(), line: said.chars().take(60).collect() })?;
    let (client, answer) = runtime.block_on(async {
        let client = Client::connect(&socket, certificate, identity).await.map_err(failed("the connection"))?;
        let answer = client.schema().await.map_err(failed("GetProviderSchema"))?;
        Ok::<_, Error>((client, answer))
    })?;
    let schema = start.elapsed() - line;
    let peak = peak(plugin.child().id()).ok_or(Error::ReadMemory { program: shown.clone() })?;
    let process = Pid::from_child(plugin.child());
    let descriptor = pidfd_open(process, PidfdFlags::empty());
    let descriptor = descriptor.map_err(|errno| failed("Shutdown")(errno.into()))?;
    let stop = Instant::now();
    runtime.block_on(client.shutdown());
    let limit = Timespec { tv_sec: PATIENCE, tv_nsec: 0 };
    let gone = poll(&mut [PollFd::new(&descriptor, PollFlags::IN)], Some(&limit));
    let exit = stop.elapsed();
    if gone.map_err(|errno| failed("Shutdown")(errno.into()))? == 0 {
        return Err(Error::Linger { program: shown, seconds: PATIENCE });
    }
    let child = plugin.0.take().expect("it was started");
    let end = process::end(child, &shown)?;
    if !end.success {
        return Err(Error::Run { command: shown, status: end.status, said: "after Shutdown".to_owned() });
    }
    Ok(Start { line, schema, exit, peak, answer })
}

fn command(program: &Path, identity: &Identity) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    for name in ["TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_PATH", "PLUGIN_MULTIPLEX_GRPC", "PLUGIN_UNIX_SOCKET_DIR"] {
        command.env_remove(name);
    }
    command.env("TF_PLUGIN_MAGIC_COOKIE", COOKIE).env("PLUGIN_PROTOCOL_VERSIONS", "5,6");
    command.env("PLUGIN_MIN_PORT", "10000").env("PLUGIN_MAX_PORT", "25000");
    command.env("PLUGIN_CLIENT_CERT", &identity.pem);
    command
}

/// Socket and certificate of the line `1|6|unix|PATH|grpc|CERTIFICATE`.
fn parse(line: &str) -> Option<(PathBuf, Vec<u8>)> {
    let fields: Vec<&str> = line.trim_end().split('|').collect();
    match fields[..] {
        ["1", "6", "unix", socket, "grpc", certificate, ..] if !certificate.is_empty() => {
            Some((socket.into(), STANDARD_NO_PAD.decode(certificate).ok()?))
        }
        _ => None,
    }
}

fn peak(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024.0)
}

/// A provider that is killed where a comparison stops early.
struct Running(Option<Child>);

impl Running {
    fn child(&mut self) -> &mut Child {
        self.0.as_mut().expect("it was started")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        assert_eq!(parse("1|6|unix|/tmp/p|grpc|AQI\n"), Some(("/tmp/p".into(), vec![1, 2])));
        assert_eq!(parse("1|6|unix|/tmp/p|grpc|AQI|false\n"), Some(("/tmp/p".into(), vec![1, 2])));
        for line in ["", "1|6|unix|/tmp/p|grpc|\n", "1|5|unix|/tmp/p|grpc|AQI\n", "1|6|tcp|127.0.0.1:1|grpc|AQI\n"] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}

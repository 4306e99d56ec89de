//! The programs of both sides: found on PATH or built for release.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lab::root;

use crate::Error;

/// A folder below `target/peers`, made where it is missing.
pub(crate) fn place(name: &str) -> Result<PathBuf, Error> {
    let folder = root().join("target/peers").join(name);
    std::fs::create_dir_all(&folder).map_err(|source| file("create", &folder, source))?;
    Ok(folder)
}

/// A failed act on a file.
pub(crate) fn file(act: &'static str, path: &Path, source: std::io::Error) -> Error {
    Error::File { act, path: path.display().to_string(), source }
}

/// The program on PATH.
pub(crate) fn find(program: &'static str, advice: &'static str) -> Result<PathBuf, Error> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|program| program.is_file());
    found.ok_or(Error::FindProgram { program, advice })
}

/// Runs a command to its end and returns its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|source| Error::Start { program, source })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(Error::Run { command: words(command), status: output.status.to_string(), said })
}

/// Where our programs come from.
pub(crate) enum Ours {
    /// Built for release from this clone, the provider and the runtime apart: one would switch on features that the other
    /// does not ship with.
    Release,
    /// Taken as they are from a folder.
    Built(PathBuf),
}

impl Ours {
    /// The path of one program of these packages.
    pub(crate) fn program(&self, packages: &[&str], program: &str) -> Result<PathBuf, Error> {
        self.find(program, || release(packages, program, None))
    }

    /// The path of a provider, which is shipped as one static file for any Linux.
    pub(crate) fn provider(&self, package: &str, program: &str) -> Result<PathBuf, Error> {
        self.find(program, || {
            output(Command::new("rustup").args(["target", "add", STATIC]))?;
            release(&[package], program, Some(STATIC))
        })
    }

    fn find(&self, program: &str, build: impl FnOnce() -> Result<PathBuf, Error>) -> Result<PathBuf, Error> {
        match self {
            Self::Release => build(),
            Self::Built(folder) => {
                let path = folder.join(program);
                path.canonicalize().map_err(|source| file("find", &path, source))
            }
        }
    }

    /// As a setting.
    pub(crate) fn described(&self) -> String {
        match self {
            Self::Release => "cargo build --release".to_owned(),
            Self::Built(folder) => format!("as found in {}", folder.display()),
        }
    }
}

/// What a static file for Linux is built for.
const STATIC: &str =
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-musl" } else { "x86_64-unknown-linux-musl" };

/// The packages of the runtime. What the second needs, the first needs too, so that together they have the features that
/// the runtime ships with, and Burn is built once.
pub(crate) const RUNTIME: [&str; 2] = ["monai-cli", "peers-warm"];

fn release(packages: &[&str], program: &str, target: Option<&str>) -> Result<PathBuf, Error> {
    eprintln!("peers: cargo build --release --bin {program} ...");
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--release", "--bin", program]);
    // The C code of `ring` needs no header of a C library, so that the system's compiler does.
    target.iter().for_each(|target| _ = command.args(["--target", target]).env("TARGET_CC", "cc"));
    packages.iter().for_each(|package| _ = command.args(["--package", package]));
    // What the outer cargo says of this package would have cargo build again what looks at it.
    let said = std::env::vars_os().map(|(name, _)| name);
    said.filter(|name| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.to_string_lossy().starts_with(start)))
        .for_each(|name| _ = command.env_remove(name));
    command.args(["--message-format", "json-render-diagnostics"]).current_dir(root()).stderr(Stdio::inherit());
    let messages = output(&mut command)?;
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut built = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    built
        .find(|path| path.file_stem().is_some_and(|name| name == program))
        .ok_or_else(|| Error::Build { command: words(&command) })
}

/// Builds a package of `tests/peers/go` as a release of a provider is built and returns the program's path.
pub(crate) fn go(package: &str, program: &str) -> Result<PathBuf, Error> {
    let go = find("go", "install Go 1.25 or newer (https://go.dev/dl)")?;
    let program = place("go")?.join(program);
    eprintln!("peers: go build {package} ...");
    let mut command = Command::new(go);
    command.args(["build", "-trimpath", "-ldflags", "-s -w", "-o"]).arg(&program).arg(package);
    output(command.env("CGO_ENABLED", "0").current_dir(root().join("tests/peers/go")))?;
    Ok(program)
}

/// The machine as a setting.
pub(crate) fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("{}, {cores} cores", model.map_or("unknown processor", |(_, name)| name))
}

fn words(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

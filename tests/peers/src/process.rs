//! A whole process: its time and its peak memory.

use std::process::{Child, Command, Stdio};
use std::time::Instant;

use wait4::Wait4 as _;

use crate::Error;

/// What a process took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) seconds: f64,
    /// The greatest resident memory, in bytes.
    pub(crate) peak: f64,
}

/// Runs a command to its end. Its words are shown only where it fails.
pub(crate) fn run(command: &mut Command) -> Result<Cost, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let log = crate::programs::place("log")?.join("process.txt");
    let said = std::fs::File::create(&log).map_err(|source| crate::programs::file("create", &log, source))?;
    let other = said.try_clone().map_err(|source| crate::programs::file("open", &log, source))?;
    command.stdin(Stdio::null()).stdout(said).stderr(other);
    let start = Instant::now();
    let child = command.spawn().map_err(|source| Error::Start { program: program.clone(), source })?;
    let (success, status, peak) = end(child, &program)?;
    let seconds = start.elapsed().as_secs_f64();
    if success {
        return Ok(Cost { seconds, peak });
    }
    let said = std::fs::read_to_string(&log).unwrap_or_default();
    Err(Error::Run { command: program, status, said })
}

/// Waits for a process: whether it succeeded, its status in words, its greatest resident memory in bytes.
pub(crate) fn end(child: Child, program: &str) -> Result<(bool, String, f64), Error> {
    let used = child.wait4().map_err(|source| Error::Start { program: program.to_owned(), source })?;
    Ok((used.status.success(), used.status.to_string(), used.rusage.maxrss as f64))
}

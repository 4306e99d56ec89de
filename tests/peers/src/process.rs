//! A whole process: its time and its peak memory.

use std::process::{Child, Command, Stdio};
use std::time::Instant;

use wait4::Wait4 as _;

use crate::Error;

/// What a process took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) seconds: f64,
    /// The processor time of all its threads, in seconds.
    pub(crate) processor: f64,
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
    let end = end(child, &program)?;
    let seconds = start.elapsed().as_secs_f64();
    if end.success {
        return Ok(Cost { seconds, processor: end.processor, peak: end.peak });
    }
    let said = std::fs::read_to_string(&log).unwrap_or_default();
    Err(Error::Run { command: program, status: end.status, said })
}

/// How a process ended.
pub(crate) struct End {
    pub(crate) success: bool,
    /// Its status in words.
    pub(crate) status: String,
    /// The processor time of all its threads, in seconds.
    pub(crate) processor: f64,
    /// The greatest resident memory, in bytes.
    pub(crate) peak: f64,
}

/// Waits for a process.
pub(crate) fn end(child: Child, program: &str) -> Result<End, Error> {
    let used = child.wait4().map_err(|source| Error::Start { program: program.to_owned(), source })?;
    Ok(End {
        success: used.status.success(),
        status: used.status.to_string(),
        processor: (used.rusage.utime + used.rusage.stime).as_secs_f64(),
        peak: used.rusage.maxrss as f64,
    })
}

//! A warm process that works once per line of its standard input.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::error::Error;
use crate::process;

/// How long everyone rests before a turn: threads of some engines wait for more work with a processor of their own, for up to
/// 200 ms after they are done.
const REST: Duration = Duration::from_millis(300);

/// A process that has loaded its model and waits.
pub(crate) struct Warm {
    program: String,
    child: Option<Child>,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// What it said about itself.
    pub(crate) settings: Value,
}

impl Warm {
    /// Starts a process and waits until it has loaded its model.
    pub(crate) fn start(command: &mut Command) -> Result<Self, Error> {
        let program = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|source| Error::Start { program: program.clone(), source })?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut warm = Self { program, child: Some(child), input, output, settings: Value::Null };
        warm.settings = warm.read("threads")?;
        Ok(warm)
    }

    /// Has it work once; the seconds that it took, as it measured them.
    pub(crate) fn work(&mut self) -> Result<f64, Error> {
        let answer = self.answer()?;
        answer["seconds"].as_f64().ok_or_else(|| self.strange(&answer.to_string(), "seconds"))
    }

    /// Has it work once; all that it says of it.
    pub(crate) fn answer(&mut self) -> Result<Value, Error> {
        self.ask("")
    }

    /// Has it do what the line says; all that it says of it.
    pub(crate) fn ask(&mut self, line: &str) -> Result<Value, Error> {
        std::thread::sleep(REST);
        let input = self.input.as_mut().expect("it is open until the end");
        let told = input.write_all(format!("{line}\n").as_bytes()).and_then(|()| input.flush());
        told.map_err(|source| Error::Start { program: self.program.clone(), source })?;
        self.read("seconds")
    }

    /// Ends it; its greatest resident memory in bytes.
    pub(crate) fn end(mut self) -> Result<f64, Error> {
        self.input = None;
        let child = self.child.take().expect("it ends once");
        let end = process::end(child, &self.program)?;
        if end.success {
            return Ok(end.peak);
        }
        Err(Error::Run {
            command: self.program.clone(),
            status: end.status.clone(),
            said: "its words are above".to_owned(),
        })
    }

    fn read(&mut self, expected: &'static str) -> Result<Value, Error> {
        let mut line = String::new();
        let read = self.output.read_line(&mut line);
        read.map_err(|source| Error::Start { program: self.program.clone(), source })?;
        let answer: Option<Value> = serde_json::from_str(&line).ok();
        answer.filter(|answer| answer.get(expected).is_some()).ok_or_else(|| self.strange(&line, expected))
    }

    fn strange(&self, line: &str, expected: &'static str) -> Error {
        Error::ReadAnswer { program: self.program.clone(), line: line.trim_end().to_owned(), expected }
    }
}

impl Drop for Warm {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

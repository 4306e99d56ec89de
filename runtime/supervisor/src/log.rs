//! Files that a program's output goes to, rotated so that they stay bounded.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

const LARGEST: u64 = 8 << 20;
const KEPT: usize = 3;
const LINES: usize = 20;
/// A longer line is cut here, so that one line cannot fill memory.
const LONGEST_LINE: u64 = 64 << 10;

/// The output of the program: a bounded set of files and the last lines in memory.
#[derive(Clone)]
pub(crate) struct Log(Arc<Mutex<State>>);

/// The first lines that a program says, but for those of its JSON log: why it did not become ready.
#[derive(Clone, Default)]
pub(crate) struct Words(Arc<Mutex<Vec<String>>>);

impl Words {
    fn add(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() < LINES && !line.starts_with('{') {
            lines.push(line.to_owned());
        }
    }

    /// How a program ended, with its words.
    pub(crate) fn explain(&self, end: &str) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.is_empty() { end.to_owned() } else { format!("{end}; it said:\n{}", lines.join("\n")) }
    }
}

struct State {
    path: PathBuf,
    file: File,
    size: u64,
    last: VecDeque<String>,
}

impl Log {
    /// Opens `path` to be appended to.
    pub(crate) fn open(path: PathBuf) -> io::Result<Self> {
        let file = append(&path)?;
        let size = file.metadata()?.len();
        Ok(Self(Arc::new(Mutex::new(State { path, file, size, last: VecDeque::new() }))))
    }

    /// Copies lines until `source` ends, the first of them to `words` too.
    pub(crate) fn follow(&self, source: impl Read, words: &Words) {
        let mut source = BufReader::new(source);
        let mut line = Vec::new();
        loop {
            line.clear();
            match source.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {
                    let line = String::from_utf8_lossy(&line);
                    words.add(line.trim_end());
                    self.add(line.trim_end());
                }
            }
        }
    }

    /// Adds one line. A disk that is full loses the line in the file, never the program.
    pub(crate) fn add(&self, line: &str) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.last.len() == LINES {
            state.last.pop_front();
        }
        state.last.push_back(line.to_owned());
        if state.size > LARGEST
            && rotate(&state.path).is_ok()
            && let Ok(file) = append(&state.path)
        {
            state.file = file;
            state.size = 0;
        }
        if writeln!(state.file, "{line}").is_ok() {
            state.size += line.len() as u64 + 1;
        }
    }

    /// The last lines, oldest first.
    pub(crate) fn last_lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last.iter().cloned().collect()
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

fn rotate(path: &Path) -> io::Result<()> {
    let numbered = |number: usize| path.with_extension(format!("log.{number}"));
    for number in (1..KEPT).rev() {
        if numbered(number).exists() {
            fs::rename(numbered(number), numbered(number + 1))?;
        }
    }
    fs::rename(path, numbered(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stay_bounded_and_the_last_lines_are_kept() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("runtime.log");
        let log = Log::open(path.clone()).expect("the log opens");
        let line = "x".repeat(1 << 20);
        for number in 0..60 {
            log.add(&format!("{number} {line}"));
        }
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).expect("readable").flatten().map(|entry| entry.file_name()).collect();
        names.sort();
        assert_eq!(names, ["runtime.log", "runtime.log.1", "runtime.log.2", "runtime.log.3"]);
        let last = log.last_lines();
        assert_eq!(last.len(), LINES);
        assert!(last.last().is_some_and(|line| line.starts_with("59 ")));
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = Log::open(folder.path().join("runtime.log")).expect("the log opens");
        log.follow(io::repeat(b'x').take(3 * LONGEST_LINE), &Words::default());
        assert_eq!(log.last_lines().len(), 3);
    }
}

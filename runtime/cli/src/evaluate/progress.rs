//! How far an evaluation is: a bar on a terminal, a line per case elsewhere, always on standard error.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use console::Term;
use monai_evaluation::Dataset;
use monai_evaluation::evaluation::Event;

/// Characters of the bar.
const BAR: usize = 30;

pub(super) struct Progress {
    term: Option<Term>,
    begun: Instant,
    cases: usize,
    names: Option<Vec<String>>,
    done: Mutex<usize>,
}

impl Progress {
    /// `names`: whether cases are called by the names of their files.
    pub(super) fn start(dataset: &Dataset, names: bool) -> Progress {
        let term = Term::stderr();
        let progress = Progress {
            term: term.is_term().then_some(term),
            begun: Instant::now(),
            cases: dataset.cases.len(),
            names: names.then(|| dataset.cases.iter().map(|case| case.name().replace(char::is_control, " ")).collect()),
            done: Mutex::new(0),
        };
        progress.bar(0);
        progress
    }

    /// Called from several threads.
    pub(super) fn tell(&self, number: usize, event: Event<'_>) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Started => {}
            Event::Finished { took, kept } => {
                *done += 1;
                if self.term.is_none() {
                    let how = if kept { "kept".to_owned() } else { format!("done in {:.1} s", took.as_secs_f64()) };
                    self.line(number, &how);
                }
            }
            Event::Failed { reason } => {
                *done += 1;
                self.line(number, reason);
            }
        }
        self.bar(*done);
    }

    pub(super) fn end(&self) {
        if let Some(term) = &self.term {
            // A terminal that is gone is no reason to stop.
            let _ = term.clear_line();
        }
    }

    fn line(&self, number: usize, text: &str) {
        self.end();
        let name = self.names.as_ref().map_or_else(String::new, |names| format!(" ({})", names[number - 1]));
        eprintln!("monai: case {number} of {}{name}: {text}", self.cases);
    }

    fn bar(&self, done: usize) {
        let Some(term) = &self.term else { return };
        let full = BAR * done / self.cases;
        let bar = "#".repeat(full) + &"-".repeat(BAR - full);
        let _ = term.clear_line();
        let _ = term.write_str(&format!("[{bar}] {done}/{} {} s", self.cases, self.begun.elapsed().as_secs()));
    }
}

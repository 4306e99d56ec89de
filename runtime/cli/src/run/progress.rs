//! How far a batch is: a bar on a terminal, a line per image elsewhere, always on standard error.

use std::path::Path;
use std::time::{Duration, Instant};

use console::{Term, truncate_str};

use crate::Error;

/// Characters of the bar.
const BAR: usize = 30;

pub(super) struct Progress {
    term: Option<Term>,
    begun: Instant,
    total: usize,
    started: usize,
}

impl Progress {
    pub(super) fn start(total: usize) -> Progress {
        let term = Term::stderr();
        Progress { term: term.is_term().then_some(term), begun: Instant::now(), total, started: 0 }
    }

    pub(super) fn next(&mut self, image: &Path) {
        self.started += 1;
        let (number, total, image) = (self.started, self.total, image.display());
        let Some(term) = &self.term else {
            eprintln!("monai: image {number} of {total}: {image}");
            return;
        };
        let full = BAR * (number - 1) / total;
        let bar = "#".repeat(full) + &"-".repeat(BAR - full);
        let line = format!("[{bar}] {number}/{total} {} s  {image}", self.begun.elapsed().as_secs());
        let width = usize::from(term.size().1).saturating_sub(1);
        // A terminal that is gone is no reason to stop.
        let _ = term.clear_line().and_then(|()| term.write_str(&truncate_str(&line, width, "...")));
    }

    pub(super) fn done(&self, outcome: Result<Duration, Error>) {
        if let Some(term) = &self.term {
            let _ = term.clear_line();
        }
        match outcome {
            Ok(took) if self.term.is_none() => {
                let (number, total) = (self.started, self.total);
                eprintln!("monai: image {number} of {total}: done in {:.1} s", took.as_secs_f64());
            }
            Ok(_) => {}
            Err(error) => eprintln!("monai: {error}"),
        }
    }
}

//! The counts of a run and its last line.

use std::fmt;

/// What became of one check.
pub(crate) enum Outcome {
    /// It ran; the numbers count single tests.
    Ran { passed: usize, failed: usize },
    /// It belongs to another tier or its built tool is not in the cache.
    NotRun { why: String },
}

/// The outcomes of all checks, in order.
#[derive(Default)]
pub(crate) struct Tally {
    rows: Vec<(&'static str, Outcome)>,
}

impl Tally {
    /// Adds one check's outcome and tells about it on stderr.
    pub(crate) fn add(&mut self, name: &'static str, outcome: Outcome) {
        match &outcome {
            Outcome::Ran { passed, failed } => eprintln!("verify: {name}: {passed} passed, {failed} failed"),
            Outcome::NotRun { why } => eprintln!("verify: {name}: NOT RUN, {why}"),
        }
        self.rows.push((name, outcome));
    }

    /// Whether nothing failed.
    pub(crate) fn succeeded(&self) -> bool {
        self.rows.iter().all(|(_, outcome)| !matches!(outcome, Outcome::Ran { failed, .. } if *failed > 0))
    }

    /// One line per check, for the record.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.rows.iter().map(|(name, outcome)| match outcome {
            Outcome::Ran { passed, failed } => format!("{name}: {passed} passed, {failed} failed"),
            Outcome::NotRun { why } => format!("{name}: NOT RUN, {why}"),
        })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut passed, mut failed, mut skipped) = (0, 0, Vec::new());
        for (name, outcome) in &self.rows {
            match outcome {
                Outcome::Ran { passed: p, failed: q } => {
                    passed += p;
                    failed += q;
                }
                Outcome::NotRun { .. } => skipped.push(*name),
            }
        }
        write!(f, "{passed} passed, {failed} failed, {} NOT RUN", skipped.len())?;
        if !skipped.is_empty() {
            write!(f, " ({})", skipped.join(", "))?;
        }
        Ok(())
    }
}

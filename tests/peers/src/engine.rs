//! The engine on the CPU beside MONAI: whole processes, bundles end to end, networks alone, and what is known beforehand.

use std::cell::RefCell;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use crate::error::Error;
use crate::measure::Patience;
use crate::programs::{Ours, machine};
use crate::python::Python;
use crate::report::{Report, Row};
use crate::zoo::{Place, Subject};
use crate::{end_to_end, estimates, forward, transforms, whole};

/// How many threads each side has.
pub(crate) const THREADS: &str = "2";

/// Of the turns of one image from file to file, by a warm process or a whole one.
pub(crate) const PATIENCE: Patience = Patience { all: 100.0, short: 3.0, long: 10.0 };

/// Name and text.
pub(crate) type Setting = (&'static str, String);

/// What every family of rows needs.
pub(crate) struct Bench<'a> {
    /// How often each side runs, after one run that is not counted.
    pub(crate) runs: usize,
    pub(crate) python: &'a Python,
    pub(crate) programs: &'a Ours,
    names: &'a [String],
    /// The subjects that this run has made: some belong to several rows.
    made: RefCell<Vec<(Subject, Place)>>,
}

impl Bench<'_> {
    /// Whether the row of this name is to be measured.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|wanted| wanted == name)
    }

    /// Where this subject lies.
    pub(crate) fn place(&self, subject: Subject) -> Result<Place, Error> {
        if let Some((_, place)) = self.made.borrow().iter().find(|(made, _)| *made == subject) {
            return Ok(place.clone());
        }
        let place = subject.make(self.python)?;
        self.made.borrow_mut().push((subject, place.clone()));
        Ok(place)
    }
}

/// Measures some rows; the settings that they need, and their figures.
type Measure = fn(&Bench<'_>) -> Result<(Vec<Setting>, Vec<Row>), Error>;

/// The names of some rows, and what measures those that are wanted.
fn families() -> [(Vec<&'static str>, Measure); 5] {
    [
        (whole::names().collect(), whole::run),
        (end_to_end::names().collect(), end_to_end::run),
        (forward::names().collect(), forward::run),
        (vec![estimates::NAME], estimates::run),
        (vec![transforms::NAME], transforms::run),
    ]
}

/// Measures the rows of these names on both sides, or all where none is given, and publishes the comparison `engine`.
pub(crate) fn run(runs: usize, names: &[String], programs: &Ours, python: Option<PathBuf>) -> Result<(), Error> {
    let families = families();
    let known = || families.iter().flat_map(|(names, _)| names);
    if let Some(strange) = names.iter().find(|name| !known().any(|known| known == name)) {
        let known = known().copied().collect::<Vec<_>>().join(", ");
        return Err(Error::FindCase { found: strange.clone(), known });
    }
    let python = Python::find(python)?;
    let bench = Bench { runs, python: &python, programs, names, made: RefCell::default() };
    let started = Instant::now();
    let mut rows = Vec::new();
    let mut settings = vec![
        ("machine", machine()),
        (
            "runs",
            format!(
                "{runs} of each side in turn, more where they are short, after one that is not counted; medians; files in the \
                 page cache"
            ),
        ),
        (
            "",
            "of bundles, networks and transforms that take long fewer, one where it takes minutes, and the first one counts"
                .to_owned(),
        ),
        ("peer", format!("{}, {THREADS} threads, on the CPU", python.versions)),
    ];
    for (names, measure) in families {
        if names.iter().any(|name| bench.wants(name)) {
            let (more, found) = measure(&bench)?;
            settings.extend(more);
            rows.extend(found);
        }
    }
    settings.push(("took", format!("{:.0} minutes", started.elapsed().as_secs_f64() / 60.0)));
    Report { name: "engine", settings, rows }.publish()
}

/// Leaves the peer the CPU and the threads that ours has.
pub(crate) fn alone(command: &mut Command) {
    command.env("CUDA_VISIBLE_DEVICES", "").env("OMP_NUM_THREADS", THREADS).env("MKL_NUM_THREADS", THREADS);
    command.env("PYTHONWARNINGS", "ignore");
}

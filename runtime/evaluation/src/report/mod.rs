//! What an evaluation found, as a table, as JSON and as one HTML file.

mod confusion;
mod difference;
mod html;
mod json;
mod picture;
mod plane;
mod section;
mod summary;
mod table;

use serde::Serialize;

pub use confusion::Confusion;
pub use difference::{Change, Difference, Row as DifferenceRow};
pub use picture::Picture;
pub use summary::{Row, Summary};

use crate::evaluation::{CaseResult, Results};
use crate::segmentation::Conventions;
use crate::threshold::{Threshold, Verdict};
use crate::{Class, Dataset, Metric, metric};

/// A model as a report names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The bundle's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its digest.
    pub digest: String,
    /// How the factors of its network's products were held.
    pub precision: String,
    /// What lets it answer otherwise than the bundle by itself: other config files, items that were set, the device and mirrored
    /// axes where they are not the usual ones.
    pub changes: Vec<String>,
}

/// What a report is made of.
pub struct Subject<'a> {
    /// The model.
    pub model: Named,
    /// The one that it was compared with.
    pub against: Option<Named>,
    /// The version of the runtime that ran them.
    pub runtime_version: String,
    /// The cases.
    pub dataset: &'a Dataset,
    /// The classes of the models.
    pub classes: &'a [Class],
    /// Which of MONAI's conventions held.
    pub conventions: Conventions,
    /// What the model must reach.
    pub thresholds: &'a [Threshold],
    /// How many of the worst cases are named.
    pub worst: usize,
    /// Whether cases are called by the names of their files, which may name patients.
    pub names: bool,
}

/// A finished evaluation. Without [`Subject::names`] no name of a file is in it.
pub struct Report {
    model: Named,
    against: Option<Named>,
    runtime_version: String,
    section: String,
    classes: Vec<Class>,
    conventions: Conventions,
    metrics: Vec<Metric>,
    cases: Vec<CaseResult>,
    names: Option<Vec<String>>,
    summary: Summary,
    confusion: Option<Confusion>,
    difference: Option<Difference>,
    verdicts: Vec<Verdict>,
    pictures: Vec<(usize, Picture)>,
}

impl Report {
    /// Puts the results of a dataset together.
    pub fn new(subject: &Subject<'_>, results: Results) -> Report {
        let Results { cases, pictures } = results;
        let summary = Summary::of(&cases, subject.classes, subject.dataset.is_classified(), subject.worst);
        Report {
            model: subject.model.clone(),
            against: subject.against.clone(),
            runtime_version: subject.runtime_version.clone(),
            section: subject.dataset.section.clone(),
            classes: subject.classes.to_vec(),
            conventions: subject.conventions,
            metrics: metric::list(subject.dataset.is_classified()),
            names: subject.names.then(|| subject.dataset.cases.iter().map(|case| case.name()).collect()),
            confusion: Confusion::of(&cases, subject.classes),
            difference: Difference::of(&cases, subject.classes),
            verdicts: subject.thresholds.iter().map(|threshold| threshold.judge(&summary)).collect(),
            summary,
            cases,
            pictures,
        }
    }

    /// How many cases failed.
    pub fn failed(&self) -> usize {
        self.cases.iter().filter(|case| case.outcome.is_err()).count()
    }

    /// Whether all thresholds are met.
    pub fn is_met(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.met)
    }

    /// What a case is called.
    fn case_name(&self, number: usize) -> String {
        self.names.as_ref().map_or_else(|| number.to_string(), |names| names[number - 1].clone())
    }

    /// What a class is called.
    fn class_name(&self, number: u16) -> &str {
        self.classes.iter().find(|class| class.number == number).map_or("", |class| &class.name)
    }
}

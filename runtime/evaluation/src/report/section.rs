//! The tables of a report, for text and HTML alike.

use super::{Change, DifferenceRow, Report, Row, Summary};
use crate::{Metric, Statistics, Unit};

/// Classes up to which the whole confusion matrix is a table; JSON always has it.
const MATRIX: usize = 16;

/// One table.
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
    /// Columns that hold words, not numbers.
    pub(super) words: usize,
}

impl Section {
    fn new<const N: usize>(title: &'static str, words: usize, columns: [&str; N]) -> Section {
        Section { title, words, columns: columns.map(str::to_owned).to_vec(), rows: Vec::new() }
    }
}

impl Report {
    /// What the report is about, as words with their values.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let named = |model: &super::Named| {
            let changes: String = model.changes.iter().map(|change| format!(", {change}")).collect();
            format!("{} {} {} in {}{changes}", model.name, model.version, model.digest, model.precision)
        };
        let mut facts = vec![("model", named(&self.model))];
        facts.extend(self.against.as_ref().map(|against| ("against", named(against))));
        facts.push(("runtime", self.runtime_version.clone()));
        facts.push(("cases", format!("{} of `{}`, {} failed", self.cases.len(), self.section, self.failed())));
        facts
    }

    /// All tables that have rows.
    pub(super) fn sections(&self) -> Vec<Section> {
        let mut sections = vec![self.threshold_table(), self.failure_table(), self.case_table()];
        sections.extend(self.summary_tables());
        sections.extend(self.confusion_tables());
        sections.extend(self.difference_tables());
        sections.retain(|section| !section.rows.is_empty());
        sections
    }

    /// What each metric says.
    pub(super) fn definitions(&self) -> Section {
        let mut section = Section::new("Metrics", 4, ["metric", "unit", "better", "text"]);
        let row = |metric: &Metric| {
            [metric.name, unit(metric), &metric.better.to_string(), metric.text].map(str::to_owned).to_vec()
        };
        section.rows.extend(self.metrics.iter().map(row));
        section
    }

    fn threshold_table(&self) -> Section {
        let mut section = Section::new("Thresholds", 1, ["threshold", "found", "met"]);
        section.rows.extend(self.verdicts.iter().map(|verdict| {
            let met = if verdict.met { "yes" } else { "NO" };
            vec![verdict.text.clone(), number(verdict.found, 4), met.to_owned()]
        }));
        section
    }

    fn failure_table(&self) -> Section {
        let mut section = Section::new("Failed", 2, ["case", "why"]);
        let failed = self.cases.iter().filter_map(|case| Some((case.number, case.outcome.as_ref().err()?)));
        section.rows.extend(failed.map(|(case, reason)| vec![self.case_name(case), reason.clone()]));
        section
    }

    /// Each case: the means over its classes, or what a classifier answered.
    fn case_table(&self) -> Section {
        let scores = || self.cases.iter().filter_map(|case| Some((case.number, &case.outcome.as_ref().ok()?.model)));
        if let Summary::Classification { .. } = self.summary {
            let mut section = Section::new("Cases", 3, ["case", "truth", "answer", "score"]);
            section.rows.extend(scores().filter_map(|(case, scores)| {
                let (classified, name) = (scores.classification()?, |place: usize| self.classes[place].name.clone());
                let answer = classified.answer();
                let score = number(classified.scores[answer], 4);
                Some(vec![self.case_name(case), name(classified.truth), name(answer), score])
            }));
            return section;
        }
        let mut section = Section::new("Cases, means over the classes", 1, ["case"]);
        section.columns.extend(self.metrics.iter().map(|metric| metric.name.to_owned()));
        section.rows.extend(scores().filter_map(|(case, scores)| {
            let segmentation = scores.segmentation()?;
            let values = self.metrics.iter().enumerate().map(|(index, metric)| shown(segmentation.mean(index), metric));
            Some([self.case_name(case)].into_iter().chain(values).collect())
        }));
        section
    }

    fn summary_tables(&self) -> Vec<Section> {
        match &self.summary {
            Summary::Segmentation(rows) => {
                let columns = [
                    "metric",
                    "class",
                    "mean",
                    "std",
                    "median",
                    "quartile 1",
                    "quartile 3",
                    "min",
                    "max",
                    "cases",
                    "undefined",
                    "worst",
                ];
                let mut section = Section::new("Summary", 2, columns);
                let scored = self.cases.iter().any(|case| case.outcome.is_ok());
                section.rows.extend(rows.iter().filter(|_| scored).flat_map(|row| self.statistics_rows(row)));
                vec![section]
            }
            Summary::Classification { classes, values } => {
                let mut section = Section::new("Summary", 2, ["metric", "class", "value"]);
                for (metric, values) in values {
                    section.rows.push(vec![metric.name.to_owned(), "all".to_owned(), shown(values.all, metric)]);
                    let defined = classes.iter().zip(&values.classes).filter(|(_, value)| !value.is_nan());
                    section.rows.extend(defined.map(|(class, value)| {
                        vec![String::new(), self.class_name(*class).to_owned(), shown(*value, metric)]
                    }));
                }
                vec![section]
            }
        }
    }

    fn statistics_rows(&self, row: &Row) -> Vec<Vec<String>> {
        let metric = &row.metric;
        let cells = |first: &str, class: &str, found: &Statistics| {
            let values =
                [found.mean, found.std, found.median, found.quartile_1, found.quartile_3, found.min, found.max];
            let worst: Vec<String> = found.worst.iter().map(|case| self.case_name(*case)).collect();
            let mut cells = vec![first.to_owned(), class.to_owned()];
            cells.extend(values.iter().map(|value| shown(value.0, metric)));
            cells.extend([found.cases.to_string(), found.undefined.to_string(), worst.join(" ")]);
            cells
        };
        let all = cells(&titled(metric), "all", &row.all);
        let classes = row.classes.iter().map(|(class, found)| cells("", self.class_name(*class), found));
        [all].into_iter().chain(classes).collect()
    }

    fn confusion_tables(&self) -> Vec<Section> {
        let Some(confusion) = &self.confusion else { return Vec::new() };
        let names = || confusion.classes.iter().map(|class| self.class_name(*class).to_owned());
        let columns =
            ["class", "true", "answered", "both", "sensitivity", "specificity", "precision", "f1", "accuracy"];
        let mut derived = Section::new("Confusion over all cases, each class against the rest", 1, columns);
        derived.rows.extend(names().enumerate().map(|(place, name)| {
            let counts = confusion.counts(place);
            let figures =
                [counts.sensitivity(), counts.specificity(), counts.precision(), counts.f1(), counts.accuracy()];
            let mut cells = vec![name];
            cells.extend([counts.truth(), counts.answered(), counts.true_positive].map(|count| count.to_string()));
            cells.extend(figures.map(|figure| number(figure, 4)));
            cells
        }));
        let mut matrix = Section::new("Confusion over all cases, true by answered", 1, ["true"]);
        if confusion.classes.len() <= MATRIX {
            matrix.columns.extend(names());
            matrix.rows.extend(
                names().zip(confusion.cells.chunks(confusion.classes.len())).map(|(name, row)| {
                    [name].into_iter().chain(row.iter().map(u64::to_string)).collect::<Vec<String>>()
                }),
            );
        }
        vec![derived, matrix]
    }

    fn difference_tables(&self) -> Vec<Section> {
        let Some(difference) = &self.difference else { return Vec::new() };
        let changed = |change: &Change, digits: usize| {
            let case = change.case.map_or_else(|| "-".to_owned(), |case| self.case_name(case));
            [number(change.mean.0, digits), number(change.worst.0, digits), case, change.cases.to_string()]
        };
        let columns = ["metric", "class", "mean", "worst", "case", "cases"];
        let mut rows = Section::new("Difference, the model less the other", 2, columns);
        rows.rows.extend(difference.rows.iter().flat_map(|row: &DifferenceRow| {
            let line = |first: String, class: &str, change| {
                [first, class.to_owned()].into_iter().chain(changed(change, 4)).collect::<Vec<String>>()
            };
            let all = line(titled(&row.metric), "all", &row.all);
            let classes = row.classes.iter().map(|(class, found)| line(String::new(), self.class_name(*class), found));
            [all].into_iter().chain(classes).collect::<Vec<_>>()
        }));
        let mut agreement = Section::new("Agreement of the two models", 1, ["of", "mean", "worst", "case", "cases"]);
        let line = |first: String, change| [first].into_iter().chain(changed(change, 6)).collect::<Vec<String>>();
        let what =
            if self.difference_is_of_voxels() { "voxels with another class" } else { "cases with another answer" };
        agreement.rows.extend(difference.differing.as_ref().map(|change| line(format!("share of {what}"), change)));
        agreement.rows.extend(
            difference
                .agreement
                .iter()
                .map(|(class, change)| line(format!("Dice of {}", self.class_name(*class)), change)),
        );
        vec![rows, agreement]
    }

    fn difference_is_of_voxels(&self) -> bool {
        matches!(self.summary, Summary::Segmentation(_))
    }
}

fn unit(metric: &Metric) -> &'static str {
    match metric.unit {
        Unit::Share => "share",
        Unit::Mm => "mm",
    }
}

/// A metric's name, with its unit where it has one.
fn titled(metric: &Metric) -> String {
    match metric.unit {
        Unit::Share => metric.name.to_owned(),
        Unit::Mm => format!("{} mm", metric.name),
    }
}

/// A value of a metric: shares with four digits, millimetres with two.
fn shown(value: f64, metric: &Metric) -> String {
    number(value, if metric.unit == Unit::Mm { 2 } else { 4 })
}

fn number(value: f64, digits: usize) -> String {
    match value {
        nan if nan.is_nan() => "-".to_owned(),
        f64::INFINITY => "inf".to_owned(),
        f64::NEG_INFINITY => "-inf".to_owned(),
        finite => format!("{finite:.digits$}"),
    }
}

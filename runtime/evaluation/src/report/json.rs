use serde_json::{Map, Value, json};

use super::{DifferenceRow, Report, Summary};
use crate::classification::Values;
use crate::metrics::Counts;
use crate::report::Change;
use crate::{CaseScores, Score, Segmentation, Statistics};

impl Report {
    /// All of it as one JSON document. A value that is not defined is null, an infinite one `"inf"`.
    pub fn json(&self) -> Value {
        let mut document = json!({
            "model": self.model,
            "against": self.against,
            "runtime_version": self.runtime_version,
            "section": self.section,
            "conventions": self.conventions,
            "classes": self.classes,
            "metrics": self.metrics,
            "failed": self.failed(),
            "cases": self.cases.iter().map(|case| {
                let mut object = match &case.outcome {
                    Ok(scores) => self.case(scores),
                    Err(reason) => object([("error", json!(reason))]),
                };
                object.insert("case".into(), json!(case.number));
                if self.names.is_some() {
                    object.insert("name".into(), json!(self.case_name(case.number)));
                }
                Value::Object(object)
            }).collect::<Vec<_>>(),
            "summary": self.summary(),
            "confusion": self.confusion.as_ref().map(|confusion| json!({
                "true_by_answered": confusion.cells.chunks(confusion.classes.len()).collect::<Vec<_>>(),
                "classes": confusion.classes.iter().enumerate().map(|(place, class)| {
                    let counts = confusion.counts(place);
                    let mut row = derived(&counts);
                    row.insert("class".into(), json!(class));
                    row.insert("counts".into(), json!(counts));
                    Value::Object(row)
                }).collect::<Vec<_>>(),
            })),
            "thresholds": self.verdicts.iter().map(|verdict| json!({
                "text": verdict.text, "found": Score(verdict.found), "met": verdict.met,
            })).collect::<Vec<_>>(),
        });
        if let (Some(difference), Value::Object(document)) = (&self.difference, &mut document) {
            let by_class = |changes: &[(u16, Change)]| -> Vec<Value> { changes.iter().map(with_class).collect() };
            let row = |row: &DifferenceRow| {
                (row.metric.name.to_owned(), json!({"all": row.all, "classes": by_class(&row.classes)}))
            };
            let rows: Map<String, Value> = difference.rows.iter().map(row).collect();
            document.insert(
                "difference".into(),
                json!({
                    "metrics": rows,
                    "differing": difference.differing,
                    "agreement": by_class(&difference.agreement),
                }),
            );
        }
        document
    }

    fn case(&self, scores: &CaseScores) -> Map<String, Value> {
        if let Some(classified) = scores.model.classification() {
            let number = |place: usize| self.classes[place].number;
            return object([
                ("truth", json!(number(classified.truth))),
                ("answer", json!(number(classified.answer()))),
                ("scores", json!(classified.scores)),
                ("against", json!(scores.against.as_ref().and_then(|against| Some(&against.classification()?.scores)))),
            ]);
        }
        let mut case = scores.model.segmentation().map_or_else(Map::new, |model| self.segmentation(model));
        if let Some(against) = scores.against.as_ref().and_then(|against| against.segmentation()) {
            case.insert("against".into(), Value::Object(self.segmentation(against)));
        }
        if let Some(agreement) = &scores.agreement {
            case.insert("agreement".into(), json!(agreement));
        }
        case
    }

    fn segmentation(&self, case: &Segmentation) -> Map<String, Value> {
        let values = |value: &dyn Fn(usize) -> Score| -> Map<String, Value> {
            self.metrics
                .iter()
                .enumerate()
                .map(|(index, metric)| (metric.name.to_owned(), json!(value(index))))
                .collect()
        };
        let classes = case.classes.iter().map(|class| {
            let mut row = values(&|index| class.values[index]);
            row.insert("class".into(), json!(class.class));
            row.insert("counts".into(), json!(class.counts));
            row.insert("truth_volume".into(), json!(class.counts.truth() as f64 * case.voxel_size));
            row.insert("answer_volume".into(), json!(class.counts.answered() as f64 * case.voxel_size));
            Value::Object(row)
        });
        let classes: Vec<Value> = classes.collect();
        object([("all", Value::Object(values(&|index| Score(case.mean(index))))), ("classes", Value::Array(classes))])
    }

    fn summary(&self) -> Value {
        let statistics = |(class, statistics): &(u16, Statistics)| with_class(&(*class, statistics.clone()));
        match &self.summary {
            Summary::Segmentation(rows) => rows
                .iter()
                .map(|row| {
                    let classes: Vec<Value> = row.classes.iter().map(statistics).collect();
                    (row.metric.name.to_owned(), json!({"all": row.all, "classes": classes}))
                })
                .collect::<Map<_, _>>()
                .into(),
            Summary::Classification { classes, values } => values
                .iter()
                .map(|(metric, values)| (metric.name.to_owned(), classified(classes, values)))
                .collect::<Map<_, _>>()
                .into(),
        }
    }
}

fn classified(classes: &[u16], values: &Values) -> Value {
    let pairs = classes.iter().zip(&values.classes);
    let classes: Vec<Value> = pairs.map(|(class, value)| json!({"class": class, "value": Score(*value)})).collect();
    json!({"all": Score(values.all), "classes": classes})
}

/// The figures of a confusion matrix.
fn derived(counts: &Counts) -> Map<String, Value> {
    object([
        ("sensitivity", json!(Score(counts.sensitivity()))),
        ("specificity", json!(Score(counts.specificity()))),
        ("precision", json!(Score(counts.precision()))),
        ("f1", json!(Score(counts.f1()))),
        ("accuracy", json!(Score(counts.accuracy()))),
    ])
}

fn with_class<T: serde::Serialize>((class, value): &(u16, T)) -> Value {
    let mut row = object([("class", json!(class))]);
    if let Value::Object(fields) = json!(value) {
        row.extend(fields);
    }
    Value::Object(row)
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

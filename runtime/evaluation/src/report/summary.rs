use crate::classification::{Classified, Values};
use crate::evaluation::CaseResult;
use crate::metric::{CLASSIFICATION, SEGMENTATION};
use crate::{Class, ClassifiedCase, Metric, Segmentation, Statistics};

/// The values of all cases together.
#[derive(Debug, Clone, PartialEq)]
pub enum Summary {
    /// Of segmentations: each metric over the cases.
    Segmentation(Vec<Row>),
    /// Of a classifier: each metric of the dataset.
    Classification {
        /// Numbers of the classes, as the values have them.
        classes: Vec<u16>,
        /// The metrics.
        values: Vec<(Metric, Values)>,
    },
}

/// One metric over the cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The metric.
    pub metric: Metric,
    /// The means over the classes of each case (MONAI's reduction `mean`).
    pub all: Statistics,
    /// Each class by its number (MONAI's reduction `mean_batch`).
    pub classes: Vec<(u16, Statistics)>,
}

impl Summary {
    /// Of the cases that did not fail, with the `worst` of each metric.
    pub(super) fn of(cases: &[CaseResult], classes: &[Class], classified: bool, worst: usize) -> Summary {
        let scores = || cases.iter().filter_map(|case| Some((case.number, &case.outcome.as_ref().ok()?.model)));
        if classified {
            let classified: Vec<&ClassifiedCase> = scores().filter_map(|(_, scores)| scores.classification()).collect();
            let classified = Classified::new(classified, classes.len());
            let values = CLASSIFICATION.iter().map(|measure| (measure.metric, (measure.compute)(&classified)));
            return Summary::Classification {
                values: values.collect(),
                classes: classes.iter().map(|class| class.number).collect(),
            };
        }
        let cases: Vec<(usize, &Segmentation)> =
            scores().filter_map(|(number, scores)| Some((number, scores.segmentation()?))).collect();
        let scored: Vec<u16> =
            cases.first().map_or_else(Vec::new, |(_, first)| first.classes.iter().map(|class| class.class).collect());
        let rows = SEGMENTATION.iter().enumerate().map(|(index, measure)| {
            let metric = measure.metric;
            let all = cases.iter().map(|(number, case)| (*number, case.mean(index)));
            let of_class =
                |place: usize| cases.iter().map(move |(number, case)| (*number, case.classes[place].values[index].0));
            let class = |(place, class): (usize, &u16)| (*class, Statistics::of(of_class(place), metric.better, worst));
            Row {
                metric,
                all: Statistics::of(all, metric.better, worst),
                classes: scored.iter().enumerate().map(class).collect(),
            }
        });
        Summary::Segmentation(rows.collect())
    }

    /// The mean of a metric over classes and cases, or over the cases of one class; NaN where there is none.
    pub fn value(&self, metric: &Metric, class: Option<u16>) -> f64 {
        let found = match self {
            Summary::Segmentation(rows) => rows.iter().find(|row| row.metric.name == metric.name).and_then(|row| {
                let statistics = class.map_or(Some(&row.all), |class| {
                    row.classes.iter().find(|(number, _)| *number == class).map(|(_, statistics)| statistics)
                });
                statistics.map(|statistics| statistics.mean.0)
            }),
            Summary::Classification { classes, values } => {
                values.iter().find(|(known, _)| known.name == metric.name).and_then(|(_, values)| match class {
                    None => Some(values.all),
                    Some(class) => {
                        classes.iter().position(|number| *number == class).map(|place| values.classes[place])
                    }
                })
            }
        };
        found.unwrap_or(f64::NAN)
    }
}

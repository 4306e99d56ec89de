use serde::Serialize;

use crate::classification::{Classified, Values};
use crate::evaluation::CaseResult;
use crate::metric::{CLASSIFICATION, SEGMENTATION};
use crate::statistics::mean;
use crate::{Better, CaseScores, Class, ClassifiedCase, Metric, Score, Segmentation};

/// What the model reached beyond the one that it was compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// By metric: the model's value less the other's.
    pub rows: Vec<Row>,
    /// Share of the voxels with another class, or of the cases with another answer; none where classes may overlap.
    pub differing: Option<Change>,
    /// By class, Dice of the one model's answers against the other's.
    pub agreement: Vec<(u16, Change)>,
}

/// One metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The metric.
    pub metric: Metric,
    /// Over all classes.
    pub all: Change,
    /// By class.
    pub classes: Vec<(u16, Change)>,
}

/// A value over the cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The mean of the cases that have it on both sides.
    pub mean: Score,
    /// That of the case that is worst.
    pub worst: Score,
    /// The case that is worst; none for a metric of the dataset.
    pub case: Option<usize>,
    /// Cases that have it on both sides.
    pub cases: usize,
}

impl Difference {
    /// Of the cases that did not fail; none where there was no other model.
    pub(super) fn of(cases: &[CaseResult], classes: &[Class]) -> Option<Difference> {
        let both: Vec<(usize, &CaseScores)> = cases
            .iter()
            .filter_map(|case| Some((case.number, case.outcome.as_ref().ok()?)))
            .filter(|(_, scores)| scores.against.is_some())
            .collect();
        let segmented: Vec<(usize, &Segmentation, &Segmentation)> = both
            .iter()
            .filter_map(|(case, scores)| {
                Some((*case, scores.model.segmentation()?, scores.against.as_ref()?.segmentation()?))
            })
            .collect();
        let classified: Vec<(usize, &ClassifiedCase, &ClassifiedCase)> = both
            .iter()
            .filter_map(|(case, scores)| {
                Some((*case, scores.model.classification()?, scores.against.as_ref()?.classification()?))
            })
            .collect();
        match (segmented.is_empty(), classified.is_empty()) {
            (false, _) => Some(of_segmentations(&both, &segmented, classes)),
            (_, false) => Some(of_classifications(&classified, classes)),
            _ => None,
        }
    }
}

fn of_segmentations(
    both: &[(usize, &CaseScores)],
    segmented: &[(usize, &Segmentation, &Segmentation)],
    classes: &[Class],
) -> Difference {
    let rows = SEGMENTATION.iter().enumerate().map(|(index, measure)| {
        let better = measure.metric.better;
        let all = segmented.iter().map(|(case, left, right)| (*case, minus(left.mean(index), right.mean(index))));
        let of_class = |place: usize| {
            segmented.iter().map(move |(case, left, right)| {
                (*case, minus(left.classes[place].values[index].0, right.classes[place].values[index].0))
            })
        };
        let scored = segmented[0].1.classes.iter().enumerate();
        Row {
            metric: measure.metric,
            all: Change::of(all, better),
            classes: scored.map(|(place, class)| (class.class, Change::of(of_class(place), better))).collect(),
        }
    });
    let agreement = |(place, class): (usize, &Class)| {
        let dice = both.iter().filter_map(|(case, scores)| Some((*case, scores.agreement.as_ref()?.classes[place])));
        (class.number, Change::of(dice, Better::Higher))
    };
    let differing = both.iter().map(|(case, scores)| Some((*case, scores.agreement.as_ref()?.differing?.0)));
    let differing: Option<Vec<(usize, f64)>> = differing.collect();
    Difference {
        rows: rows.collect(),
        differing: differing.map(|differing| Change::of(differing, Better::Lower)),
        agreement: classes.iter().enumerate().map(agreement).collect(),
    }
}

fn of_classifications(classified: &[(usize, &ClassifiedCase, &ClassifiedCase)], classes: &[Class]) -> Difference {
    let left = Classified::new(classified.iter().map(|(_, left, _)| *left).collect(), classes.len());
    let right = Classified::new(classified.iter().map(|(_, _, right)| *right).collect(), classes.len());
    let rows = CLASSIFICATION.iter().map(|measure| {
        let (left, right): (Values, Values) = ((measure.compute)(&left), (measure.compute)(&right));
        let whole = |left: f64, right: f64| {
            let change = Score(minus(left, right));
            Change { mean: change, worst: change, case: None, cases: classified.len() }
        };
        let pairs = classes.iter().zip(left.classes.iter().zip(&right.classes));
        Row {
            metric: measure.metric,
            all: whole(left.all, right.all),
            classes: pairs.map(|(class, (left, right))| (class.number, whole(*left, *right))).collect(),
        }
    });
    let differing =
        classified.iter().map(|(case, left, right)| (*case, if left.answer() == right.answer() { 0.0 } else { 1.0 }));
    Difference { rows: rows.collect(), differing: Some(Change::of(differing, Better::Lower)), agreement: Vec::new() }
}

/// The difference, where equal infinities do not differ.
fn minus(left: f64, right: f64) -> f64 {
    if left == right { 0.0 } else { left - right }
}

impl Change {
    fn of(values: impl IntoIterator<Item = (usize, f64)>, better: Better) -> Change {
        let defined: Vec<(usize, f64)> = values.into_iter().filter(|(_, value)| !value.is_nan()).collect();
        let worse = |left: f64, right: f64| if better == Better::Higher { left < right } else { left > right };
        let worst = defined.iter().copied().reduce(|worst, next| if worse(next.1, worst.1) { next } else { worst });
        Change {
            mean: Score(mean(defined.iter().map(|(_, value)| *value))),
            worst: Score(worst.map_or(f64::NAN, |(_, value)| value)),
            case: worst.map(|(case, _)| case),
            cases: defined.len(),
        }
    }
}

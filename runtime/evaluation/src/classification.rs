//! All classified cases together: the metrics of a classifier are those of its dataset.

use serde::{Deserialize, Serialize};

use crate::metrics::{Counts, roc_auc};
use crate::statistics::mean;
use crate::{Class, Error, score};

/// What a classifier answered to one case, beside the truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifiedCase {
    /// One probability per class.
    #[serde(with = "score::numbers")]
    pub scores: Vec<f64>,
    /// Place of the true class in the list of classes.
    pub truth: usize,
}

impl ClassifiedCase {
    /// Takes one finite number per class, or a single one from 0 to 1 for the second of two classes.
    ///
    /// # Errors
    /// [`Error::Scores`], [`Error::UnknownClass`].
    pub fn of(scores: Vec<f64>, truth: u16, classes: &[Class]) -> Result<ClassifiedCase, Error> {
        let scores = match (&scores[..], classes.len()) {
            ([single], 2) => vec![1.0 - single, *single],
            _ => scores,
        };
        if scores.len() != classes.len() || scores.iter().any(|score| !score.is_finite()) {
            return Err(Error::Scores { found: scores.len(), expected: classes.len() });
        }
        let place = classes.iter().position(|class| class.number == truth);
        let known = || classes.iter().map(|class| class.number).collect();
        Ok(ClassifiedCase { scores, truth: place.ok_or_else(|| Error::UnknownClass { found: truth, known: known() })? })
    }

    /// Place of the class with the highest score; the first one where several have it.
    pub fn answer(&self) -> usize {
        let better = |best: usize, next: usize| if self.scores[next] > self.scores[best] { next } else { best };
        (0..self.scores.len()).reduce(better).unwrap_or(0)
    }
}

/// The cases of a dataset, all with the same classes.
pub struct Classified<'a> {
    cases: Vec<&'a ClassifiedCase>,
    classes: usize,
}

/// The values of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// Over all classes.
    pub all: f64,
    /// By class.
    pub classes: Vec<f64>,
}

impl<'a> Classified<'a> {
    /// Puts the cases of `classes` classes together.
    pub fn new(cases: Vec<&'a ClassifiedCase>, classes: usize) -> Classified<'a> {
        Classified { cases, classes }
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How often a class has the highest score and is the true one.
    pub fn counts(&self, class: usize) -> Counts {
        Counts::of(self.cases.iter().map(|case| (case.answer() == class, case.truth == class)))
    }

    /// Cases by place of the true and of the answered class, the answered one fastest.
    pub fn confusion(&self) -> Vec<u64> {
        let mut matrix = vec![0; self.classes * self.classes];
        self.cases.iter().for_each(|case| matrix[case.truth * self.classes + case.answer()] += 1);
        matrix
    }

    /// Share of the cases whose highest score is that of the true class.
    pub(crate) fn correct(&self) -> f64 {
        self.cases.iter().filter(|case| case.answer() == case.truth).count() as f64 / self.cases.len() as f64
    }

    /// Area under the ROC curve of each class, and their plain mean (MONAI's `average="macro"`).
    pub fn auc(&self) -> Values {
        let of_class = |class: usize| {
            let (scores, truth): (Vec<f64>, Vec<bool>) =
                self.cases.iter().map(|case| (case.scores[class], case.truth == class)).unzip();
            roc_auc(&scores, &truth)
        };
        let classes: Vec<f64> = (0..self.classes).map(of_class).collect();
        Values { all: classes.iter().sum::<f64>() / classes.len() as f64, classes }
    }

    /// A figure of each class's counts, and the mean of those that are defined.
    pub(crate) fn each(&self, figure: fn(&Counts) -> f64) -> Values {
        let classes: Vec<f64> = (0..self.classes).map(|class| figure(&self.counts(class))).collect();
        Values { all: mean(classes.iter().copied()), classes }
    }
}

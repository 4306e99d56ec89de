use std::iter::Sum;

use serde::{Deserialize, Serialize};

/// How often a class was answered and how often it was true, over the voxels of an image or the cases of a dataset
/// (MONAI `get_confusion_matrix`).
///
/// The figures derived from them are those of MONAI's `compute_confusion_matrix_metric`: shares from 0 to 1, NaN where
/// there is nothing to take a share of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Answered and true.
    pub true_positive: u64,
    /// Answered, not true.
    pub false_positive: u64,
    /// Neither answered nor true.
    pub true_negative: u64,
    /// True, not answered.
    pub false_negative: u64,
}

impl Counts {
    /// The counts of one class, from an answer and a truth per voxel or case.
    pub fn of(pairs: impl IntoIterator<Item = (bool, bool)>) -> Counts {
        let mut counts = Counts::default();
        for (answer, truth) in pairs {
            *match (answer, truth) {
                (true, true) => &mut counts.true_positive,
                (true, false) => &mut counts.false_positive,
                (false, false) => &mut counts.true_negative,
                (false, true) => &mut counts.false_negative,
            } += 1;
        }
        counts
    }

    /// The counts of one class against the rest, from a matrix of `classes` true by answered ones, the answered one fastest.
    pub(crate) fn of_matrix(matrix: &[u64], classes: usize, class: usize) -> Counts {
        let true_positive = matrix[class * classes + class];
        let truth: u64 = matrix[class * classes..][..classes].iter().sum();
        let answered: u64 = matrix[class..].iter().step_by(classes).sum();
        let all: u64 = matrix.iter().sum();
        Counts {
            true_positive,
            false_positive: answered - true_positive,
            false_negative: truth - true_positive,
            true_negative: all + true_positive - answered - truth,
        }
    }

    /// How often the class was answered.
    pub fn answered(&self) -> u64 {
        self.true_positive + self.false_positive
    }

    /// How often the class was true.
    pub fn truth(&self) -> u64 {
        self.true_positive + self.false_negative
    }

    /// Share of what is true that was answered (`tpr`).
    pub fn sensitivity(&self) -> f64 {
        share(self.true_positive, self.truth())
    }

    /// Share of what is not true that was not answered (`tnr`).
    pub fn specificity(&self) -> f64 {
        share(self.true_negative, self.true_negative + self.false_positive)
    }

    /// Share of what was answered that is true (`ppv`).
    pub fn precision(&self) -> f64 {
        share(self.true_positive, self.answered())
    }

    /// Harmonic mean of precision and sensitivity (`f1`).
    pub fn f1(&self) -> f64 {
        share(2 * self.true_positive, self.answered() + self.truth())
    }

    /// Share that was told apart rightly (`acc`).
    pub fn accuracy(&self) -> f64 {
        let right = self.true_positive + self.true_negative;
        share(right, right + self.false_positive + self.false_negative)
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Counts>>(counts: I) -> Counts {
        counts.fold(Counts::default(), |sum, one| Counts {
            true_positive: sum.true_positive + one.true_positive,
            false_positive: sum.false_positive + one.false_positive,
            true_negative: sum.true_negative + one.true_negative,
            false_negative: sum.false_negative + one.false_negative,
        })
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { f64::NAN } else { part as f64 / whole as f64 }
}

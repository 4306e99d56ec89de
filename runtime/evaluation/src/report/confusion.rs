use std::collections::BTreeMap;

use crate::classification::Classified;
use crate::evaluation::CaseResult;
use crate::metrics::Counts;
use crate::{Class, ClassifiedCase, Scores};

/// How often each true class was answered as which one, over all cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    /// Numbers of the classes.
    pub classes: Vec<u16>,
    /// Voxels, or cases of a classifier, by true and by answered class, the answered one fastest.
    pub cells: Vec<u64>,
}

impl Confusion {
    /// Of the cases that did not fail; none where classes may overlap, or all failed.
    pub(super) fn of(cases: &[CaseResult], classes: &[Class]) -> Option<Confusion> {
        let numbers: Vec<u16> = classes.iter().map(|class| class.number).collect();
        let scores: Vec<&Scores> = cases.iter().filter_map(|case| Some(&case.outcome.as_ref().ok()?.model)).collect();
        let classified: Vec<&ClassifiedCase> = scores.iter().filter_map(|scores| scores.classification()).collect();
        if !classified.is_empty() {
            let cells = Classified::new(classified, classes.len()).confusion();
            return Some(Confusion { classes: numbers, cells });
        }
        let mut sums: BTreeMap<(u16, u16), u64> = BTreeMap::new();
        for segmentation in scores.iter().filter_map(|scores| scores.segmentation()) {
            for (truth, answer, voxels) in segmentation.confusion.as_ref()? {
                *sums.entry((*truth, *answer)).or_default() += voxels;
            }
        }
        let pairs = numbers.iter().flat_map(|truth| numbers.iter().map(move |answer| (*truth, *answer)));
        let cells = pairs.map(|pair| sums.get(&pair).copied().unwrap_or(0)).collect();
        (!sums.is_empty()).then_some(Confusion { classes: numbers, cells })
    }

    /// One class against the rest.
    pub fn counts(&self, place: usize) -> Counts {
        Counts::of_matrix(&self.cells, self.classes.len(), place)
    }
}

//! One segmented case: an answer beside its label.

use serde::{Deserialize, Serialize};

use crate::metric::{Measured, SEGMENTATION};
use crate::metrics::{Counts, Surfaces, dice};
use crate::statistics::mean;
use crate::tally::Tally;
use crate::{Class, Error, LabelMap, Score, score};

/// Which of MONAI's conventions hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Conventions {
    /// Whether the background is a class like the others (MONAI `include_background`).
    pub include_background: bool,
    /// Whether dice, iou and volume_error leave out classes that the truth lacks (MONAI `ignore_empty`).
    pub ignore_empty: bool,
}

/// The scores of one segmented case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segmentation {
    /// By class; without the background where it is not included.
    pub classes: Vec<ClassScores>,
    /// Where classes cannot overlap: number of the true class, of the answered class, voxels; pairs that never met are
    /// left out.
    pub confusion: Option<Vec<(u16, u16, u64)>>,
    /// Volume of a voxel in ml; for planes its area in cm².
    #[serde(with = "score::number")]
    pub voxel_size: f64,
}

/// The scores of one class in one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassScores {
    /// The class's number.
    pub class: u16,
    /// One per metric of [`SEGMENTATION`].
    pub values: Vec<Score>,
    /// Voxels.
    pub counts: Counts,
}

/// How far the answers of two models to one image are the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Share of the voxels with another class; none where classes may overlap.
    pub differing: Option<Score>,
    /// Dice of the one answer against the other, by class; 1 where both lack it.
    #[serde(with = "score::numbers")]
    pub classes: Vec<f64>,
}

impl Segmentation {
    /// Scores an answer on the label's grid.
    ///
    /// # Errors
    /// [`Error::GridShape`], [`Error::GridPlace`], [`Error::Channels`], [`Error::UnknownLabel`].
    pub fn score(
        answer: &LabelMap,
        truth: &LabelMap,
        classes: &[Class],
        conventions: Conventions,
    ) -> Result<Segmentation, Error> {
        truth.grid.accept(&answer.grid)?;
        let (grid, tally) = (truth.grid, Tally::of(answer, truth, classes)?);
        let scored =
            classes.iter().enumerate().filter(|(_, class)| conventions.include_background || !class.is_background());
        let scored = scored.map(|(place, class)| {
            let counts = tally.counts[place];
            let surfaces = tally.bounds[place].map_or_else(Surfaces::default, |bounds| {
                if truth.channels == 1 {
                    let (answer, truth) = (&answer.labels, &truth.labels);
                    let number = class.number;
                    Surfaces::between(&grid, &bounds, |at| answer[at] == number, |at| truth[at] == number)
                } else {
                    let (answer, truth) = (answer.channel(place), truth.channel(place));
                    Surfaces::between(&grid, &bounds, |at| answer[at] != 0, |at| truth[at] != 0)
                }
            });
            let measured = Measured { counts, surfaces, ignore_empty: conventions.ignore_empty };
            let values = SEGMENTATION.iter().map(|measure| Score((measure.compute)(&measured))).collect();
            ClassScores { class: class.number, values, counts }
        });
        let scored = scored.collect();
        let confusion = tally.matrix.map(|matrix| {
            let number = |place: usize| classes[place].number;
            let cells = matrix.into_iter().enumerate().filter(|(_, voxels)| *voxels > 0);
            cells.map(|(at, voxels)| (number(at / classes.len()), number(at % classes.len()), voxels)).collect()
        });
        Ok(Segmentation { classes: scored, confusion, voxel_size: grid.voxel_size() })
    }

    /// The plain mean of a metric over the classes that have it (`numpy.nanmean`); NaN where none has.
    pub fn mean(&self, metric: usize) -> f64 {
        mean(self.classes.iter().map(|class| class.values[metric].0))
    }
}

impl Agreement {
    /// Compares two answers to one image.
    ///
    /// # Errors
    /// As [`Segmentation::score`].
    pub fn between(left: &LabelMap, right: &LabelMap, classes: &[Class]) -> Result<Agreement, Error> {
        right.grid.accept(&left.grid)?;
        let tally = Tally::of(left, right, classes)?;
        let differing = tally.matrix.map(|matrix| {
            let (same, all): (u64, u64) = (matrix.iter().step_by(classes.len() + 1).sum(), matrix.iter().sum());
            Score((all - same) as f64 / all as f64)
        });
        Ok(Agreement { differing, classes: tally.counts.iter().map(|counts| dice(counts, false)).collect() })
    }
}

//! One pass over two label maps: how often the classes meet, and where each of them lies.

use rayon::prelude::*;

use crate::metrics::{Bounds, Counts};
use crate::{Class, Error, LabelMap, Side};

/// A label that is no class.
const UNKNOWN: u16 = u16::MAX;

/// What one pass found, by class.
pub(crate) struct Tally {
    pub(crate) counts: Vec<Counts>,
    /// What either map holds of the class.
    pub(crate) bounds: Vec<Option<Bounds>>,
    /// Voxels by true and answered class, the answered one fastest; none where classes may overlap.
    pub(crate) matrix: Option<Vec<u64>>,
}

impl Tally {
    /// Compares two maps on one grid.
    ///
    /// # Errors
    /// [`Error::Channels`], [`Error::UnknownLabel`].
    pub(crate) fn of(answer: &LabelMap, truth: &LabelMap, classes: &[Class]) -> Result<Tally, Error> {
        if answer.channels != truth.channels {
            return Err(Error::Channels { found: answer.channels, expected: truth.channels });
        }
        if truth.channels == 1 {
            return of_classes(answer, truth, classes);
        }
        if truth.channels != classes.len() {
            return Err(Error::ClassChannels { found: truth.channels, expected: classes.len() });
        }
        let masks = (0..truth.channels).map(|channel| of_masks(answer, truth, channel));
        let (counts, bounds) = masks.unzip();
        Ok(Tally { counts, bounds, matrix: None })
    }
}

/// Two maps of class numbers.
fn of_classes(answer: &LabelMap, truth: &LabelMap, classes: &[Class]) -> Result<Tally, Error> {
    let mut places = vec![UNKNOWN; usize::from(u16::MAX) + 1];
    for (place, class) in classes.iter().enumerate() {
        places[usize::from(class.number)] = place as u16;
    }
    let place = |side: Side, label: u16| match places[usize::from(label)] {
        UNKNOWN => {
            Err(Error::UnknownLabel { side, found: label, known: classes.iter().map(|class| class.number).collect() })
        }
        place => Ok(usize::from(place)),
    };
    let [_, ny, nz] = truth.grid.shape;
    let empty = || (vec![0u64; classes.len() * classes.len()], vec![None; classes.len()]);
    let planes = truth.labels.par_chunks(ny * nz).zip(answer.labels.par_chunks(ny * nz)).enumerate();
    let (matrix, bounds) = planes
        .try_fold(empty, |(mut matrix, mut bounds), (x, (truth, answer))| {
            for (index, (truth, answer)) in truth.iter().zip(answer).enumerate() {
                let (truth, answer) = (place(Side::Label, *truth)?, place(Side::Answer, *answer)?);
                matrix[truth * classes.len() + answer] += 1;
                let voxel = [x, index / nz, index % nz];
                grow(&mut bounds[truth], voxel);
                if answer != truth {
                    grow(&mut bounds[answer], voxel);
                }
            }
            Ok((matrix, bounds))
        })
        .try_reduce(empty, |(mut left, mut around), (right, bounds)| {
            left.iter_mut().zip(right).for_each(|(left, right)| *left += right);
            around.iter_mut().zip(bounds).for_each(|(around, bounds)| join(around, bounds));
            Ok((left, around))
        })?;
    let counts = (0..classes.len()).map(|class| Counts::of_matrix(&matrix, classes.len(), class));
    Ok(Tally { counts: counts.collect(), bounds, matrix: Some(matrix) })
}

/// One mask of each map.
fn of_masks(answer: &LabelMap, truth: &LabelMap, channel: usize) -> (Counts, Option<Bounds>) {
    let [_, ny, nz] = truth.grid.shape;
    let planes =
        truth.channel(channel).par_chunks(ny * nz).zip(answer.channel(channel).par_chunks(ny * nz)).enumerate();
    let planes = planes.map(|(x, (truth, answer))| {
        let mut bounds = None;
        for (index, (truth, answer)) in truth.iter().zip(answer).enumerate() {
            if truth | answer != 0 {
                grow(&mut bounds, [x, index / nz, index % nz]);
            }
        }
        (Counts::of(answer.iter().zip(truth).map(|(answer, truth)| (*answer != 0, *truth != 0))), bounds)
    });
    planes.reduce(Default::default, |(left, mut around), (right, bounds)| {
        join(&mut around, bounds);
        ([left, right].into_iter().sum(), around)
    })
}

fn grow(bounds: &mut Option<Bounds>, voxel: [usize; 3]) {
    join(bounds, Some(Bounds { start: voxel, end: voxel.map(|place| place + 1) }));
}

fn join(around: &mut Option<Bounds>, more: Option<Bounds>) {
    *around = match (*around, more) {
        (Some(left), Some(right)) => Some(Bounds {
            start: std::array::from_fn(|axis| left.start[axis].min(right.start[axis])),
            end: std::array::from_fn(|axis| left.end[axis].max(right.end[axis])),
        }),
        (left, right) => left.or(right),
    };
}

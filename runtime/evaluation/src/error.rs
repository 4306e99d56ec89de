use std::io;
use std::path::PathBuf;

use crate::{Better, Side};

/// Why something could not be evaluated. No message names a file of a case, which could name a patient, and none holds a
/// voxel of an image.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that the caller named could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder that the caller named could not be made.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A datalist is not one.
    #[error("{}: {reason}", path.display())]
    Datalist {
        /// The datalist.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// An entry of a datalist cannot be used.
    #[error("the datalist's `{place}` {reason}")]
    Entry {
        /// Section, index and key.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// Two entries are one case.
    #[error("the datalist's `{first}` and `{second}` have the same images")]
    Duplicate {
        /// One entry.
        first: String,
        /// The other one.
        second: String,
    },
    /// A threshold is not written as one.
    #[error("the threshold `{text}` is not METRIC=NUMBER or METRIC:CLASS=NUMBER")]
    ThresholdForm {
        /// What was written.
        text: String,
    },
    /// A threshold names no metric of this dataset.
    #[error("the threshold `{text}` names no metric; expected one of {known}")]
    ThresholdMetric {
        /// What was written.
        text: String,
        /// The metrics.
        known: String,
    },
    /// A threshold names no class, or several.
    #[error("the threshold `{text}` names {found} classes by that name; expected one of {known}, or its number")]
    ThresholdClass {
        /// What was written.
        text: String,
        /// How many classes have the name.
        found: usize,
        /// The scored classes.
        known: String,
    },
    /// A threshold asks for the worse direction.
    #[error("the threshold `{text}` bounds the wrong side: {better} {metric} is better; give it to {flag}")]
    ThresholdSide {
        /// What was written.
        text: String,
        /// The metric.
        metric: &'static str,
        /// Its better direction.
        better: Better,
        /// The flag for the other side.
        flag: &'static str,
    },
    /// The scores of a case could not be kept.
    #[error("cannot keep the scores: {source}")]
    Keep {
        /// Why.
        source: io::Error,
    },
    /// A file of a case could not be read.
    #[error("cannot read the {what}: {source}")]
    ReadCase {
        /// `image` or `label`.
        what: &'static str,
        /// Why.
        source: io::Error,
    },
    /// A file of a case is larger than it may be.
    #[error("the {what} has {found} bytes; the limit is {limit}")]
    TooLarge {
        /// `image` or `label`.
        what: &'static str,
        /// Its size.
        found: u64,
        /// The most bytes.
        limit: u64,
    },
    /// A file is no image that can be read.
    #[error("cannot decode the {what}: {source}")]
    Decode {
        /// `image`, `label` or `answer`.
        what: String,
        /// What the codec said.
        source: monai_imaging::Error,
    },
    /// A case needs more memory than all cases may take together.
    #[error("the case needs {needed} bytes of memory by its header, at most {limit} may be used (`--memory`)")]
    ExceedMemory {
        /// Bytes that it is expected to need.
        needed: u64,
        /// The most bytes.
        limit: u64,
    },
    /// A volume is no label map.
    #[error("the {side} of {channels} channel(s) is no label map: expected whole numbers from 0 to {most}")]
    NoLabels {
        /// Which one.
        side: Side,
        /// Its channels.
        channels: usize,
        /// The largest label.
        most: u16,
    },
    /// An axis is too long for the distance transform.
    #[error("the {side} has {found} voxels along an axis; at most {most} are scored")]
    LongAxis {
        /// Which one.
        side: Side,
        /// Voxels along the axis.
        found: usize,
        /// The most.
        most: usize,
    },
    /// Answer and label have other shapes.
    #[error("the answer has {found:?} voxels, the label {expected:?}")]
    GridShape {
        /// Voxels of the answer.
        found: [usize; 3],
        /// Voxels of the label.
        expected: [usize; 3],
    },
    /// Answer and label lie at other places.
    #[error("a corner of the answer lies {distance:.4} mm from that of the label; at most {tolerance} mm are allowed")]
    GridPlace {
        /// Largest distance of two corners, in mm.
        distance: f64,
        /// Largest distance that is allowed.
        tolerance: f64,
    },
    /// Answer and label have other numbers of channels.
    #[error("the answer has {found} channels, the label {expected}")]
    Channels {
        /// Channels of the answer.
        found: usize,
        /// Channels of the label.
        expected: usize,
    },
    /// A map of several channels has another number of them than there are classes.
    #[error("answer and label have {found} channels, the bundle {expected} classes")]
    ClassChannels {
        /// Channels.
        found: usize,
        /// Classes.
        expected: usize,
    },
    /// A label map holds a number that is no class.
    #[error("the {side} holds the class {found}; the bundle has {}", list(known))]
    UnknownLabel {
        /// Which one.
        side: Side,
        /// The number.
        found: u16,
        /// The classes' numbers.
        known: Vec<u16>,
    },
    /// The true class of a case is none.
    #[error("the label is the class {found}; the bundle has {}", list(known))]
    UnknownClass {
        /// The number.
        found: u16,
        /// The classes' numbers.
        known: Vec<u16>,
    },
    /// A classifier answered something else than one finite number per class.
    #[error("the answer has {found} scores, expected {expected} finite ones")]
    Scores {
        /// Scores found.
        found: usize,
        /// Classes.
        expected: usize,
    },
    /// An answer is of another kind than the label.
    #[error("the answer is {found}, the label {expected}")]
    AnswerKind {
        /// What the answer is.
        found: &'static str,
        /// What the label is.
        expected: &'static str,
    },
    /// A model failed.
    #[error("{0}")]
    Model(String),
}

/// Numbers as `0 to 3` where they are in a row, else one by one.
fn list(numbers: &[u16]) -> String {
    match numbers {
        [first, .., last] if numbers.windows(2).all(|pair| pair[0].checked_add(1) == Some(pair[1])) => {
            format!("{first} to {last}")
        }
        _ => numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

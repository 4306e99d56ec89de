//! Every metric once: its name, text, unit and better direction, beside what computes it. Help, tables, JSON and
//! thresholds are made from here.

use std::fmt;

use serde::Serialize;

use crate::classification::{Classified, Values};
use crate::metrics::{Counts, Surfaces, average_surface_distance, dice, hausdorff_distance, iou, volume_error};

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Metric {
    /// Its name in thresholds, tables and JSON.
    pub name: &'static str,
    /// What it says.
    pub text: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// Which way is better.
    pub better: Better,
}

/// What a metric is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// A share, 1 is all.
    Share,
    /// Millimetres.
    Mm,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

impl fmt::Display for Better {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if *self == Better::Higher { "higher" } else { "lower" })
    }
}

/// The metrics of a dataset whose labels are classes, or label maps.
pub fn list(classified: bool) -> Vec<Metric> {
    if classified {
        CLASSIFICATION.iter().map(|measure| measure.metric).collect()
    } else {
        SEGMENTATION.iter().map(|measure| measure.metric).collect()
    }
}

/// A metric and how it is computed.
pub(crate) struct Measure<F> {
    pub(crate) metric: Metric,
    pub(crate) compute: F,
}

type OfClass = Measure<fn(&Measured) -> f64>;
type OfDataset = Measure<fn(&Classified<'_>) -> Values>;

/// One class of one segmented case, as the metrics take it.
pub(crate) struct Measured {
    pub(crate) counts: Counts,
    pub(crate) surfaces: Surfaces,
    pub(crate) ignore_empty: bool,
}

/// The place of the metric by which cases are ranked, the lowest first.
pub(crate) const RANK: usize = 0;

/// The metrics of one class of one segmented case.
pub(crate) const SEGMENTATION: &[OfClass] = &[
    Measure { metric: DICE, compute: |measured| dice(&measured.counts, measured.ignore_empty) },
    Measure { metric: IOU, compute: |measured| iou(&measured.counts, measured.ignore_empty) },
    Measure { metric: ASD, compute: |measured| average_surface_distance(&measured.surfaces, false) },
    Measure { metric: ASSD, compute: |measured| average_surface_distance(&measured.surfaces, true) },
    Measure { metric: HD, compute: |measured| hausdorff_distance(&measured.surfaces, None, false) },
    Measure { metric: HD95, compute: hd95 },
    Measure { metric: VOLUME_ERROR, compute: |measured| volume_error(&measured.counts, measured.ignore_empty) },
    Measure { metric: SENSITIVITY, compute: |measured| measured.counts.sensitivity() },
    Measure { metric: SPECIFICITY, compute: |measured| measured.counts.specificity() },
    Measure { metric: PRECISION, compute: |measured| measured.counts.precision() },
    Measure { metric: F1, compute: |measured| measured.counts.f1() },
    Measure { metric: ACCURACY, compute: |measured| measured.counts.accuracy() },
];

/// The metrics of all classified cases together.
pub(crate) const CLASSIFICATION: &[OfDataset] = &[
    Measure {
        metric: CORRECT,
        compute: |cases| Values { all: cases.correct(), classes: vec![f64::NAN; cases.classes()] },
    },
    Measure { metric: AUC, compute: |cases| cases.auc() },
    Measure { metric: SENSITIVITY, compute: |cases| cases.each(Counts::sensitivity) },
    Measure { metric: SPECIFICITY, compute: |cases| cases.each(Counts::specificity) },
    Measure { metric: PRECISION, compute: |cases| cases.each(Counts::precision) },
    Measure { metric: F1, compute: |cases| cases.each(Counts::f1) },
    Measure { metric: ACCURACY, compute: |cases| cases.each(Counts::accuracy) },
];

/// As MONAI's, but infinite where only one side holds the class: MONAI gives NaN for a percentile then, by which a class
/// that was missed would leave the mean.
fn hd95(measured: &Measured) -> f64 {
    let one_sided = (measured.counts.truth() == 0) != (measured.counts.answered() == 0);
    if one_sided { f64::INFINITY } else { hausdorff_distance(&measured.surfaces, Some(95.0), false) }
}

const DICE: Metric = Metric {
    name: "dice",
    text: "Dice: twice the shared voxels over the sum of both",
    unit: Unit::Share,
    better: Better::Higher,
};
const IOU: Metric = Metric {
    name: "iou",
    text: "Intersection over union: the shared voxels over those of either",
    unit: Unit::Share,
    better: Better::Higher,
};
const ASD: Metric = Metric {
    name: "asd",
    text: "Average distance from the answer's surface to the truth's",
    unit: Unit::Mm,
    better: Better::Lower,
};
const ASSD: Metric = Metric {
    name: "assd",
    text: "Average distance of both surfaces to each other (symmetric)",
    unit: Unit::Mm,
    better: Better::Lower,
};
const HD: Metric = Metric {
    name: "hd",
    text: "Hausdorff distance: the farthest that one surface is from the other",
    unit: Unit::Mm,
    better: Better::Lower,
};
const HD95: Metric = Metric {
    name: "hd95",
    text: "95 % Hausdorff distance: as hd, without the farthest twentieth; infinite where one side lacks the class",
    unit: Unit::Mm,
    better: Better::Lower,
};
const VOLUME_ERROR: Metric = Metric {
    name: "volume_error",
    text: "Difference of the volumes over the truth's volume, without a sign",
    unit: Unit::Share,
    better: Better::Lower,
};
const CORRECT: Metric = Metric {
    name: "correct",
    text: "Share of the cases whose most probable class is the true one",
    unit: Unit::Share,
    better: Better::Higher,
};
const AUC: Metric = Metric {
    name: "auc",
    text: "Area under the ROC curve of a class against the rest",
    unit: Unit::Share,
    better: Better::Higher,
};
const SENSITIVITY: Metric = Metric {
    name: "sensitivity",
    text: "Share of what is true that was answered",
    unit: Unit::Share,
    better: Better::Higher,
};
const SPECIFICITY: Metric = Metric {
    name: "specificity",
    text: "Share of what is not true that was not answered",
    unit: Unit::Share,
    better: Better::Higher,
};
const PRECISION: Metric = Metric {
    name: "precision",
    text: "Share of what was answered that is true",
    unit: Unit::Share,
    better: Better::Higher,
};
const F1: Metric = Metric {
    name: "f1",
    text: "Harmonic mean of precision and sensitivity",
    unit: Unit::Share,
    better: Better::Higher,
};
const ACCURACY: Metric = Metric {
    name: "accuracy",
    text: "Share that is told apart rightly, the class against the rest",
    unit: Unit::Share,
    better: Better::Higher,
};

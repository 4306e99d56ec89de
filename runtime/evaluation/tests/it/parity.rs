//! Every metric against what MONAI makes of the same maps: fixtures of `tests/parity/metrics.py`.

use std::collections::BTreeMap;
use std::path::Path;

use monai_evaluation::metrics::{
    Bounds, Counts, Surfaces, average_surface_distance, dice, hausdorff_distance, iou, roc_auc, volume_error,
};
use monai_evaluation::{Class, Classified, ClassifiedCase, Conventions, Score, Segmentation, metric};
use serde::Deserialize;

use crate::counter::{Recipe, uniform};
use crate::{grid, map};

#[derive(Deserialize)]
pub(crate) struct Manifest {
    tolerance: f64,
    cases: Vec<Case>,
    pub(crate) batch: Batch,
    auc: Vec<Auc>,
}

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    shape: Vec<usize>,
    classes: usize,
    spacing: Vec<f64>,
    pub(crate) truth: Recipe,
    pub(crate) answer: Recipe,
    #[serde(default)]
    expected: BTreeMap<String, Vec<serde_json::Value>>,
}

#[derive(Deserialize)]
pub(crate) struct Batch {
    pub(crate) cases: Vec<Case>,
    pub(crate) expected: BTreeMap<String, BTreeMap<String, serde_json::Value>>,
}

#[derive(Deserialize)]
struct Auc {
    name: String,
    cases: usize,
    classes: usize,
    steps: f64,
    kinds: f64,
    expected: Vec<Score>,
    #[serde(rename = "macro")]
    average: Score,
}

pub(crate) fn manifest() -> Manifest {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/parity/metrics/manifest.json");
    serde_json::from_slice(&std::fs::read(path).expect("the manifest is committed")).expect("as its script writes it")
}

impl Case {
    pub(crate) fn grid(&self) -> monai_evaluation::Grid {
        let axis =
            |axis: usize| (self.shape.get(axis).copied().unwrap_or(1), self.spacing.get(axis).copied().unwrap_or(1.0));
        let axes = [0, 1, 2].map(axis);
        grid(axes.map(|(extent, _)| extent), self.shape.len() as u8, axes.map(|(_, spacing)| spacing))
    }

    /// One class more than the noise may give.
    pub(crate) fn class_list(&self) -> Vec<Class> {
        (0..self.classes as u16).map(|number| Class { number, name: format!("class {number}") }).collect()
    }
}

/// Equal, both NaN, or within the tolerance.
pub(crate) fn close(found: f64, expected: f64, tolerance: f64) -> bool {
    found == expected
        || found.is_nan() && expected.is_nan()
        || (found - expected).abs() <= tolerance * expected.abs().max(1.0)
}

pub(crate) fn score(value: &serde_json::Value) -> f64 {
    serde_json::from_value::<Score>(value.clone()).expect("a number, null or \"inf\"").0
}

#[test]
fn metrics_are_those_of_monai() {
    let manifest = manifest();
    assert!(manifest.cases.len() >= 18);
    let mut compared = 0;
    for case in &manifest.cases {
        let grid = case.grid();
        let (answer, truth) = (case.answer.paint(grid.shape), case.truth.paint(grid.shape));
        for class in 0..case.classes as u16 {
            let pairs = answer.iter().zip(&truth).map(|(answer, truth)| (*answer == class, *truth == class));
            let counts = Counts::of(pairs);
            let whole = Bounds { start: [0; 3], end: grid.shape };
            let surfaces = Surfaces::between(&grid, &whole, |at| answer[at] == class, |at| truth[at] == class);
            let found = [
                ("dice", dice(&counts, true)),
                ("dice_counting_empty", dice(&counts, false)),
                ("iou", iou(&counts, true)),
                ("iou_counting_empty", iou(&counts, false)),
                ("asd", average_surface_distance(&surfaces, false)),
                ("assd", average_surface_distance(&surfaces, true)),
                ("hd", hausdorff_distance(&surfaces, None, false)),
                ("hd_directed", hausdorff_distance(&surfaces, None, true)),
                ("hd95", hausdorff_distance(&surfaces, Some(95.0), false)),
                ("hd95_directed", hausdorff_distance(&surfaces, Some(95.0), true)),
                ("hd30", hausdorff_distance(&surfaces, Some(30.0), false)),
                ("sensitivity", counts.sensitivity()),
                ("specificity", counts.specificity()),
                ("precision", counts.precision()),
                ("f1", counts.f1()),
                ("accuracy", counts.accuracy()),
            ];
            for (name, found) in found {
                let expected = score(&case.expected[name][usize::from(class)]);
                let place = format!("{} {name} of class {class}", case.name);
                assert!(close(found, expected, manifest.tolerance), "{place}: {found}, MONAI {expected}");
                compared += 1;
            }
            let expected: [u64; 4] =
                serde_json::from_value(case.expected["tp_fp_tn_fn"][usize::from(class)].clone()).expect("four counts");
            let Counts { true_positive, false_positive, true_negative, false_negative } = counts;
            assert_eq!([true_positive, false_positive, true_negative, false_negative], expected, "{}", case.name);
        }
    }
    assert!(compared >= 900, "{compared}");
}

/// The scores of a case, found in one pass and cropped class by class, are those of the metrics.
#[test]
fn scores_of_a_case_are_those_of_monai() {
    let manifest = manifest();
    let names: Vec<&str> = metric::list(false).iter().map(|metric| metric.name).collect();
    for case in &manifest.cases {
        for ignore_empty in [true, false] {
            let (grid, conventions) = (case.grid(), Conventions { include_background: true, ignore_empty });
            let maps = [&case.answer, &case.truth].map(|recipe| map(&grid, 1, &recipe.paint(grid.shape)));
            let scores = Segmentation::score(&maps[0], &maps[1], &case.class_list(), conventions).expect("one grid");
            assert_eq!(scores.classes.len(), case.classes);
            for (place, class) in scores.classes.iter().enumerate() {
                let one_sided = (class.counts.truth() == 0) != (class.counts.answered() == 0);
                for (name, found) in names.iter().zip(&class.values) {
                    let expected = match *name {
                        "volume_error" => volume_error(&class.counts, ignore_empty),
                        "hd95" if one_sided => f64::INFINITY,
                        "dice" | "iou" if !ignore_empty => {
                            score(&case.expected[&format!("{name}_counting_empty")][place])
                        }
                        _ => score(&case.expected[*name][place]),
                    };
                    let place = format!("{} {name} of class {}", case.name, class.class);
                    assert!(close(found.0, expected, manifest.tolerance), "{place}: {}, MONAI {expected}", found.0);
                }
            }
        }
    }
}

/// One mask per class gives what class numbers give.
#[test]
fn masks_are_scored_as_classes_are() {
    for case in &manifest().cases {
        let (grid, conventions) = (case.grid(), Conventions { include_background: true, ignore_empty: true });
        let labels = [&case.answer, &case.truth].map(|recipe| recipe.paint(grid.shape));
        let masks = |labels: &[u16]| -> Vec<u16> {
            (0..case.classes as u16)
                .flat_map(|class| labels.iter().map(move |label| u16::from(*label == class)))
                .collect()
        };
        let score =
            |answer, truth| Segmentation::score(&answer, &truth, &case.class_list(), conventions).expect("one grid");
        let by_class = score(map(&grid, 1, &labels[0]), map(&grid, 1, &labels[1]));
        let [answer, truth] = labels.map(|labels| map(&grid, case.classes, &masks(&labels)));
        let by_mask = score(answer, truth);
        assert!(by_class.confusion.is_some() && by_mask.confusion.is_none());
        for (left, right) in by_class.classes.iter().zip(&by_mask.classes) {
            assert_eq!((left.class, left.counts), (right.class, right.counts), "{}", case.name);
            let bits = |values: &[Score]| values.iter().map(|value| value.0.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&left.values), bits(&right.values), "{}", case.name);
        }
    }
}

#[test]
fn areas_under_curves_are_those_of_monai() {
    for auc in &manifest().auc {
        let scores = uniform(&format!("{}/scores", auc.name), auc.cases * auc.classes);
        let scores: Vec<f64> = scores.map(|score| ((score + 1.0) / 2.0 * auc.steps).floor() / auc.steps).collect();
        let truth = uniform(&format!("{}/truth", auc.name), auc.cases);
        let truth: Vec<usize> = truth.map(|number| ((number + 1.0) / 2.0 * auc.kinds) as usize).collect();
        for (class, expected) in auc.expected.iter().enumerate() {
            let scores: Vec<f64> = scores.iter().skip(class).step_by(auc.classes).copied().collect();
            let truth: Vec<bool> = truth.iter().map(|truth| *truth == class).collect();
            let found = roc_auc(&scores, &truth);
            assert!(close(found, expected.0, 1e-9), "{} class {class}: {found}, MONAI {}", auc.name, expected.0);
        }
        let cases: Vec<ClassifiedCase> = scores
            .chunks(auc.classes)
            .zip(&truth)
            .map(|(scores, truth)| ClassifiedCase { scores: scores.to_vec(), truth: *truth })
            .collect();
        let values = Classified::new(cases.iter().collect(), auc.classes).auc();
        assert!(close(values.all, auc.average.0, 1e-9), "{}: {}, MONAI {}", auc.name, values.all, auc.average.0);
    }
}

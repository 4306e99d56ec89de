//! The cases of MONAI's own tests of these metrics: data that `tests/parity/monai_cases/metrics.py` takes from them.

use std::path::Path;

use monai_evaluation::metrics::{
    Bounds, Counts, Surfaces, average_surface_distance, dice, hausdorff_distance, iou, roc_auc,
};
use serde_json::Value;

use crate::grid;
use crate::parity::{close, score};

/// Runs each case of a file and holds its counts.
fn each(file: &str, counts: [u64; 2], mut check: impl FnMut(&Value, &str)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/monai_cases/metrics");
    let text = std::fs::read(folder.join(file)).expect("the cases are committed");
    let document: Value = serde_json::from_slice(&text).expect("it is JSON");
    assert_eq!([&document["covered"], &document["tests"]].map(Value::as_u64), counts.map(Some), "{file}");
    let cases = document["cases"].as_array().expect("cases");
    assert_eq!(cases.iter().filter_map(|case| case["tests"].as_u64()).sum::<u64>(), counts[0], "{file}");
    cases.iter().for_each(|case| check(case, &format!("{file} {}", case["name"])));
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The voxels of nested lists.
fn flat(value: &Value) -> Vec<bool> {
    match value {
        Value::Array(values) => values.iter().flat_map(flat).collect(),
        number => vec![number.as_f64().expect("a number") != 0.0],
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        number => vec![score(number)],
    }
}

/// The counts by case and class of one-hot masks. A single channel is always included, as in MONAI.
fn counts(case: &Value) -> Vec<Vec<Counts>> {
    let background = case["include_background"].as_bool().unwrap_or(true);
    let pairs = list(&case["y_pred"]).iter().zip(list(&case["y"]));
    pairs
        .map(|(answers, truths)| {
            let skipped = usize::from(!background && list(answers).len() > 1);
            let channels = list(answers).iter().zip(list(truths)).skip(skipped);
            channels.map(|(answer, truth)| Counts::of(flat(answer).into_iter().zip(flat(truth)))).collect()
        })
        .collect()
}

/// MONAI's `do_metric_reduction`.
fn reduced(values: &[Vec<f64>], reduction: &str) -> Vec<f64> {
    let defined = |values: Vec<f64>| values.into_iter().filter(|value| !value.is_nan()).collect::<Vec<f64>>();
    let mean = |values: Vec<f64>| {
        let values = defined(values);
        if values.is_empty() { f64::NAN } else { values.iter().sum::<f64>() / values.len() as f64 }
    };
    let of_class = |class: usize| values.iter().map(|case| case[class]).collect::<Vec<f64>>();
    let classes = 0..values[0].len();
    // MONAI gives 0 where nothing is defined.
    let or_zero = |value: f64| if value.is_nan() { 0.0 } else { value };
    match reduction {
        "mean" => vec![or_zero(mean(values.iter().map(|case| mean(case.clone())).collect()))],
        "mean_batch" => classes.map(|class| or_zero(mean(of_class(class)))).collect(),
        "sum" => vec![values.iter().flat_map(|case| defined(case.clone())).sum()],
        "sum_batch" => classes.map(|class| defined(of_class(class)).iter().sum()).collect(),
        other => panic!("no reduction {other}"),
    }
}

fn equal(found: &[f64], expected: &Value, tolerance: f64, name: &str) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len(), "{name}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(close(*found, expected, tolerance), "{name}: {found}, expected {expected}");
    }
}

fn overlaps(case: &Value, name: &str, metric: fn(&Counts, bool) -> f64) {
    let ignore_empty = case["ignore_empty"].as_bool().expect("a flag");
    let values: Vec<Vec<f64>> = counts(case)
        .iter()
        .map(|classes| classes.iter().map(|counts| metric(counts, ignore_empty)).collect())
        .collect();
    if let Some(flags) = case.get("is_nan") {
        let found: Vec<bool> = values.concat().iter().map(|value| value.is_nan()).collect();
        assert_eq!(found, list(flags).iter().flat_map(list).filter_map(Value::as_bool).collect::<Vec<_>>(), "{name}");
    } else if let Some(reduction) = case["reduction"].as_str() {
        equal(&reduced(&values, reduction), &case["reduced"], 1e-4, name);
    } else {
        equal(&values.concat(), &case["values"], 1e-4, name);
    }
}

#[test]
fn dice_passes_the_tests_of_monai() {
    each("test_compute_meandice.json", [17, 18], |case, name| overlaps(case, name, dice));
}

#[test]
fn iou_passes_the_tests_of_monai() {
    each("test_compute_meaniou.json", [14, 14], |case, name| overlaps(case, name, iou));
}

/// A sphere as those tests make them, with their order of operations.
fn sphere(mask: &Value) -> (Vec<bool>, [usize; 3]) {
    let shape = |value: &Value| [0, 1, 2].map(|axis| value[axis].as_u64().expect("an extent") as usize);
    if let Some(empty) = mask.get("empty") {
        let shape = shape(empty);
        return (vec![false; shape.iter().product()], shape);
    }
    let (shape, radius) = (shape(&mask["shape"]), mask["radius"].as_f64().expect("a radius"));
    let of = |key: &str| [0, 1, 2].map(|axis| mask[key][axis].as_f64().expect("a number"));
    let (spacing, centre) = (of("spacing"), of("centre"));
    let voxels = (0..shape.iter().product()).map(|index: usize| {
        let place = [index / (shape[1] * shape[2]), index / shape[2] % shape[1], index % shape[2]];
        let [y, x, z] = [0, 1, 2].map(|axis| place[axis] as f64 * spacing[axis] - centre[axis]);
        x * x + y * y + z * z <= radius * radius
    });
    (voxels.collect(), shape)
}

fn between(case: &Value) -> Surfaces {
    let ((answer, shape), (truth, _)) = (sphere(&case["answer"]), sphere(&case["truth"]));
    let spacing = [0, 1, 2].map(|axis| case["spacing"][axis].as_f64().unwrap_or(1.0));
    let whole = Bounds { start: [0; 3], end: shape };
    Surfaces::between(&grid(shape, 3, spacing), &whole, |at| answer[at], |at| truth[at])
}

#[test]
fn surface_distances_pass_the_tests_of_monai() {
    each("test_surface_distance.json", [7, 11], |case, name| {
        let surfaces = between(case);
        for (key, symmetric) in [("symmetric", true), ("directed", false)] {
            equal(&[average_surface_distance(&surfaces, symmetric)], &case[key], 1e-5, name);
        }
    });
}

#[test]
fn hausdorff_distances_pass_the_tests_of_monai() {
    each("test_hausdorff_distance.json", [20, 56], |case, name| {
        let surfaces = between(case);
        for (key, directed) in [("directed", true), ("undirected", false)] {
            equal(&[hausdorff_distance(&surfaces, case["percentile"].as_f64(), directed)], &case[key], 1e-6, name);
        }
    });
}

#[test]
fn confusion_matrices_pass_the_tests_of_monai() {
    each("test_compute_confusion_matrix.json", [16, 43], |case, name| {
        let counts = counts(case);
        let Some(figure) = case["figure"].as_str() else {
            let four = |counts: &Counts| {
                [counts.true_positive, counts.false_positive, counts.true_negative, counts.false_negative]
                    .map(|count| count as f64)
            };
            let found: Vec<f64> = counts.iter().flatten().flat_map(four).collect();
            return equal(&found, &case["tp_fp_tn_fn"], 0.0, name);
        };
        let figure = match figure {
            "sensitivity" => Counts::sensitivity,
            "specificity" => Counts::specificity,
            "precision" => Counts::precision,
            "f1" => Counts::f1,
            "accuracy" => Counts::accuracy,
            other => panic!("no figure {other}"),
        };
        let values: Vec<Vec<f64>> = counts.iter().map(|classes| classes.iter().map(figure).collect()).collect();
        let reduction = case["reduction"].as_str().expect("a reduction");
        equal(&reduced(&values, reduction), &case["reduced"], 1e-4, name);
        if let Some(expected) = case.get("not_nans") {
            let defined: Vec<Vec<f64>> = values
                .iter()
                .map(|classes| classes.iter().map(|value| if value.is_nan() { 0.0 } else { 1.0 }).collect())
                .collect();
            equal(&reduced(&defined, reduction), expected, 0.0, name);
        }
    });
}

#[test]
fn areas_under_curves_pass_the_tests_of_monai() {
    each("test_compute_roc_auc.json", [7, 20], |case, name| {
        let truth = numbers(&case["truth"]);
        let scores = list(&case["scores"]);
        let single = list(&scores[0]).len() == 1;
        let areas: Vec<f64> = (0..list(&scores[0]).len())
            .map(|class| {
                let scores: Vec<f64> = scores.iter().map(|row| score(&row[class])).collect();
                let true_class = if single { 1.0 } else { class as f64 };
                roc_auc(&scores, &truth.iter().map(|truth| *truth == true_class).collect::<Vec<_>>())
            })
            .collect();
        let found =
            if case["average"] == "none" { areas } else { vec![areas.iter().sum::<f64>() / areas.len() as f64] };
        equal(&found, &case["expected"], 1e-5, name);
    });
}

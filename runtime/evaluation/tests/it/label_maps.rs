use monai_evaluation::evaluation::voxels;
use monai_evaluation::{Agreement, ClassifiedCase, Conventions, Error, LabelMap, Score, Segmentation, Side};
use monai_imaging::{Affine, Dtype, Volume};

use crate::{affine, classes, file, grid, map, volume};

const CONVENTIONS: Conventions = Conventions { include_background: false, ignore_empty: true };

fn refused<T: std::fmt::Debug>(outcome: Result<T, Error>, words: &str) {
    let message = outcome.expect_err(words).to_string();
    assert!(message.contains(words), "`{message}` lacks `{words}`");
}

#[test]
fn a_volume_that_is_no_label_map_is_refused() {
    let of = |channels: usize, values: [f32; 4]| {
        LabelMap::of(
            Side::Answer,
            &Volume::new(channels, [2, 2 / channels, 1], values.to_vec(), Affine::IDENTITY).expect("four"),
        )
    };
    assert!(of(1, [0.0, 1.0, 300.0, 65535.0]).is_ok());
    assert!(of(1, [0.0, 0.9995, 2.0004, 3.0]).is_ok(), "traces of a slope");
    assert!(of(2, [0.0, 1.0, 1.0, 1.0]).is_ok());
    refused(
        of(1, [0.0, 0.4, 1.0, 2.0]),
        "the answer of 1 channel(s) is no label map: expected whole numbers from 0 to 65535",
    );
    refused(of(1, [0.0, -1.0, 1.0, 2.0]), "no label map");
    refused(of(1, [0.0, f32::NAN, 1.0, 2.0]), "no label map");
    refused(of(1, [0.0, 65536.0, 1.0, 2.0]), "no label map");
    refused(of(2, [0.0, 1.0, 2.0, 1.0]), "expected whole numbers from 0 to 1");
    let long = Volume::new(1, [1 << 16, 1, 1], vec![0.0; 1 << 16], Affine::IDENTITY).expect("of its shape");
    refused(LabelMap::of(Side::Label, &long), "65536 voxels along an axis; at most 65535");
    refused(LabelMap::decode(Side::Label, b"no image", 1 << 20), "cannot decode the label");
    let grid = grid([4, 4, 4], 3, [1.0; 3]);
    let packed = file(&volume(&grid, 1, &[1; 64]), Dtype::Uint8);
    refused(LabelMap::decode(Side::Label, &packed, 100), "256 bytes");
    assert_eq!([voxels(&packed), voxels(b"no image")], [64, 0]);
    assert_eq!(LabelMap::decode(Side::Label, &packed, 256).expect("it fits").grid, grid);
}

#[test]
fn grids_that_differ_are_refused_with_figures() {
    let truth = map(&grid([3, 4, 5], 3, [1.0, 2.0, 3.0]), 1, &[1; 60]);
    let score =
        |answer: &LabelMap| Segmentation::score(answer, &truth, &classes(&["background", "organ"]), CONVENTIONS);
    let moved = |by: f64| {
        let mut matrix = *affine([1.0, 2.0, 3.0]).matrix();
        matrix[1][3] += by;
        let mut answer = truth.clone();
        answer.grid.affine = Affine::new(matrix).expect("invertible");
        answer
    };
    assert!(score(&moved(0.0)).is_ok() && score(&moved(0.0009)).is_ok());
    refused(score(&moved(0.002)), "lies 0.002");
    let scaled = map(&grid([3, 4, 5], 3, [1.0, 2.0, 3.001]), 1, &[1; 60]);
    refused(score(&scaled), "a corner of the answer lies 0.004");
    refused(score(&map(&grid([5, 4, 3], 3, [1.0, 2.0, 3.0]), 1, &[1; 60])), "[5, 4, 3] voxels, the label [3, 4, 5]");
}

#[test]
fn labels_that_are_no_class_are_refused() {
    let grid = grid([2, 2, 2], 3, [1.0; 3]);
    let known = classes(&["background", "organ", "tumour"]);
    let score = |answer: &LabelMap, truth: &LabelMap| Segmentation::score(answer, truth, &known, CONVENTIONS);
    let good = map(&grid, 1, &[0, 1, 2, 0, 1, 2, 0, 1]);
    let other = map(&grid, 1, &[0, 1, 2, 7, 1, 2, 0, 1]);
    refused(score(&good, &other), "the label holds the class 7; the bundle has 0 to 2");
    refused(score(&other, &good), "the answer holds the class 7");
    let masks = map(&grid, 2, &[1; 16]);
    refused(score(&masks, &good), "the answer has 2 channels, the label 1");
    refused(score(&masks, &masks), "2 channels, the bundle 3 classes");
    refused(ClassifiedCase::of(vec![0.5, 0.5], 1, &known), "2 scores, expected 3");
    refused(ClassifiedCase::of(vec![0.5, f64::NAN, 0.5], 1, &known), "finite");
    refused(ClassifiedCase::of(vec![0.2, 0.3, 0.5], 3, &known), "the class 3; the bundle has 0 to 2");
    let single = ClassifiedCase::of(vec![0.75], 1, &classes(&["none", "tumour"])).expect("one of two");
    assert_eq!((single.scores.clone(), single.answer(), single.truth), (vec![0.25, 0.75], 1, 1));
}

#[test]
fn the_background_and_empty_classes_count_only_when_asked() {
    let grid = grid([2, 2, 2], 3, [1.0; 3]);
    let known = classes(&["Background", "organ", "tumour"]);
    let truth = map(&grid, 1, &[0, 0, 0, 0, 1, 1, 1, 1]);
    let answer = map(&grid, 1, &[0, 0, 0, 2, 1, 1, 1, 0]);
    let check = |include_background, ignore_empty, expected: &[(u16, Option<f64>)]| {
        let conventions = Conventions { include_background, ignore_empty };
        let scores = Segmentation::score(&answer, &truth, &known, conventions).expect("one grid");
        let found =
            scores.classes.iter().map(|class| (class.class, Some(class.values[0].0).filter(|dice| !dice.is_nan())));
        assert_eq!(found.collect::<Vec<_>>(), expected);
    };
    check(false, true, &[(1, Some(6.0 / 7.0)), (2, None)]);
    check(false, false, &[(1, Some(6.0 / 7.0)), (2, Some(0.0))]);
    check(true, true, &[(0, Some(0.75)), (1, Some(6.0 / 7.0)), (2, None)]);
    let scores = Segmentation::score(&answer, &truth, &known, CONVENTIONS).expect("one grid");
    assert_eq!(scores.confusion, Some(vec![(0, 0, 3), (0, 2, 1), (1, 0, 1), (1, 1, 3)]));
    assert_eq!(scores.mean(0), 6.0 / 7.0, "classes without a value leave the mean");
}

#[test]
fn two_answers_agree_by_class_and_voxel() {
    let grid = grid([2, 2, 2], 3, [1.0; 3]);
    let known = classes(&["background", "organ", "tumour"]);
    let left = map(&grid, 1, &[0, 0, 0, 1, 1, 1, 1, 1]);
    let right = map(&grid, 1, &[0, 0, 0, 0, 0, 1, 1, 1]);
    let agreement = Agreement::between(&left, &right, &known).expect("one grid");
    assert_eq!(agreement, Agreement { differing: Some(Score(0.25)), classes: vec![0.75, 0.75, 1.0] });
    let same = Agreement::between(&left, &left, &known).expect("one grid");
    assert_eq!(same, Agreement { differing: Some(Score(0.0)), classes: vec![1.0; 3] });
}

/// MONAI has no such metric, so its values stand here.
#[test]
fn volume_errors_have_no_sign() {
    use monai_evaluation::metrics::{Counts, volume_error};
    let check = |truth: u64, answer: u64, ignore_empty: bool, expected: f64| {
        let true_positive = truth.min(answer);
        let counts = Counts {
            true_positive,
            false_positive: answer - true_positive,
            false_negative: truth - true_positive,
            true_negative: 5,
        };
        let found = volume_error(&counts, ignore_empty);
        assert!(found == expected || found.is_nan() && expected.is_nan(), "{truth} {answer}: {found}");
    };
    check(8, 8, true, 0.0);
    check(8, 10, true, 0.25);
    check(8, 6, true, 0.25);
    check(8, 0, true, 1.0);
    check(0, 3, true, f64::NAN);
    check(0, 3, false, f64::INFINITY);
    check(0, 0, true, f64::NAN);
    check(0, 0, false, 0.0);
}

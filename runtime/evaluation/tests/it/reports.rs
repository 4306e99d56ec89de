use std::collections::BTreeMap;

use monai_evaluation::report::{Named, Subject};
use monai_evaluation::{
    Answer, Better, Class, Classified, ClassifiedCase, Dataset, Evaluation, Grid, Model, Report, Threshold, metric,
};
use monai_imaging::Dtype;
use serde_json::{Value, json};

use crate::parity::{close, manifest, score};
use crate::stand_in::{CONVENTIONS, Cases, StandIn, evaluation};
use crate::{classes, file, grid, volume};

fn named(name: &str) -> Named {
    Named {
        name: name.to_owned(),
        version: "1.2.0".into(),
        digest: "sha256:0123".into(),
        precision: "fp32".into(),
        changes: Vec::new(),
    }
}

fn subject<'a>(dataset: &'a Dataset, classes: &'a [Class], thresholds: &'a [Threshold]) -> Subject<'a> {
    Subject {
        model: named("Organs"),
        against: None,
        runtime_version: "0.1.0".into(),
        dataset,
        classes,
        conventions: CONVENTIONS,
        thresholds,
        worst: 2,
        names: false,
    }
}

/// Runs a model, beside another one if there is one, and reports.
fn report(cases: &Cases, known: &[Class], model: &dyn Model, against: Option<&dyn Model>, names: bool) -> Report {
    let dataset = cases.dataset();
    let results = Evaluation { against, pictures: 2, ..evaluation(&dataset, known, model) }.run(&|_, _| ());
    let against = against.map(|_| named("Older organs"));
    Report::new(&Subject { names, against, ..subject(&dataset, known, &[]) }, results)
}

#[test]
fn summaries_are_the_reductions_of_monai() {
    let batch = manifest().batch;
    let maps = |answer: bool| -> Vec<(Grid, Vec<u16>)> {
        let painted = batch.cases.iter().map(|case| {
            let grid = case.grid();
            (grid, if answer { &case.answer } else { &case.truth }.paint(grid.shape))
        });
        painted.collect()
    };
    let cases = Cases::of_maps(&maps(false));
    let mut known = batch.cases[0].class_list();
    known[0].name = "background".into();
    let model = cases.model("sha256:a", &maps(true));
    let document = report(&cases, &known, &model, None, false).json();
    for (name, expected) in &batch.expected {
        let row = &document["summary"][name];
        let check = |found: &Value, expected: &Value, what: &str| {
            let (found, expected) = (score(found), score(expected));
            assert!(close(found, expected, 1e-5), "{name} {what}: {found}, MONAI {expected}");
        };
        for key in ["mean", "std", "median", "quartile_1", "quartile_3", "min", "max"] {
            check(&row["all"][key], &expected[key], key);
        }
        let classes = row["classes"].as_array().expect("classes");
        assert_eq!(classes.len(), 3, "{name}");
        for (class, found) in classes.iter().enumerate() {
            check(&found["mean"], &expected["mean_batch"][class], "mean_batch");
            assert_eq!(found["cases"], expected["not_nans"][class], "{name}");
        }
        for (case, expected) in expected["per_case"].as_array().expect("cases").iter().enumerate() {
            check(&document["cases"][case]["all"][name], expected, "per case");
        }
    }
}

/// Two cases of 2 mm voxels: one right but for a voxel, one that lacks the tumour.
fn two_cases() -> (Cases, StandIn, StandIn, Vec<Class>) {
    let grid = grid([3, 3, 2], 3, [2.0; 3]);
    let mut truth = vec![0; 18];
    truth[8..12].fill(1);
    truth[17] = 2;
    let (mut near, mut far) = (truth.clone(), truth.clone());
    near[8] = 0;
    far[17] = 0;
    let cases = Cases::of_maps(&[(grid, truth.clone()), (grid, truth.clone())]);
    let model = cases.model("sha256:a", &[(grid, near), (grid, far)]);
    let other = cases.model("sha256:b", &[(grid, truth.clone()), (grid, truth)]);
    (cases, model, other, classes(&["background", "organ", "tumour"]))
}

#[test]
fn a_table_is_readable() {
    let (cases, model, _, known) = two_cases();
    let text = report(&cases, &known, &model, None, false).table();
    let expected = "\
model    Organs 1.2.0 sha256:0123 in fp32
runtime  0.1.0
cases    2 of `testing`, 0 failed

Cases, means over the classes
case    dice     iou   asd  assd    hd  hd95  volume_error  sensitivity  specificity  precision      f1  accuracy
1     0.9286  0.8750  0.00  0.14  1.00  0.85        0.1250       0.8750       1.0000     1.0000  0.9286    0.9722
2     0.5000  0.5000   inf   inf   inf   inf        0.5000       0.5000       1.0000     1.0000  0.5000    0.9722

Summary
metric        class     mean     std  median  quartile 1  quartile 3     min     max  cases  undefined  worst
dice          all     0.7143  0.2143  0.7143      0.6071      0.8214  0.5000  0.9286      2          0    2 1
              organ   0.9286  0.0714  0.9286      0.8929      0.9643  0.8571  1.0000      2          0    1 2
              tumour  0.5000  0.5000  0.5000      0.2500      0.7500  0.0000  1.0000      2          0    2 1
";
    assert!(text.starts_with(expected), "{text}");
    let confusion = "
Confusion over all cases, true by answered
true        background  organ  tumour
background          26      0       0
organ                1      7       0
tumour               1      0       1
";
    assert!(text.ends_with(confusion), "{text}");
}

#[test]
fn a_model_against_itself_differs_in_nothing() {
    let (cases, model, other, known) = two_cases();
    let same = report(&cases, &known, &model, Some(&model), false).json();
    for (name, row) in same["difference"]["metrics"].as_object().expect("metrics") {
        for change in [&row["all"]].into_iter().chain(row["classes"].as_array().expect("classes")) {
            let cases = change["cases"].as_u64().expect("a count");
            assert!(cases > 0 && score(&change["mean"]) == 0.0 && score(&change["worst"]) == 0.0, "{name}: {change}");
        }
    }
    assert_eq!(same["difference"]["differing"], json!({"mean": 0.0, "worst": 0.0, "case": 1, "cases": 2}));
    let changed = report(&cases, &known, &model, Some(&other), false);
    let document = changed.json();
    let difference = &document["difference"];
    let dice = |place: &Value| (score(&place["mean"]), score(&place["worst"]), place["case"].as_u64());
    assert_eq!(dice(&difference["metrics"]["dice"]["classes"][1]), (-0.5, -1.0, Some(2)));
    assert_eq!(difference["metrics"]["hd95"]["classes"][1]["worst"], "inf");
    assert_eq!(difference["differing"]["worst"], json!(1.0 / 18.0));
    assert_eq!(difference["agreement"][2], json!({"class": 2, "mean": 0.5, "worst": 0.0, "case": 2, "cases": 2}));
    assert_eq!(document["against"]["name"], "Older organs");
    assert!(changed.table().contains("share of voxels with another class"), "{}", changed.table());
}

#[test]
fn names_of_files_are_shown_only_when_asked() {
    let (cases, model, _, known) = two_cases();
    std::fs::remove_file(cases.path("label_1.nii.gz")).expect("it is ours");
    std::fs::create_dir(cases.path("label_1.nii.gz")).expect("a folder in its place");
    let dataset = {
        let text = json!({"testing": [{"image": "patient_0.nii.gz", "label": "label_0.nii.gz"}]}).to_string();
        std::fs::write(cases.path("dataset.json"), text).expect("it is ours");
        cases.dataset()
    };
    for names in [false, true] {
        let results = Evaluation { pictures: 2, ..evaluation(&dataset, &known, &model) }.run(&|_, _| ());
        let report = Report::new(&Subject { names, ..subject(&dataset, &known, &[]) }, results);
        for text in [report.table(), report.json().to_string(), report.html()] {
            assert_eq!(text.contains("patient_0.nii.gz"), names, "{text}");
            assert!(!text.contains("dataset.json") && !text.contains("label_"), "{text}");
        }
    }
}

/// The values of an attribute in a page.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!("{name}=\"");
    let rest = page.split(start.as_str()).skip(1);
    rest.map(|rest| rest.split('"').next().unwrap_or_default()).collect::<Vec<_>>()
}

#[test]
fn a_page_refers_to_nothing_outside() {
    let (cases, model, other, mut known) = two_cases();
    known[1].name = "<script src=\"https://example.org/x.js\">\u{1b}[2J".into();
    let report = report(&cases, &known, &model, Some(&other), false);
    let page = report.html();
    let sources = attributes(&page, " src");
    assert_eq!(sources.len(), 6, "three planes of two cases");
    for source in sources {
        let packed = source.strip_prefix("data:image/png;base64,").expect("the picture itself");
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.decode(packed).expect("base64");
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("it is small")];
        let info = reader.next_frame(&mut pixels).expect("whole");
        assert!(info.width.max(info.height) == 384 && info.color_type == png::ColorType::Rgb);
        let colours: BTreeMap<&[u8], usize> = pixels.chunks(3).fold(BTreeMap::new(), |mut counts, pixel| {
            *counts.entry(pixel).or_default() += 1;
            counts
        });
        assert!(colours.len() > 3, "grey and outlines");
        assert!(colours.contains_key(&[0, 160, 255][..]), "where only the truth is outlined");
    }
    for word in ["<script", "<link", "href", "url(", "@import", "srcset"] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("&lt;script src=&quot;https://example.org/x.js&quot;&gt;"));
    assert!(!report.table().contains('\u{1b}'));
    assert!(metric::list(false).iter().all(|metric| page.contains(metric.text)), "every metric is explained");
}

#[test]
fn planes_are_one_picture_of_a_plane() {
    let grid = grid([8, 4, 1], 2, [1.0, 1.0, 1.0]);
    let labels: Vec<u16> = (0..32).map(|voxel| u16::from(voxel % 5 > 2)).collect();
    let cases = Cases::of_maps(&[(grid, labels.clone())]);
    let model = cases.model("sha256:a", &[(grid, labels)]);
    let page = report(&cases, &classes(&["background", "organ"]), &model, None, false).html();
    assert_eq!(attributes(&page, " src").len(), 1);
    assert_eq!(attributes(&page, " alt"), ["plane of case 1"]);
}

#[test]
fn classes_that_overlap_are_scored_and_drawn_by_mask() {
    let grid = grid([4, 3, 2], 3, [1.0; 3]);
    let known = classes(&["tumour core", "whole tumour"]);
    let masks = |core: usize, whole: usize| -> Vec<u8> {
        let mask = |voxels: usize| (0..24).map(move |voxel| u16::from(voxel < voxels));
        file(&volume(&grid, 2, &mask(core).chain(mask(whole)).collect::<Vec<u16>>()), Dtype::Uint8)
    };
    let cases = Cases::of_maps(&[(grid, vec![0; 24])]);
    std::fs::write(cases.path("label_0.nii.gz"), masks(6, 18)).expect("it is ours");
    let model = StandIn::new("sha256:a", [(cases.images[0].clone(), Ok(Answer::Map(masks(12, 18))))]);
    let report = report(&cases, &known, &model, Some(&model), false);
    let document = report.json();
    let scores = document["cases"][0]["classes"].as_array().expect("classes");
    let dice: Vec<&Value> = scores.iter().map(|class| &class["dice"]).collect();
    assert_eq!(dice, [&json!(2.0 / 3.0), &json!(1.0)], "number 0 is no background here");
    assert_eq!((&document["confusion"], &document["difference"]["differing"]), (&Value::Null, &Value::Null));
    assert_eq!(document["difference"]["agreement"][0]["mean"], 1.0);
    assert_eq!(attributes(&report.html(), " src").len(), 3);
}

#[test]
fn classifiers_are_summed_up_over_their_cases() {
    let known = classes(&["none", "benign", "malign"]);
    let cases = Cases::of_classes(grid([2, 2, 2], 3, [1.0; 3]), &[0, 1, 2, 2, 1]);
    let scores = [[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.1, 0.3, 0.6], [0.1, 0.5, 0.4], [0.3, 0.3, 0.4]];
    let model = |digest: &str, scores: &[[f64; 3]]| {
        let answers = scores.iter().map(|scores| Ok(Answer::Scores(scores.to_vec())));
        StandIn::new(digest, cases.images.iter().cloned().zip(answers))
    };
    let (model, dataset) = (model("sha256:a", &scores), cases.dataset());
    let results = evaluation(&dataset, &known, &model).run(&|_, _| ());
    let bounds = ["correct=0.6", "auc:malign=0.92", "sensitivity=0.7"];
    let bounds = bounds.map(|text| Threshold::parse(Better::Higher, text, &known, true).expect("a threshold"));
    let report = Report::new(&subject(&dataset, &known, &bounds), results);
    let document = report.json();
    let classified: Vec<ClassifiedCase> = scores
        .iter()
        .zip([0, 1, 2, 2, 1])
        .map(|(scores, truth)| ClassifiedCase { scores: scores.to_vec(), truth })
        .collect();
    let auc = Classified::new(classified.iter().collect(), 3).auc();
    assert_eq!(document["summary"]["auc"]["all"], json!(auc.all));
    assert_eq!(document["summary"]["correct"]["all"], json!(0.6));
    assert_eq!(document["summary"]["sensitivity"]["classes"][2], json!({"class": 2, "value": 0.5}));
    assert_eq!(document["confusion"]["true_by_answered"], json!([[1, 0, 0], [0, 1, 1], [0, 1, 1]]));
    assert_eq!(
        document["cases"][3],
        json!({"truth": 2, "answer": 1, "scores": [0.1, 0.5, 0.4], "against": null, "case": 4})
    );
    let met: Vec<bool> =
        document["thresholds"].as_array().expect("a list").iter().map(|one| one["met"] == true).collect();
    assert_eq!(met, [true, false, false]);
    assert!(!report.is_met() && report.failed() == 0);
    assert!(
        report.table().contains("\nCases\ncase  truth   answer   score\n1     none    none    0.8000\n"),
        "{}",
        report.table()
    );
}

#[test]
fn a_value_that_is_not_defined_meets_no_threshold() {
    let (cases, model, _, known) = two_cases();
    let dataset = cases.dataset();
    let check = |side: Better, text: &str, expected: bool| {
        let bound = [Threshold::parse(side, text, &known, false).expect("a threshold")];
        let results = evaluation(&dataset, &known, &model).run(&|_, _| ());
        let report = Report::new(&subject(&dataset, &known, &bound), results);
        assert_eq!(report.is_met(), expected, "{text}");
    };
    check(Better::Higher, "dice=0.7", true);
    check(Better::Higher, "dice=0.72", false);
    check(Better::Higher, "dice:organ=0.92", true);
    check(Better::Lower, "hd95:organ=2", true);
    check(Better::Lower, "hd95=1000", false);
    check(Better::Higher, "dice:background=0.1", false);
}

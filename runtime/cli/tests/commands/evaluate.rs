use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use monai_engine::{Answer, Device, Options, Part, Precision, Session};
use monai_imaging::nifti::{decode, encode};
use monai_imaging::{Affine, Dtype, Volume};
use monai_pipeline::Pipeline;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::run::image;
use crate::{brain_tissue, changed, guided, monai, place, stderr, stdout};

/// Three images and the answers to them.
fn answered() -> &'static [(Vec<u8>, Volume)] {
    static ANSWERED: OnceLock<Vec<(Vec<u8>, Volume)>> = OnceLock::new();
    ANSWERED.get_or_init(|| {
        let pipeline = Pipeline::open(&brain_tissue()).expect("it can be run");
        let session = Session::prepare(pipeline, Options::threads(2)).expect("it is prepared");
        let images = [[20, 24, 16], [16, 14, 20], [18, 20, 12]].map(image);
        let answer = |image: Vec<u8>| {
            let answer = session.predict(&[Part::whole(&image)], 1 << 30).expect("it is answered").answer;
            let Answer::Nifti(answer) = answer else { panic!("{answer:?}") };
            (image, decode(&answer).expect("it is NIfTI").volume)
        };
        images.map(answer).into()
    })
}

/// The labels: the first one is what is answered, the second one wrong in some planes, the third one lacks a class.
fn labels() -> Vec<Volume> {
    let mut labels: Vec<Volume> = answered().iter().map(|(_, answer)| answer.clone()).collect();
    let plane = labels[1].shape[1] * labels[1].shape[2];
    labels[1].data[5 * plane..8 * plane].iter_mut().for_each(|label| *label = (*label + 1.0) % 4.0);
    labels[2].data.iter_mut().filter(|label| **label == 3.0).for_each(|label| *label = 0.0);
    labels
}

fn write_label(path: &Path, label: &Volume, image: &[u8]) {
    let frame = decode(image).expect("it is NIfTI").facts.frame;
    fs::write(path, encode(label, Dtype::Uint8, frame).expect("it is encoded")).expect("it is written");
}

/// A folder with the cases and their datalist; the names of the files name patients.
fn dataset() -> TempDir {
    let place = place();
    let entries = answered().iter().zip(labels()).enumerate().map(|(index, ((image, _), label))| {
        let [image_name, label_name] = ["", "_label"].map(|end| format!("Doe_Jane_{index}{end}.nii.gz"));
        fs::write(place.path().join(&image_name), image).expect("it is written");
        write_label(&place.path().join(&label_name), &label, image);
        json!({"image": image_name, "label": label_name})
    });
    let document = json!({"testing": entries.collect::<Vec<_>>()});
    fs::write(place.path().join("dataset.json"), document.to_string()).expect("it is written");
    place
}

/// Runs the command over the datalist of a folder; the last two are the report as JSON and as HTML.
fn evaluate(folder: &Path, more: &[&str]) -> (Output, Value, String) {
    let [list, json, html] = ["dataset.json", "report.json", "report.html"].map(|name| folder.join(name));
    let bundle = brain_tissue();
    let mut arguments: Vec<&dyn AsRef<OsStr>> = vec![&bundle, &list, &"--json", &json, &"--html", &html];
    arguments.extend(more.iter().map(|word| word as &dyn AsRef<OsStr>));
    let output = monai("evaluate", &arguments);
    let report = fs::read(json).map_or(Value::Null, |text| serde_json::from_slice(&text).expect("it is JSON"));
    (output, report, fs::read_to_string(html).unwrap_or_default())
}

/// The same where all goes well, with the scores kept beside the cases; its output is one text.
fn evaluate_kept(folder: &Path, more: &[&str]) -> (String, Value, String) {
    let work = folder.join("work");
    let (output, report, page) = evaluate(folder, &[&["--work", work.to_str().expect("UTF-8")], more].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    (stdout(&output) + &stderr(&output), report, page)
}

/// Replaces the datalist by one case.
fn rewrite(folder: &Path, image: Value, label: Value) {
    let document = json!({"testing": [{"image": image, "label": label}]});
    fs::write(folder.join("dataset.json"), document.to_string()).expect("it is written");
}

/// Dice of a class, counted voxel by voxel.
fn dice(answer: &Volume, truth: &Volume, class: f32) -> Option<f64> {
    let count = |volume: &Volume| volume.data.iter().filter(|label| **label == class).count() as f64;
    let both = answer.data.iter().zip(&truth.data).filter(|(answer, truth)| **answer == class && **truth == class);
    (count(truth) > 0.0).then(|| 2.0 * both.count() as f64 / (count(answer) + count(truth)))
}

#[test]
fn labelled_cases_are_scored_and_reported() {
    let folder = dataset();
    let (output, report, page) = evaluate(folder.path(), &["--jobs", "2"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(report["model"]["name"], "Brain tissue segmentation of T1 MRI");
    assert_eq!((&report["failed"], &report["against"]), (&json!(0), &Value::Null));
    let names: Vec<&str> =
        report["classes"].as_array().expect("classes").iter().filter_map(|c| c["name"].as_str()).collect();
    assert_eq!(names, ["background", "cerebrospinal fluid", "grey matter", "white matter"]);
    let mut compared = 0;
    for (index, ((_, answer), truth)) in answered().iter().zip(labels()).enumerate() {
        let classes = report["cases"][index]["classes"].as_array().expect("classes");
        assert_eq!(classes.len(), 3);
        for class in classes {
            let expected = dice(answer, &truth, class["class"].as_u64().expect("a number") as f32);
            match (class["dice"].as_f64(), expected) {
                (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-12, "{found} {expected}"),
                (found, expected) => assert_eq!(found, expected),
            }
            compared += usize::from(expected.is_some_and(|dice| dice < 1.0));
            if index == 0 {
                assert!(class["hd95"] == 0.0 || class["hd95"].is_null(), "{class}");
            }
        }
    }
    assert!(compared >= 2, "some labels differ from the answers");
    let text = stdout(&output);
    assert!(text.contains("\nSummary\n") && text.contains("white matter") && text.contains("volume_error"), "{text}");
    assert!(stderr(&output).contains("monai: case 3 of 3: done in"), "{}", stderr(&output));
    // Nothing names a patient or refers to anything outside of the page.
    for text in [&text, &stderr(&output), &report.to_string(), &page] {
        assert!(
            !text.contains("Doe") && !text.contains("nii") && !text.contains(folder.path().to_str().expect("UTF-8"))
        );
    }
    assert_eq!(page.matches("src=\"").count(), 9, "three planes of three cases");
    assert_eq!(page.matches("src=\"data:image/png;base64,").count(), 9);
    assert!(!page.contains("http") && !page.contains("href") && !page.contains("<script"));
    let (output, report, page) = evaluate(folder.path(), &["--names", "--worst", "1"]);
    assert_eq!(report["cases"][2]["name"], "Doe_Jane_2.nii.gz");
    assert!(page.contains("Doe_Jane_") && page.matches("src=\"data:").count() == 3);
    assert!(stdout(&output).contains("Doe_Jane_1.nii.gz") && stderr(&output).contains("(Doe_Jane_0.nii.gz): done"));
}

#[test]
fn an_interrupted_run_continues_and_an_altered_case_is_computed_anew() {
    let folder = dataset();
    let work = folder.path().join("work");
    let kept = ["--jobs", "1", "--work", work.to_str().expect("UTF-8")];
    let mut monai = Command::new(env!("CARGO_BIN_EXE_monai"));
    monai.arg("evaluate").arg(brain_tissue()).arg(folder.path().join("dataset.json")).args(kept);
    let mut running = monai.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let lines = BufReader::new(running.stderr.take().expect("it is piped")).lines();
    let first = lines.map_while(Result::ok).find(|line| line.contains("done in"));
    running.kill().expect("it is ours");
    running.wait().expect("it ends");
    assert!(first.is_some_and(|line| line.contains("case 1 of 3")));
    let (output, continued, _) = evaluate(folder.path(), &kept);
    assert!(output.status.success() && stderr(&output).contains("case 1 of 3: kept"), "{}", stderr(&output));
    assert!(stderr(&output).contains("case 3 of 3: done"), "{}", stderr(&output));
    let (_, fresh, _) = evaluate(folder.path(), &[]);
    assert_eq!(continued, fresh);
    let (image, answer) = &answered()[1];
    write_label(&folder.path().join("Doe_Jane_1_label.nii.gz"), answer, image);
    let (output, altered, _) = evaluate(folder.path(), &kept);
    let told = stderr(&output);
    assert!(
        told.contains("case 1 of 3: kept") && told.contains("case 2 of 3: done") && told.contains("case 3 of 3: kept"),
        "{told}"
    );
    assert_eq!((&altered["cases"][1]["all"]["dice"], &altered["cases"][0]), (&json!(1.0), &fresh["cases"][0]));
}

#[test]
fn thresholds_and_failures_set_the_exit_status() {
    let folder = dataset();
    let work = folder.path().join("work");
    let check = |more: &[&str], status: i32, words: &str| {
        let arguments = [&["--work", work.to_str().expect("UTF-8")], more].concat();
        let (output, _, _) = evaluate(folder.path(), &arguments);
        let text = stdout(&output) + &stderr(&output);
        assert_eq!(output.status.code(), Some(status), "{more:?}: {text}");
        assert!(text.contains(words), "{more:?}: {text}");
    };
    check(&["--min", "dice=0.1", "--min", "iou:grey matter=0.1", "--max", "volume_error=10"], 0, "volume_error <= 10");
    check(&["--min", "dice=0.1", "--min", "dice=0.9999"], 1, "NO");
    check(&["--min", "dise=0.9"], 2, "names no metric");
    check(&["--min", "hd95=5"], 2, "give it to --max");
    check(&["--min", "dice:liver=0.9"], 2, "`white matter`");
    check(&["--section", "training"], 2, "no section `training`; there is `testing`");
    check(&["--data-root", "/nowhere"], 2, "/nowhere");
    check(&["--memory", "lots"], 2, "8GiB");
    check(&["--jobs", "0"], 2, "--jobs");
    check(&["--against", "/nowhere/bundle"], 2, "/nowhere/bundle");
    let (bundle, list) = (brain_tissue(), folder.path().join("dataset.json"));
    let output = monai("evaluate", &[&bundle, &list, &"--html", &"/nowhere/report.html"]);
    assert!(output.status.code() == Some(2) && stderr(&output).contains("/nowhere/report.html"), "{}", stderr(&output));
    // A label on another grid, and an image that is none.
    let mut label = labels().remove(1);
    let mut matrix = *label.affine.matrix();
    matrix[2][3] += 1.0;
    label.affine = Affine::new(matrix).expect("invertible");
    write_label(&folder.path().join("Doe_Jane_1_label.nii.gz"), &label, &answered()[1].0);
    fs::write(folder.path().join("Doe_Jane_2.nii.gz"), "no image").expect("it is written");
    check(&["--min", "dice=0.1"], 2, "a corner of the answer lies 1.0000 mm from that of the label");
    check(&[], 2, "case 3 of 3: cannot decode the image: the bytes are no image");
    check(&[], 2, "3 of `testing`, 2 failed");
    rewrite(folder.path(), json!(["Doe_Jane_0.nii.gz", "Doe_Jane_1.nii.gz"]), json!("Doe_Jane_0_label.nii.gz"));
    check(&[], 2, "2 files, expected one");
    rewrite(folder.path(), json!("Doe_Jane_0.nii.gz"), json!(1));
    check(&["--min", "dice=0.9"], 2, "expected one of correct, auc");
    check(&[], 2, "the answer is a label map, the label a class");
}

#[test]
fn two_versions_are_compared_on_the_same_cases() {
    let folder = dataset();
    let against = |bundle: &Path| {
        let (output, report, _) = evaluate(folder.path(), &["--against", bundle.to_str().expect("UTF-8")]);
        assert!(output.status.success(), "{}", stderr(&output));
        (stdout(&output), report["difference"].clone(), report)
    };
    let (text, same, report) = against(&brain_tissue());
    for (name, row) in same["metrics"].as_object().expect("metrics") {
        let changes = [&row["all"]].into_iter().chain(row["classes"].as_array().expect("classes"));
        for change in changes.filter(|change| change["cases"] != 0) {
            assert_eq!((&change["mean"], &change["worst"]), (&json!(0.0), &json!(0.0)), "{name}");
        }
    }
    assert_eq!((&same["differing"]["mean"], &same["differing"]["cases"]), (&json!(0.0), &json!(3)));
    assert_eq!(report["against"], report["model"]);
    assert!(text.contains("Difference, the model less the other"), "{text}");
    // A version that sees the image darker.
    let other = changed(folder.path(), |config| {
        config["preprocessing"]["transforms"][5]["b_max"] = json!(0.8);
    });
    let (_, difference, report) = against(&other);
    let share = difference["differing"]["worst"].as_f64().expect("a share");
    assert!(share > 0.0 && share < 1.0, "{difference}");
    assert_ne!(report["against"]["digest"], report["model"]["digest"]);
    let dice = &difference["metrics"]["dice"]["all"];
    let [model, against] = ["all", "against"].map(|side| {
        let cases = report["cases"].as_array().expect("cases");
        let value = |case: &Value| {
            if side == "all" { case["all"]["dice"].clone() } else { case["against"]["all"]["dice"].clone() }
        };
        cases.iter().map(|case| value(case).as_f64().expect("a Dice")).sum::<f64>() / cases.len() as f64
    });
    assert!((dice["mean"].as_f64().expect("a mean") - (model - against)).abs() < 1e-12, "{dice}");
    let renamed = {
        let bundle = PathBuf::from(&other);
        let path = bundle.join("configs/metadata.json");
        let mut metadata: Value = serde_json::from_slice(&fs::read(&path).expect("it is there")).expect("it is JSON");
        metadata["network_data_format"]["outputs"]["pred"]["channel_def"]["1"] = "blood".into();
        fs::write(&path, metadata.to_string()).expect("it is a copy");
        bundle
    };
    let (output, _, _) = evaluate(folder.path(), &["--against", renamed.to_str().expect("UTF-8")]);
    assert!(output.status.code() == Some(2) && stderr(&output).contains("other classes"), "{}", stderr(&output));
}

#[test]
fn what_changes_the_answers_is_told_and_is_not_taken_from_other_answers() {
    let folder = dataset();
    let run = |more: &[&str]| evaluate_kept(folder.path(), more);
    let (_, plain, _) = run(&[]);
    assert_eq!(plain["model"]["changes"], json!([]));
    let check = |more: &[&str], changes: &[&str]| {
        let change = changes.join(", ");
        let (text, changed, page) = run(more);
        assert!(!text.contains(": kept"), "these are other answers: {text}");
        assert_eq!(changed["model"]["changes"], json!(changes));
        assert_eq!(changed["model"]["digest"], plain["model"]["digest"]);
        assert!(text.contains(&format!(" in fp32, {change}\n")) && page.contains(&change), "{text}");
        assert_ne!(changed["cases"], plain["cases"], "{change} changes nothing");
        let (text, again, _) = run(more);
        assert_eq!((text.matches(": kept").count(), again), (3, changed), "{text}");
    };
    check(&["--set", "preprocessing::transforms::4::upper=90"], &["preprocessing::transforms::4::upper=90"]);
    check(&["--config", "configs/inference.json", "--mirror", "0"], &["configs/inference.json", "mirror=0"]);
    let bundle = brain_tissue();
    let (_, both, _) = run(&["--set", "inferer::overlap=0.5", "--against", bundle.to_str().expect("UTF-8")]);
    assert_eq!((&both["model"]["changes"], &both["against"]), (&json!(["inferer::overlap=0.5"]), &plain["model"]));
    let (_, both, _) = run(&["--set", "inferer::overlap=0.5", "--against-precision", "fp32"]);
    assert_eq!(both["against"], both["model"], "only the precision may differ");
}

#[test]
fn two_precisions_of_one_bundle_are_compared_on_the_same_cases() {
    let folder = dataset();
    let run = |more: &[&str]| {
        let (text, report, _) = evaluate_kept(folder.path(), more);
        (text, report)
    };
    let share = |report: &Value| report["difference"]["differing"]["worst"].as_f64().expect("a share");
    let (_, same) = run(&["--against-precision", "fp32"]);
    assert_eq!((&same["model"], share(&same)), (&same["against"], 0.0));
    assert_eq!(same["model"]["precision"], "fp32");
    if let Err(reason) = Precision::find("bf16", Device::Cpu) {
        writeln!(std::io::stderr(), "NOT RUN: two precisions compared: {reason}").expect("standard error is there");
        return;
    }
    let (text, both) = run(&["--against-precision", "bf16"]);
    assert!(text.contains(" in fp32\n") && text.contains(" in bf16\n"), "{text}");
    assert!(!text.contains("kept"), "what was computed in another precision is computed anew: {text}");
    assert_eq!((&both["model"], &both["against"]["precision"]), (&same["model"], &json!("bf16")));
    assert_eq!(both["against"]["digest"], both["model"]["digest"]);
    let dice = &both["difference"]["metrics"]["dice"]["all"];
    assert!(dice["mean"].as_f64().expect("a mean").abs() < 0.01 && share(&both) < 0.01, "{}", both["difference"]);
    // The other way around is the same difference with the other sign.
    let (_, turned) = run(&["--precision", "bf16", "--against-precision", "fp32"]);
    assert_eq!((&turned["model"], &turned["against"]), (&both["against"], &both["model"]));
    assert_eq!(share(&turned), share(&both));
}

#[test]
fn clicks_of_a_case_are_taken_from_the_datalist() {
    let folder = dataset();
    let bundle = guided(folder.path());
    let [list, report] = ["dataset.json", "report.json"].map(|name| folder.path().join(name));
    let evaluate = |clicks: Value| {
        let case = json!({"image": "Doe_Jane_0.nii.gz", "label": "Doe_Jane_0_label.nii.gz", "spot": clicks});
        fs::write(&list, json!({"testing": [case]}).to_string()).expect("it is written");
        let output = monai("evaluate", &[&bundle, &list, &"--json", &report]);
        let report: Value = serde_json::from_slice(&fs::read(&report).expect("it is written")).expect("it is JSON");
        (output, report["cases"][0].clone())
    };
    let (output, none) = evaluate(json!([]));
    assert!(output.status.success(), "{}", stderr(&output));
    assert_ne!(evaluate(json!([[10, 12, 8]])).1, none, "the clicks count");
    let (output, _) = evaluate(json!([[10, 12]]));
    assert!(!output.status.success() && stderr(&output).contains("points of 3 coordinates"), "{}", stderr(&output));
}

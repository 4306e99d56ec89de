use std::fs;

use monai_pipeline::Rates;
use serde_json::{Value, json};

use crate::run::image;
use crate::{brain_tissue, changed, copy, monai, place, stderr, stdout};

#[test]
fn the_example_bundle_can_be_served() {
    let output = monai("check", &[&brain_tissue()]);
    let text = stdout(&output);
    assert!(output.status.success(), "{text}{}", stderr(&output));
    assert!(text.contains("digest          sha256:") && text.contains("3 spatial dimensions"), "{text}");
}

#[test]
fn a_bundle_without_its_weights_and_one_that_is_nowhere_say_so() {
    let place = place();
    let bundle = changed(place.path(), |_| ());
    fs::remove_file(bundle.join("models/model.pt")).expect("it is a copy");
    for (bundle, words) in [(bundle, "model.pt"), (place.path().join("nowhere"), "nowhere")] {
        let output = monai("check", &[&bundle]);
        let text = stdout(&output) + &stderr(&output);
        assert!(!output.status.success() && text.contains(words), "{text}");
    }
}

#[test]
fn memory_and_time_are_known_beforehand() {
    let cache = place();
    let check = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_monai"));
        command
            .env("XDG_CACHE_HOME", cache.path())
            .arg("check")
            .arg(brain_tissue())
            .args(arguments)
            .output()
            .expect("it starts")
    };
    let estimate = |arguments: &[&str]| -> Value {
        let output = check(&[&["--json"], arguments].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let object: Value = serde_json::from_str(&stdout(&output)).expect("it is JSON");
        object["estimate"].clone()
    };
    assert_eq!(estimate(&[]), Value::Null);
    let small = estimate(&["--shape", "48x48x48"]);
    let large = estimate(&["--shape", "96x96x96"]);
    let fine = estimate(&["--shape", "48x48x48", "--spacing", "2x2x2"]);
    let mirrored = estimate(&["--shape", "48x48x48", "--mirror", "0,1"]);
    let number = |estimate: &Value, key: &str| estimate[key].as_f64().expect("a number");
    for key in ["memory", "seconds", "runs", "flops"] {
        assert!(number(&small, key) > 0.0, "{key}: {small}");
    }
    for key in ["runs", "flops"] {
        assert_eq!(number(&mirrored, key), 4.0 * number(&small, key), "{key}: {mirrored}");
    }
    assert!(number(&large, "memory") > number(&small, "memory"), "{large} and {small}");
    assert_eq!((&small["grid"], &small["measured"]), (&json!([48, 48, 48]), &json!(true)));
    assert_eq!(fine["grid"], json!([95, 95, 95]), "voxels of 2 mm become those of 1 mm");
    let file = cache.path().join("ball.nii.gz");
    fs::write(&file, image([40, 30, 20])).expect("it is written");
    let file = file.to_string_lossy();
    let own = estimate(&["--image", &file]);
    let formed = estimate(&["--shape", "40x30x20", "--spacing", "1.503x1.2x1.503"]);
    assert_eq!((&own["grid"], &own["runs"]), (&formed["grid"], &formed["runs"]), "an image has what its form tells");
    let rates = Rates::at(cache.path().join("monai/rates.json"));
    let digest = monai_pipeline::digest(&brain_tissue()).expect("a folder");
    assert!(rates.recall(&digest, "cpu", "fp32").is_some_and(|rate| rate > 1e6), "it is kept for the provider");
    let text = stdout(&check(&["--shape", "48x48x48"]));
    assert!(text.contains("MiB at most") && text.contains("s in the network"), "{text}");
    for (arguments, words) in [
        (
            &["--shape", "48x48"][..],
            "a shape of [48, 48] and voxels of [1.0, 1.0, 1.0] mm, the network takes 3 spatial axes",
        ),
        (&["--shape", "48x0x48"], "expected two or three positive numbers"),
        (&["--spacing", "1x1x1"], "--shape"),
        (&["--image", &file, "--shape", "48x48x48"], "cannot be used with"),
        (&["--device", "metal", "--shape", "48x48x48"], "not in this build"),
        (&["--image", "nowhere.nii.gz"], "cannot read nowhere.nii.gz"),
    ] {
        let output = check(arguments);
        assert!(!output.status.success() && stderr(&output).contains(words), "{}", stderr(&output));
    }
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_monai"));
    let output = command.arg("check").arg(brain_tissue()).stdout(writer).output().expect("it starts");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
}

#[test]
fn every_problem_is_listed_with_its_line() {
    let place = place();
    let bundle = place.path().join("bundle");
    copy(&brain_tissue(), &bundle);
    let path = bundle.join("configs/inference.json");
    let text = fs::read_to_string(&path).expect("it is there");
    let text = text
        .replace("\"EnsureChannelFirstd\"", "\"EnsureChannelFirst\"")
        .replace("\"UNet\"", "\"UNett\"")
        .replace("\"SlidingWindowInferer\"", "\"SlidingWindowInferrer\"")
        .replace("\"instance\"", "\"@nrm\"")
        .replace("\"$np.uint8\"", "\"$np.unit8\"")
        .replace("\"axcodes\": \"RAS\"", "\"axcodes\": \"$os.system('true')\"")
        .replace("\"Orientationd\"", "\"Orientationd2\"")
        .replace("\"lower\": 0", "\"lower\": \"$__import__('os')\"");
    fs::write(&path, &text).expect("it is a copy");
    fs::remove_file(bundle.join("models/model.pt")).expect("it is a copy");
    let line = |words: &str| text.lines().position(|line| line.contains(words)).expect(words) + 1;
    let output = monai("check", &[&bundle]);
    let shown = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    let expected = [
        (line("@nrm"), "network_def::norm", "`@nrm` is not defined"),
        (line("\"UNett\"") - 1, "network_def", "supported is `UNet`"),
        (line("\"EnsureChannelFirst\"") - 1, "preprocessing::transforms::1", "supported is `EnsureChannelFirstd`"),
        (line("os.system"), "preprocessing::transforms::2::axcodes", "the function `os.system` is not allowed"),
        (line("Orientationd2") - 1, "preprocessing::transforms::2", "supported is `Orientationd`"),
        (line("__import__"), "preprocessing::transforms::4::lower", "the function `__import__` is not allowed"),
        (line("SlidingWindowInferrer") - 1, "inferer", "supported is `SlidingWindowInferer`"),
        (line("np.unit8"), "postprocessing::transforms::4::output_dtype", "did you mean `numpy.uint8`?"),
    ];
    for (line, id, words) in &expected {
        let start = format!("`configs/inference.json` line {line}, `{id}`: ");
        let found = shown.lines().any(|shown| shown.starts_with(&start) && shown.contains(words));
        assert!(found, "{start}{words}: {shown}");
    }
    assert!(shown.lines().any(|line| line.starts_with("`models/model.pt`: ")), "{shown}");
    assert_eq!(shown.lines().count(), expected.len() + 1, "{shown}");
    let output = monai("check", &[&bundle, &"--json"]);
    let object: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    assert_eq!((output.status.code(), &object["served"]), (Some(1), &json!(false)));
    let problems = object["problems"].as_array().expect("a list");
    assert_eq!(problems.len(), expected.len() + 1);
    assert_eq!((&problems[0]["line"], &problems[0]["id"]), (&json!(expected[0].0), &json!("network_def::norm")));
    let object: Value = serde_json::from_str(&stdout(&monai("check", &[&brain_tissue(), &"--json"]))).expect("JSON");
    assert_eq!(object, json!({"served": true, "problems": [], "warnings": []}));
}

#[test]
fn warnings_stand_beside_the_result() {
    let place = place();
    let bundle = changed(place.path(), |config| config["imports"] = json!(["$from os import path, sep"]));
    let output = monai("check", &[&bundle]);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    let warning = "monai: warning: `configs/inference.json` line 1, `imports::0`: only `path` of";
    assert!(stderr(&output).starts_with(warning), "{}", stderr(&output));
}

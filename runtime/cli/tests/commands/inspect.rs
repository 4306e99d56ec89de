use std::fs;

use serde_json::{Value, json};

use crate::{brain_tissue, changed, monai, place, stderr, stdout};

#[test]
fn a_bundle_says_what_it_is() {
    let metadata = fs::read(brain_tissue().join("configs/metadata.json")).expect("it is there");
    let metadata: Value = serde_json::from_slice(&metadata).expect("it is JSON");
    let output = monai("inspect", &[&brain_tissue(), &"--json"]);
    let facts: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    for key in ["name", "version", "task", "description", "intended_use", "monai_version"] {
        assert_eq!(facts[key], metadata[key], "{key}");
    }
    let formats = &metadata["network_data_format"];
    assert_eq!(facts["labels"], formats["outputs"]["pred"]["channel_def"]);
    assert_eq!(facts["inputs"]["image"]["spatial_shape"], formats["inputs"]["image"]["spatial_shape"]);
    assert_eq!(facts["network"]["out_channels"], 4);
    assert_eq!(facts["weights"], "models/model.pt");
    assert_eq!(facts["roots"]["preprocessing"]["transforms"][0], "LoadImaged");
    assert_eq!(facts["roots"]["inferer"]["target"], "SlidingWindowInferer");
    assert_eq!(facts["problems"], json!([]));
    let text = stdout(&monai("inspect", &[&brain_tissue()]));
    for value in [&facts["name"], &facts["digest"], &facts["labels"]["3"], &facts["network"]["parameters"]] {
        let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert!(text.contains(&word), "{text} lacks {word}");
    }
    let checked = stdout(&monai("check", &[&brain_tissue()]));
    assert!(checked.contains(facts["digest"].as_str().expect("a digest")), "{checked}");
}

#[test]
fn a_bundle_that_cannot_be_served_is_shown_with_its_problems() {
    let place = place();
    let bundle = changed(place.path(), |config| config["inferer"]["_target_"] = "PatchInferer".into());
    let output = monai("inspect", &[&bundle, &"--json"]);
    let facts: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    assert_eq!(facts["network"], Value::Null);
    assert!(facts["problems"][0].as_str().is_some_and(|problem| problem.contains("PatchInferer")), "{facts}");
    assert!(stdout(&monai("inspect", &[&bundle])).contains("PatchInferer"));
}

#[test]
fn the_text_of_a_bundle_does_not_steer_the_terminal() {
    let place = place();
    let bundle = changed(place.path(), |_| ());
    let path = bundle.join("configs/metadata.json");
    let mut metadata: Value = serde_json::from_slice(&fs::read(&path).expect("it is there")).expect("it is JSON");
    metadata["name"] = "a\u{1b}[2Jb".into();
    metadata["network_data_format"]["outputs"]["pred"]["channel_def"]["1"] = "c\r\nd".into();
    fs::write(&path, metadata.to_string()).expect("it is a copy");
    let text = stdout(&monai("inspect", &[&bundle]));
    assert!(text.contains("a [2Jb ") && !text.contains('\u{1b}') && text.contains("1 c  d"), "{text}");
}

#[test]
fn an_item_is_shown_with_its_origin() {
    let file = "configs/inference.json";
    let place = place();
    let bundle = changed(place.path(), |_| ());
    fs::write(bundle.join("configs/wide.yaml"), "network_def#channels: [16, 32, 64, 128]\n").expect("it is a copy");
    let wide: &[&str] = &["--config", file, "--config", "configs/wide.yaml"];
    let check = |id: &str, more: &[&str], value: Value, origin: Value, overridden: Value| {
        let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&bundle, &id];
        arguments.extend(more.iter().map(|word| word as &dyn AsRef<std::ffi::OsStr>));
        let output = monai("inspect", &arguments);
        let found: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
        assert_eq!(found, json!({"id": id, "value": value, "origin": origin, "overridden": overridden}), "{id}");
    };
    let read = |file: &str| -> Value {
        serde_json::from_slice(&fs::read(brain_tissue().join(file)).expect("it is there")).expect("it is JSON")
    };
    let network = &read(file)["network_def"];
    let at = |file: &str, id: &str| json!({"file": file, "id": id});
    check("network_def::strides", &[], network["strides"].clone(), at(file, "network_def"), json!([]));
    check("network_def#channels", &[], network["channels"].clone(), at(file, "network_def"), json!([]));
    let channels = at("configs/wide.yaml", "network_def::channels");
    check("network_def::channels", wide, json!([16, 32, 64, 128]), at(file, "network_def"), json!([channels]));
    check("device", &[], json!("cpu"), at(file, "device"), json!([]));
    check("checkpointloader::load_path", &[], json!("./models/model.pt"), at(file, "checkpointloader"), json!([]));
    let root = at(file, "bundle_root");
    check("bundle_root", &[], json!("."), root, json!([{"file": null, "id": "bundle_root"}]));
    check("_meta_::version", &[], json!("0.2.0"), at("configs/metadata.json", "_meta_"), json!([]));
}

#[test]
fn what_cannot_be_shown_says_why() {
    let check = |arguments: &[&str], words: &str| {
        let bundle = brain_tissue();
        let mut all: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&bundle];
        all.extend(arguments.iter().map(|word| word as &dyn AsRef<std::ffi::OsStr>));
        let output = monai("inspect", &all);
        assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}: {}", stdout(&output));
        assert!(stderr(&output).contains(words), "{arguments:?}: {}", stderr(&output));
    };
    check(&["network_def::chanels"], "did you mean `network_def::channels`?");
    check(&["network_def::channels::9"], "no item `network_def::channels::9`");
    check(&["datalist"], "`glob.glob` is not allowed");
    check(&["network_def", "--config", "../../../../etc/hostname.json"], "outside the bundle");
    check(&["network_def", "--config", "configs/none.json"], "configs/none.json");
    check(&["--config", "configs/inference.json"], "<ID>");
    let output = monai("inspect", &[&"/nowhere/bundle"]);
    assert!(stderr(&output).contains("/nowhere/bundle") && !output.status.success());
}

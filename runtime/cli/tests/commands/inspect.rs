use std::fs;

use serde_json::{Value, json};

use crate::{brain_tissue, changed, copy, monai, place, stderr, stdout};

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
    let set = "inferer::_target_=ZoomInferer";
    let output = stdout(&monai("inspect", &[&bundle, &"--config", &"configs/inference.json", &"--set", &set]));
    assert!(output.contains("ZoomInferer") && !output.contains("PatchInferer"), "{output}");
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

/// The line, from 1, of the first line of a file that holds `words`.
fn line(file: &str, words: &str) -> usize {
    let text = fs::read_to_string(brain_tissue().join(file)).expect("it is there");
    text.lines().position(|line| line.contains(words)).expect(words) + 1
}

#[test]
fn an_item_is_shown_with_the_parts_that_made_it() {
    let file = "configs/inference.json";
    let place = place();
    let bundle = place.path().join("bundle");
    copy(&brain_tissue(), &bundle);
    let wide = "# wider\nnetwork_def#channels: [16, 32, 64, 128]\nextra: '%network_def::strides'\n";
    fs::write(bundle.join("configs/wide.yaml"), wide).expect("it is a copy");
    let check = |id: &str, more: &[&str], value: Value, parts: &[(&str, &str, Option<&str>, Option<usize>)]| {
        let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&bundle, &id];
        arguments.extend(more.iter().map(|word| word as &dyn AsRef<std::ffi::OsStr>));
        let output = monai("inspect", &arguments);
        let found: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
        let parts: Vec<Value> = parts
            .iter()
            .map(|(part, id, file, line)| json!({"part": part, "id": id, "file": file, "line": line}))
            .collect();
        assert_eq!(found, json!({"id": id, "value": value, "parts": parts}), "{id}");
    };
    let both: &[&str] = &["--config", file, "--config", "configs/wide.yaml"];
    let at = |words: &str| (Some(file), Some(line(file, words)));
    let (item, channels) = (at("\"strides\":"), at("\"channels\":"));
    let strides = json!([1, 2, 2]);
    check("network_def::strides", &[], strides.clone(), &[("item", "network_def::strides", item.0, item.1)]);
    check(
        "network_def#channels",
        both,
        json!([16, 32, 64, 128]),
        &[
            ("item", "network_def::channels", channels.0, channels.1),
            ("override", "network_def::channels", Some("configs/wide.yaml"), Some(2)),
        ],
    );
    check(
        "network_def::channels",
        &["--set", "network_def::channels=[8, '@width']", "--set", "width=$2 ** 4"],
        json!([8, 16]),
        &[
            ("item", "network_def::channels", channels.0, channels.1),
            ("override", "network_def::channels", Some("override"), None),
            ("reference", "width", Some("override"), None),
        ],
    );
    check(
        "extra",
        both,
        strides,
        &[("item", "extra", item.0, item.1), ("macro", "extra", Some("configs/wide.yaml"), Some(3))],
    );
    let (path, root) = (at("\"load_path\":"), at("\"bundle_root\":"));
    check(
        "checkpointloader::load_path",
        &[],
        json!("./models/model.pt"),
        &[
            ("item", "checkpointloader::load_path", path.0, path.1),
            ("reference", "bundle_root", root.0, root.1),
            ("override", "bundle_root", None, None),
        ],
    );
    let metadata = "configs/metadata.json";
    let version = Some(line(metadata, "\"version\":"));
    check("_meta_::version", &[], json!("0.2.0"), &[("item", "_meta_::version", Some(metadata), version)]);
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
    check(&["datalist"], "line 10, `datalist`: expression `$list(sorted(glob.glob(");
    check(&["network_def", "--config", "../../../../etc/hostname.json"], "outside the bundle");
    check(&["network_def", "--config", "configs/none.json"], "configs/none.json");
    check(&["network_def", "--set", "network_def"], "expected ID=VALUE");
    check(
        &["network_def", "--set", "gone::b=1"],
        "`override`, `gone::b`: cannot be merged: `gone` is not in the files",
    );
    check(&["network_def", "--set", "network_def::norm=@nrm", "--set", "network_def::act=$a.b"], "`network_def::norm`");
    check(&["network_def", "--set", "network_def::norm=@nrm", "--set", "network_def::act=$a.b"], "`network_def::act`");
    let output = monai("inspect", &[&"/nowhere/bundle"]);
    assert!(stderr(&output).contains("/nowhere/bundle") && !output.status.success());
}

//! Bundles that take several files or pictures, and that answer with something else than `.nii.gz`.

use std::fs;
use std::path::{Path, PathBuf};

use monai_imaging::{Affine, Volume, nifti, picture};
use monai_pipeline::Pipeline;
use monai_server::Refusal;
use monai_spec::{Auth, Settings};
use serde_json::{Map, Value, json};

use crate::run::image;
use crate::{monai, place, stderr, stdout};

/// A bundle of this network, whose channels and classes have these names.
fn bundle(folder: &Path, network: Value, channels: &[&str], classes: &[&str], postprocessing: &[Value]) -> PathBuf {
    let bundle = folder.join("bundle");
    ["configs", "models"].iter().for_each(|name| fs::create_dir_all(bundle.join(name)).expect("a folder"));
    let numbered = |names: &[&str]| -> Map<String, Value> {
        names.iter().enumerate().map(|(number, name)| (number.to_string(), json!(name))).collect()
    };
    let metadata = json!({
        "version": "1.0.0",
        "network_data_format": {
            "inputs": {"image": {"num_channels": channels.len(), "channel_def": numbered(channels)}},
            "outputs": {"pred": {"num_channels": classes.len(), "channel_def": numbered(classes)}},
        },
    });
    let config = json!({
        "network_def": network,
        "preprocessing": {"_target_": "Compose", "transforms": [
            {"_target_": "LoadImaged", "keys": "image"},
            {"_target_": "ScaleIntensityd", "keys": "image", "channel_wise": true},
        ]},
        "inferer": {"_target_": "SimpleInferer"},
        "postprocessing": {"_target_": "Compose", "transforms": postprocessing},
    });
    for (name, value) in [("metadata", metadata), ("inference", config)] {
        fs::write(bundle.join(format!("configs/{name}.json")), value.to_string()).expect("there is room");
    }
    write_weights(&bundle);
    bundle
}

/// Gives the bundle every tensor that it says it lacks, with waves for numbers.
fn write_weights(bundle: &Path) {
    let (mut header, mut data) = (Map::new(), Vec::<u8>::new());
    loop {
        let text = Value::Object(header.clone()).to_string();
        let file = [&(text.len() as u64).to_le_bytes(), text.as_bytes(), &data].concat();
        fs::write(bundle.join("models/model.safetensors"), file).expect("there is room");
        let Err(report) = Pipeline::open(bundle) else { return };
        let known = header.len();
        for problem in &report.problems {
            let Some((_, shape)) = problem.reason.split_once("the network needs it with shape ") else { continue };
            let shape: Vec<usize> = serde_json::from_str(shape).expect("a list");
            let (start, count) = (data.len(), shape.iter().product::<usize>());
            data.extend((0..count).flat_map(|index| (0.6 + 0.5 * (index as f32 * 1.7).sin()).to_le_bytes()));
            let entry = json!({"dtype": "F32", "shape": shape, "data_offsets": [start, data.len()]});
            header.insert(problem.id.clone(), entry);
        }
        assert!(header.len() > known, "{report}");
    }
}

/// Runs the bundle over one image, as it stands on the command line; the line that tells of it.
fn run(bundle: &Path, image: &str, output: &Path) -> Value {
    let told = monai("run", &[&bundle, &image, &"-o", &output, &"--threads", &"1"]);
    serde_json::from_str(&stdout(&told)).unwrap_or_else(|_| panic!("{}", stderr(&told)))
}

#[test]
fn one_image_of_several_files_is_answered_whatever_their_order() {
    let place = place();
    let unet = json!({"_target_": "UNet", "spatial_dims": 3, "in_channels": 2, "out_channels": 2, "channels": [2, 4],
        "strides": [2]});
    let argmax = json!({"_target_": "AsDiscreted", "keys": "pred", "argmax": true});
    let bundle = bundle(place.path(), unet, &["T1", "T2"], &["background", "tumour"], &[argmax]);
    let (first, second) = (place.path().join("a.nii.gz"), place.path().join("b.nii.gz"));
    let file = image([16, 12, 8]);
    fs::write(&first, &file).expect("there is room");
    let mut other = nifti::decode(&file).expect("it is NIfTI");
    other.volume.data.reverse();
    let other = nifti::encode(&other.volume, other.facts.dtype, other.facts.frame).expect("it is encoded");
    fs::write(&second, other).expect("there is room");
    let (t1, t2) = (format!("T1={}", first.display()), format!("T2={}", second.display()));
    let answers = [("ab", format!("{t1},{t2}"), "a/a_trans.nii.gz"), ("ba", format!("{t2},{t1}"), "b/b_trans.nii.gz")];
    let answers = answers.map(|(folder, image, name)| {
        let line = run(&bundle, &image, &place.path().join(folder));
        let answer = place.path().join(folder).join(name);
        assert_eq!(line["output"].as_str(), answer.to_str(), "{line}");
        fs::read(answer).expect("it is written")
    });
    assert!(answers[0] == answers[1], "the order of the parts makes no difference");
    let missing = run(&bundle, &t1, &place.path().join("one"));
    assert!(missing["error"].as_str().is_some_and(|error| error.contains("parts are missing: `T2`")), "{missing}");
}

#[test]
fn a_classifier_answers_with_a_number_for_each_class() {
    let place = place();
    let densenet = json!({"_target_": "DenseNet", "spatial_dims": 3, "in_channels": 1, "out_channels": 2,
        "init_features": 4, "growth_rate": 2, "block_config": [1]});
    let softmax = json!({"_target_": "Activationsd", "keys": ["pred", "label"], "softmax": [true, false]});
    let save = json!({"_target_": "SaveClassificationd", "keys": "pred", "filename": "scores.csv", "delimiter": ";"});
    let bundle = bundle(place.path(), densenet, &["scan"], &["healthy", "ill"], &[softmax, save]);
    let scan = place.path().join("scan.nii.gz");
    fs::write(&scan, image([32, 32, 32])).expect("there is room");
    let output = place.path().join("out");
    let line = run(&bundle, scan.to_str().expect("UTF-8"), &output);
    assert_eq!(line["output"].as_str(), output.join("scan.json").to_str(), "{line}");
    let answer: Value = serde_json::from_slice(&fs::read(output.join("scan.json")).expect("written")).expect("JSON");
    let scores = answer["scores"].as_array().expect("scores");
    let labels: Vec<&Value> = scores.iter().map(|score| &score["label"]).collect();
    assert_eq!(labels, [&json!("healthy"), &json!("ill")]);
    let sum: f64 = scores.iter().filter_map(|score| score["score"].as_f64()).sum();
    assert!((sum - 1.0).abs() < 1e-6, "{answer}");

    let other = place.path().join("other.nii.gz");
    fs::copy(&scan, &other).expect("there is room");
    run(&bundle, other.to_str().expect("UTF-8"), &output);
    let again = monai("run", &[&bundle, &scan, &"-o", &output, &"--threads", &"1", &"--overwrite"]);
    assert!(again.status.success(), "{}", stderr(&again));
    let table = fs::read_to_string(output.join("scores.csv")).expect("it is written");
    let rows: Vec<Vec<&str>> = table.lines().map(|row| row.split(';').collect()).collect();
    let names: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(names, [&other, &scan].map(|path| path.to_str().expect("UTF-8")), "one row for each image");
    for row in rows {
        let numbers: Vec<f64> = row[1..].iter().map(|number| number.parse().expect("a number")).collect();
        let theirs: Vec<f64> = scores.iter().filter_map(|score| score["score"].as_f64()).collect();
        assert!(numbers.len() == 2 && numbers.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-6), "{row:?}");
    }
}

#[test]
fn a_picture_is_answered_with_a_picture_of_its_size() {
    let place = place();
    let unet = json!({"_target_": "UNet", "spatial_dims": 2, "in_channels": 3, "out_channels": 1, "channels": [2, 4],
        "strides": [2]});
    let save = json!({"_target_": "SaveImaged", "keys": "pred", "output_ext": ".png", "output_postfix": "seg",
        "scale": 255});
    let sigmoid = json!({"_target_": "Activationsd", "keys": "pred", "sigmoid": true});
    let bundle = bundle(place.path(), unet, &["R", "G", "B"], &["tool"], &[sigmoid, save]);
    let data = (0..3 * 16 * 12).map(|index| (index * 7 % 256) as f32).collect();
    let volume = Volume { channels: 3, shape: [16, 12, 1], rank: 2, data, affine: Affine::IDENTITY };
    let picture = place.path().join("frame.png");
    fs::write(&picture, picture::encode(&volume, picture::Depth::Eight).expect("a picture")).expect("there is room");
    let output = place.path().join("out");
    let line = run(&bundle, picture.to_str().expect("UTF-8"), &output);
    let answer = output.join("frame/frame_seg.png");
    assert_eq!(line["output"].as_str(), answer.to_str(), "{line}");
    let answer = picture::decode(&fs::read(answer).expect("written"), Default::default(), 1 << 20).expect("a picture");
    assert_eq!((answer.volume.channels, answer.volume.shape), (1, [16, 12, 1]));
}

/// Runs `monai evaluate` over one image and its label, all in one folder.
fn evaluate(bundle: &Path, image: &Path, label: &Path, more: &[&str]) -> std::process::Output {
    let folder = bundle.parent().expect("it lies in one");
    let dataset = folder.join("dataset.json");
    let document = json!({"testing": [{"image": image, "label": label}]});
    fs::write(&dataset, document.to_string()).expect("there is room");
    let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&bundle, &dataset, &"--threads", &"1"];
    arguments.extend(more.iter().map(|word| word as &dyn AsRef<std::ffi::OsStr>));
    monai("evaluate", &arguments)
}

#[test]
fn pictures_are_scored_as_label_maps() {
    let place = place();
    let unet = json!({"_target_": "UNet", "spatial_dims": 2, "in_channels": 1, "out_channels": 1, "channels": [2, 4],
        "strides": [2]});
    let save = json!({"_target_": "SaveImaged", "keys": "pred", "output_ext": ".png", "scale": 255});
    let threshold = json!({"_target_": "AsDiscreted", "keys": "pred", "threshold": 1.5});
    let bundle = bundle(place.path(), unet, &["frame"], &["tool"], &[threshold, save]);
    let write = |name: &str, channels: usize, value: &dyn Fn(usize) -> f32| {
        let data = (0..channels * 16 * 12).map(value).collect();
        let volume = Volume { channels, shape: [16, 12, 1], rank: 2, data, affine: Affine::IDENTITY };
        let path = place.path().join(name);
        fs::write(&path, picture::encode(&volume, picture::Depth::Eight).expect("a picture")).expect("there is room");
        path
    };
    let frame = write("frame.png", 1, &|index| (index * 7 % 256) as f32);
    let line = run(&bundle, frame.to_str().expect("UTF-8"), &place.path().join("out"));
    let answer = PathBuf::from(line["output"].as_str().unwrap_or_else(|| panic!("{line}")));
    let decoded =
        picture::decode(&fs::read(&answer).expect("written"), Default::default(), 1 << 20).expect("a picture");
    let found: std::collections::BTreeSet<u32> = decoded.volume.data.iter().map(|value| *value as u32).collect();
    assert_eq!(found, [0, 255].into(), "the answer has both classes");
    let score = |label: &Path, more: &[&str]| evaluate(&bundle, &frame, label, more).status.code();
    let class = ["--class", "255=tool", "--min", "dice=1"];
    assert_eq!(score(&answer, &class), Some(0), "its own answer is the truth");
    let half = |index: usize| if index < 96 { 255.0 - decoded.volume.data[index] } else { decoded.volume.data[index] };
    assert_eq!(score(&write("half.png", 1, &half), &class), Some(1), "half of the truth is the contrary");
    let unnamed = evaluate(&bundle, &frame, &answer, &[]);
    assert!(stderr(&unnamed).contains("255") && unnamed.status.code() == Some(2), "{}", stderr(&unnamed));
    let coloured =
        run(&bundle, write("c.png", 3, &|index| index as f32 % 256.0).to_str().expect("UTF-8"), place.path());
    let error = coloured["error"].as_str().unwrap_or_default();
    assert!(error.contains("3 channels") && error.contains("takes 1"), "colours for a grey network: {coloured}");
}

#[test]
fn classes_that_a_function_numbers_are_named_by_the_caller() {
    let place = place();
    let unet = json!({"_target_": "UNet", "spatial_dims": 3, "in_channels": 1, "out_channels": 3, "channels": [2, 4],
        "strides": [2]});
    let threshold = json!({"_target_": "AsDiscreted", "keys": "pred", "threshold": 1.5});
    let number = json!({"_target_": "Lambdad", "keys": "pred",
        "func": "$lambda x: torch.where(x[[2]] > 0, 4, torch.where(x[[0]] > 0, 1, torch.where(x[[1]] > 0, 2, 0)))"});
    let names = ["Tumor core", "Whole tumor", "Enhancing tumor"];
    let bundle = bundle(place.path(), unet, &["scan"], &names, &[threshold, number]);
    let scan = place.path().join("scan.nii.gz");
    fs::write(&scan, image([16, 16, 16])).expect("there is room");
    let line = run(&bundle, scan.to_str().expect("UTF-8"), &place.path().join("out"));
    let answer = PathBuf::from(line["output"].as_str().unwrap_or_else(|| panic!("{line}")));
    let unnamed = evaluate(&bundle, &scan, &answer, &[]);
    let told = stderr(&unnamed);
    assert!(told.contains("--class NUMBER=NAME") && unnamed.status.code() == Some(2), "{told}");
    let classes = ["--class", "1=necrosis", "--class", "2=oedema", "--class", "4=enhancing", "--min", "dice=1"];
    let named = evaluate(&bundle, &scan, &answer, &classes);
    assert!(named.status.success() && stdout(&named).contains("enhancing"), "{}{}", stdout(&named), stderr(&named));
    for (more, words) in [
        (["--class", "1=a", "--class", "1=b"], "names the class 1 twice"),
        (["--class", "1=a", "--class", "four"], "a whole number up to 65534 and a name"),
    ] {
        let refused = evaluate(&bundle, &scan, &answer, &more);
        assert!(stderr(&refused).contains(words) && refused.status.code() == Some(2), "{}", stderr(&refused));
    }
}

#[test]
fn weights_that_lack_tensors_are_listed() {
    let place = place();
    let unet = json!({"_target_": "UNet", "spatial_dims": 2, "in_channels": 1, "out_channels": 1, "channels": [2, 4],
        "strides": [2]});
    let bundle = bundle(place.path(), unet, &["frame"], &["tool"], &[]);
    let path = bundle.join("models/model.safetensors");
    let file = fs::read(&path).expect("it is there");
    let (length, rest) = file.split_at(8);
    let length = u64::from_le_bytes(length.try_into().expect("eight bytes")) as usize;
    let header: Map<String, Value> = serde_json::from_slice(&rest[..length]).expect("it is JSON");
    let (kept, lost): (Vec<_>, Vec<_>) = header.iter().enumerate().partition(|(index, _)| index % 2 == 0);
    let kept: Map<String, Value> = kept.into_iter().map(|(_, (name, entry))| (name.clone(), entry.clone())).collect();
    let text = Value::Object(kept).to_string();
    let half = [&(text.len() as u64).to_le_bytes(), text.as_bytes(), &rest[length..]].concat();
    fs::write(&path, half).expect("there is room");
    let output = monai("check", &[&bundle]);
    let told = stdout(&output);
    assert!(!output.status.success() && !lost.is_empty(), "{told}");
    for (_, (name, _)) in lost {
        assert!(told.contains(name) && told.contains("is missing; the network needs it with shape"), "{name}: {told}");
    }
}

#[test]
fn an_image_that_cannot_be_filled_up_to_a_window_is_no_fault_of_the_server() {
    let place = place();
    let unet = json!({"_target_": "UNet", "spatial_dims": 3, "in_channels": 1, "out_channels": 2, "channels": [2, 4],
        "strides": [2]});
    let bundle = bundle(place.path(), unet, &["scan"], &["background", "organ"], &[]);
    let path = bundle.join("configs/inference.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&path).expect("it is there")).expect("JSON");
    config["inferer"] =
        json!({"_target_": "SlidingWindowInferer", "roi_size": [32, 32, 32], "padding_mode": "reflect"});
    fs::write(&path, config.to_string()).expect("it is ours");
    let settings = Settings::from_texts(&Default::default(), Auth::Anonymous).expect("good settings");
    let model = monai_cli::load(&bundle, &settings).expect("it can be served");
    let answer = |shape| model.predict(vec![monai_server::Part { name: None, bytes: image(shape).into() }]).map(|_| ());
    answer([20, 20, 20]).expect("its mirror fills the window");
    let refused = answer([20, 20, 6]).expect_err("its mirror is too small");
    let Refusal::Unsuitable { input, got, .. } = refused else { panic!("{refused:?}") };
    assert!(input == "image" && got.contains("axis 2 of 6 voxels cannot be padded by 13 in mode reflect"), "{got}");
}

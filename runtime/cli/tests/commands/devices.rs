use monai_engine::{Device, Precision};
use serde_json::Value;

use crate::{brain_tissue, monai, place, stderr, stdout};

const NAMES: [&str; 6] = ["cpu", "cuda", "wgpu", "vulkan", "metal", "rocm"];

#[test]
fn every_device_is_listed_with_its_adapter_or_why_it_is_absent() {
    let output = monai("devices", &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    assert_eq!(text.lines().count(), NAMES.len(), "{text}");
    for (line, name) in text.lines().zip(NAMES) {
        assert!(line.starts_with(&format!("{name} ")), "{line}");
    }
    assert!(text.starts_with("cpu     this processor, "), "{text}");
}

#[test]
fn the_list_is_json_too() {
    let output = monai("devices", &[&"--json"]);
    let list: Vec<Value> = serde_json::from_slice(&output.stdout).expect("a JSON list");
    let names: Vec<&str> = list.iter().map(|device| device["device"].as_str().expect("a name")).collect();
    assert_eq!(names, NAMES);
    assert!(list[0]["tested"].as_bool().expect("a flag") && list[0]["adapter"].is_string(), "{}", list[0]);
    for device in &list {
        assert!(device["adapter"].is_string() != device["absent"].is_string(), "{device}");
    }
}

#[test]
fn an_unknown_or_absent_device_is_refused_with_the_list_before_the_bundle_is_opened() {
    let place = place();
    let check = |command: &str, arguments: &[&dyn AsRef<std::ffi::OsStr>], device: &str| {
        let output = monai(command, &[arguments, &[&"--device", &device]].concat());
        let text = stderr(&output);
        assert_eq!(output.status.code().map(|code| code > 0), Some(true), "{command}: {text}");
        for words in [format!("cannot run on `{device}`: "), "\ncpu     this processor".into(), "\nrocm ".into()] {
            assert!(text.contains(&words), "{command}: {text} lacks {words}");
        }
    };
    let (nowhere, out) = (place.path().join("nowhere"), place.path().join("out"));
    for device in ["gpu", "rocm"] {
        check("run", &[&nowhere, &"image.nii", &"-o", &out], device);
        check("evaluate", &[&nowhere, &"dataset.json"], device);
        check("serve", &[&nowhere, &"--anonymous"], device);
    }
    assert!(!out.exists());
    let output = monai("run", &[&brain_tissue(), &"nowhere.nii", &"-o", &out, &"--device", &"cpu"]);
    assert!(!stderr(&output).contains("cannot run on"), "{}", stderr(&output));
}

#[test]
fn a_precision_that_is_not_there_is_refused_before_the_bundle_is_opened() {
    let place = place();
    let (nowhere, out) = (place.path().join("nowhere"), place.path().join("out"));
    let check = |command: &str, arguments: &[&dyn AsRef<std::ffi::OsStr>], words: &str| {
        let output = monai(command, arguments);
        let text = stderr(&output);
        assert!(!output.status.success() && text.contains(words), "{command}: {text} lacks {words}");
    };
    let unknown = "cannot compute in `fp16` on `cpu`: there is no precision of this name";
    check("run", &[&nowhere, &"image.nii", &"-o", &out, &"--precision", &"fp16"], unknown);
    check("evaluate", &[&nowhere, &"dataset.json", &"--precision", &"fp16"], unknown);
    check("evaluate", &[&nowhere, &"dataset.json", &"--against-precision", &"fp16"], unknown);
    check("serve", &[&nowhere, &"--anonymous", &"--precision", &"fp16"], unknown);
    check("check", &[&nowhere, &"--precision", &"fp16"], unknown);
    assert!(!out.exists());
    // Never silently in single precision: it runs in bf16, or says why not.
    let arguments: [&dyn AsRef<std::ffi::OsStr>; 5] =
        [&brain_tissue(), &"--shape", &"16x16x16", &"--precision", &"bf16"];
    match Precision::find("bf16", Device::Cpu) {
        Ok(_) => assert!(monai("check", &arguments).status.success()),
        Err(reason) => check("check", &arguments, &reason.to_string()),
    }
}

//! The commands that do not serve, as their user sees them.

mod answers;
mod check;
mod devices;
mod evaluate;
mod inspect;
mod model_card;
mod run;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

fn monai(command: &str, arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> Output {
    let mut monai = Command::new(env!("CARGO_BIN_EXE_monai"));
    monai.arg(command).args(arguments.iter().map(|argument| argument.as_ref())).output().expect("it runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn place() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn brain_tissue() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/bundles/brain_tissue")
}

/// A copy of the example bundle whose inference config was changed.
fn changed(folder: &Path, change: impl FnOnce(&mut Value)) -> PathBuf {
    let bundle = folder.join("bundle");
    copy(&brain_tissue(), &bundle);
    let path = bundle.join("configs/inference.json");
    let mut config = serde_json::from_slice(&fs::read(&path).expect("it is there")).expect("it is JSON");
    change(&mut config);
    fs::write(&path, config.to_string()).expect("it is a copy");
    bundle
}

/// A copy of the example bundle whose network sees nothing but clicks at a `spot`.
fn guided(folder: &Path) -> PathBuf {
    changed(folder, |config| {
        let steps = config["preprocessing"]["transforms"].as_array_mut().expect("a list");
        let points = json!({
            "_target_": "monai.apps.deepedit.transforms.AddGuidanceFromPointsDeepEditd",
            "ref_image": "image",
            "label_names": {"spot": 1},
        });
        let signal = json!({"_target_": "AddGuidanceSignalDeepEditd", "keys": "image", "number_intensity_ch": 0});
        steps.extend([points, signal]);
    })
}

fn copy(source: &Path, target: &Path) {
    fs::create_dir_all(target).expect("the folder is made");
    for entry in fs::read_dir(source).expect("it is a folder").flatten() {
        let (from, to) = (entry.path(), target.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("the file is copied");
        }
    }
}

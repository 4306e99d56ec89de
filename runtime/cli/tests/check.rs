//! `monai check` as its user sees it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn check(bundle: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_monai")).arg("check").arg(bundle).output().expect("it runs")
}

fn brain_tissue() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/bundles/brain_tissue")
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

#[test]
fn the_example_bundle_can_be_served() {
    let output = check(&brain_tissue());
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("digest          sha256:") && text.contains("3 spatial dimensions"), "{text}");
}

#[test]
fn a_bundle_without_its_weights_and_one_that_is_nowhere_say_so() {
    let place = tempfile::tempdir().expect("a temporary folder");
    copy(&brain_tissue(), place.path());
    fs::remove_file(place.path().join("models/model.pt")).expect("it is a copy");
    for (bundle, words) in [(place.path().to_owned(), "model.pt"), (place.path().join("nowhere"), "nowhere")] {
        let output = check(&bundle);
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        assert!(!output.status.success() && text.contains(words), "{text}");
    }
}

use std::fs;

use crate::{brain_tissue, changed, monai, place, stderr, stdout};

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
fn a_reader_that_went_away_is_no_failure() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_monai"));
    let output = command.arg("check").arg(brain_tissue()).stdout(writer).output().expect("it starts");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
}

//! The settings of the published `spleen_ct_segmentation` bundle: everything but its weights is accepted.

use std::fs;
use std::path::Path;

use monai_pipeline::Pipeline;

#[test]
fn only_the_weights_are_missing() {
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/parity/bundles/spleen_ct_segmentation");
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("configs")).unwrap();
    for file in ["configs/inference.json", "configs/metadata.json"] {
        fs::copy(fixture.join(file), folder.path().join(file)).unwrap();
    }
    let report = Pipeline::open(folder.path()).unwrap_err();
    let files: Vec<&str> = report.problems.iter().map(|problem| problem.file.as_str()).collect();
    assert_eq!(files, ["models/model.pt"], "{report}");
    assert!(report.problems[0].reason.contains("cannot be read"), "{report}");
}

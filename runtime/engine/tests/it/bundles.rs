//! Bundles end to end, from the bytes of a NIfTI file to those of the label map.

use std::path::{Path, PathBuf};

use monai_engine::{Answer, Options, Part, Session};
use monai_imaging::{Affine, Volume, nifti};
use monai_networks::Network;
use monai_pipeline::Pipeline;
use monai_transforms::Transform;
use serde_json::Value;
use tempfile::TempDir;

use crate::{counter, fixtures};

const LIMIT: u64 = 1 << 30;

#[test]
fn brain_tissue_answers_as_monai() {
    let folder = fixtures::root().join("examples/bundles/brain_tissue");
    let manifest = fixtures::manifest("bundles/brain_tissue");
    let weights = std::fs::read(folder.join("models/model.pt")).expect("it is committed");
    assert_eq!(
        fixtures::sha256(&weights),
        fixtures::text(&manifest, "weights_sha256"),
        "the fixture is of other weights"
    );
    check("bundles/brain_tissue", &folder);
}

#[test]
fn spleen_ct_segmentation_answers_as_monai() {
    let bundle = spleen();
    check("bundles/spleen_ct_segmentation", bundle.path());
}

/// The bundle with the counter's weights, as safetensors.
pub(crate) fn spleen() -> TempDir {
    let fixture = fixtures::folder("bundles/spleen_ct_segmentation");
    let bundle = tempfile::tempdir().expect("a folder");
    for folder in ["configs", "models"] {
        std::fs::create_dir(bundle.path().join(folder)).expect("a folder");
    }
    for file in ["configs/inference.json", "configs/metadata.json"] {
        std::fs::copy(fixture.join(file), bundle.path().join(file)).expect("it is committed");
    }
    let config = std::fs::read(fixture.join("configs/inference.json")).expect("it is committed");
    let mut config: Value = serde_json::from_slice(&config).expect("it is JSON");
    let arguments = config["network_def"].as_object_mut().expect("a component");
    arguments.shift_remove("_target_");
    let network = Network::parse("UNet", Value::Object(arguments.clone())).expect("it is supported");
    let scaled = fixtures::manifest("bundles/spleen_ct_segmentation")["weights_scaled"].take();
    let factor = scaled["factor"].as_f64().expect("a number") as f32;

    let file = fixtures::safetensors(&network, |parameter| {
        let last = parameter.name.starts_with(fixtures::text(&scaled, "prefix"));
        let values = counter::parameter("spleen", parameter).into_iter();
        values.map(|value| if last { value * factor } else { value }).collect()
    });
    std::fs::write(bundle.path().join("models/model.pt"), file).expect("there is room");
    bundle
}

fn check(fixture: &str, bundle: &Path) {
    let manifest = fixtures::manifest(fixture);
    let config = std::fs::read(bundle.join("configs/inference.json")).expect("it is committed");
    assert_eq!(
        fixtures::sha256(&config),
        fixtures::text(&manifest, "config_sha256"),
        "the fixture is of another config"
    );
    let input = std::fs::read(file(&manifest["input"])).expect("it is committed");
    assert_eq!(
        fixtures::sha256(&input),
        fixtures::text(&manifest["input"], "sha256"),
        "the fixture is of another image"
    );

    let session = Session::prepare(Pipeline::open(bundle).expect("it can be served"), Options::threads(2))
        .expect("it can be prepared");
    let sample = session.preprocess(&[Part::whole(&input)], LIMIT).expect("MONAI takes it");
    let image = &sample.get(&session.pipeline().input.key).expect("the image").volume;
    let sampled = Sampled { fixture, manifest: &manifest };
    sampled.compare("image", image, "network_shape", "network_affine");
    let logits = session.infer(&sample).expect("MONAI runs it");
    sampled.compare("logits", &logits[0].volume, "network_shape", "network_affine");

    let mut inverting = Pipeline::open(bundle).expect("it can be served");
    inverting.postprocessing.retain(|step| matches!(step, Transform::Activationsd(_) | Transform::Invertd(_)));
    assert_eq!(inverting.postprocessing.len(), 2, "{fixture}: softmax and its inverse");
    let inverting = Session::prepare(inverting, Options::threads(2)).expect("it can be prepared");
    let probabilities = inverting.postprocess(sample, logits).expect("MONAI inverts it");
    sampled.compare("probabilities", &probabilities.volume, "shape", "affine");

    let prediction = session.predict(&[Part::whole(&input)], LIMIT).expect("MONAI answers");
    let Answer::Nifti(file) = &prediction.answer else { panic!("{fixture}: {:?}", prediction.answer) };
    let ours = nifti::decode(file).expect("the answer is NIfTI");
    let read = |name| {
        let bytes = std::fs::read(fixtures::folder(fixture).join(name)).expect("it is committed");
        nifti::decode(&bytes).expect("it is NIfTI").volume
    };
    let (theirs, close) = (read("labels.nii.gz"), read("close.nii.gz"));
    assert_eq!((ours.volume.channels, ours.volume.shape), (1, theirs.shape), "{fixture}");
    sampled.place("the answer", &ours.volume.affine, "affine");
    let classes = manifest["classes"].as_u64().expect("a number");
    for class in 0..classes {
        let count = theirs.data.iter().filter(|label| **label == class as f32).count();
        assert!(count * 200 >= theirs.data.len(), "{fixture}: class {class} has less than 0.5 % of the voxels");
    }
    let undecided = close.data.iter().filter(|mark| **mark != 0.0).count();
    assert!(undecided * 100 < theirs.data.len(), "{fixture}: {undecided} voxels are left out");
    let differing = |decided: bool| {
        let pairs = ours.volume.data.iter().zip(&theirs.data).zip(&close.data);
        pairs.filter(|((ours, theirs), close)| ours != theirs && (**close == 0.0) == decided).count()
    };
    assert_eq!(differing(true), 0, "{fixture}: labels differ where MONAI is decided");
    println!("{fixture}: of {undecided} undecided voxels {} have another label", differing(false));
}

fn file(input: &Value) -> PathBuf {
    fixtures::root().join(fixtures::text(input, "file"))
}

/// Samples of volumes that MONAI made on the way.
struct Sampled<'a> {
    fixture: &'a str,
    manifest: &'a Value,
}

impl Sampled<'_> {
    /// Compares shape, place and every sampled voxel of all channels.
    fn compare(&self, what: &str, ours: &Volume, shape: &str, affine: &str) {
        let Self { fixture, manifest } = self;
        assert_eq!(ours.shape.to_vec(), fixtures::sizes(&manifest[shape]), "{fixture}: shape of the {what}");
        self.place(what, &ours.affine, affine);
        let step = manifest["sample_step"].as_u64().expect("a number") as usize;
        let theirs = fixtures::floats(fixture, &format!("{what}.f32"));
        let worst = fixtures::farthest(&format!("{fixture}: {what}"), ours, &theirs, step);
        let std = manifest[format!("{what}_std")].as_f64().expect("a number");
        let tolerance = manifest["tolerance_of_std"].as_f64().expect("a number");
        let share = worst / std;
        println!("{fixture}: {} samples of the {what}, worst {share:.1e} of the standard deviation", theirs.len());
        assert!(share <= tolerance, "{fixture}: {what} differs by {share:e} of its standard deviation");
    }

    fn place(&self, what: &str, ours: &Affine, affine: &str) {
        let what = format!("{}: {what}", self.fixture);
        fixtures::compare_affine(&what, self.manifest, ours, &self.manifest[affine]);
    }
}

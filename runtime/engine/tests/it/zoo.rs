//! Bundles as the model zoo publishes them, end to end: what MONAI's own evaluator made of the same files.
//!
//! Fixtures are those of `tests/parity/bundles.py`; weights are the counter's.

use monai_engine::{Answer, Options, Part, Session};
use monai_imaging::{Colours, Volume, decode};
use monai_networks::Network;
use monai_pipeline::Pipeline;
use monai_transforms::Transform;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::{counter, fixtures};

const LIMIT: u64 = 1 << 30;
/// The least share of the voxels that a class may have.
const LEAST_SHARE: f64 = 0.005;

/// One fixture and the bundle that it is of.
pub(crate) struct Case {
    name: String,
    manifest: Value,
    pub(crate) bundle: TempDir,
}

#[test]
fn bundles_of_the_zoo_answer_as_monai() {
    let cases: Vec<Case> = fixtures::manifests("bundles").into_iter().filter_map(Case::of).collect();
    assert!(cases.len() >= 15, "{} bundles", cases.len());
    cases.iter().for_each(Case::check);
}

impl Case {
    pub(crate) fn of((name, manifest): (String, Value)) -> Option<Case> {
        let configs = fixtures::root().join(manifest["bundle"].as_str()?).join("configs");
        let bundle = tempfile::tempdir().expect("a folder");
        for folder in ["configs", "models"] {
            std::fs::create_dir(bundle.path().join(folder)).expect("a folder");
        }
        for (file, hash) in manifest["sha256"].as_object().expect("hashes") {
            let mut bytes = std::fs::read(configs.join(file)).expect("it is committed");
            assert_eq!(json!(fixtures::sha256(&bytes)), *hash, "{name}: the fixture is of another {file}");
            let overrides = manifest["overrides"].as_object().expect("a map");
            if file.starts_with("inference") && !overrides.is_empty() {
                let mut config: Value = serde_json::from_slice(&bytes).expect("it is JSON");
                for (id, value) in overrides {
                    let pointer = format!("/{}", id.replace('#', "/"));
                    *config.pointer_mut(&pointer).unwrap_or_else(|| panic!("{name} has {id}")) = value.clone();
                }
                bytes = config.to_string().into_bytes();
            }
            std::fs::write(bundle.path().join("configs").join(file), bytes).expect("there is room");
        }
        let case = Case { name, manifest, bundle };
        case.list("weights").iter().for_each(|weights| case.write_weights(weights));
        Some(case)
    }

    fn list(&self, key: &str) -> &[Value] {
        self.manifest[key].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// The counter's weights as a file of safetensors, whatever its ending.
    fn write_weights(&self, weights: &Value) {
        let network = self.network(fixtures::text(weights, "network"));
        let prefix = fixtures::text(weights, "key");
        let factor = weights["scaled"]["factor"].as_f64().unwrap_or(1.0) as f32;
        let scaled: Vec<&str> =
            weights["scaled"]["names"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let file = fixtures::safetensors(&network, |parameter| {
            if let Some(given) = weights["given"][&parameter.name].as_array() {
                return given.iter().map(|value| value.as_f64().expect("a number") as f32).collect();
            }
            let mut values = counter::parameter(prefix, parameter);
            if scaled.contains(&parameter.name.as_str()) {
                values.iter_mut().for_each(|value| *value *= factor);
            }
            values
        });
        std::fs::write(self.bundle.path().join(fixtures::text(weights, "checkpoint")), file).expect("there is room");
    }

    fn network(&self, id: &str) -> Network {
        let bundle = monai_bundle::Bundle::open(self.bundle.path()).expect("it has configs");
        let component = match bundle.config().resolve_all(id) {
            Ok(monai_bundle::Value::Component(component)) => component,
            other => panic!("{}: {other:?}", self.name),
        };
        let arguments: Map<String, Value> =
            component.args.iter().map(|(key, value)| (key.clone(), value.to_json())).collect();
        Network::parse(&component.target, Value::Object(arguments)).expect("it is supported")
    }

    fn check(&self) {
        let Case { name, bundle, .. } = self;
        let open = || match Pipeline::open(bundle.path()) {
            Ok(pipeline) => pipeline,
            Err(report) => panic!("{name}: {report}"),
        };
        let given = self.list("input").iter().chain(self.list("beside"));
        let files: Vec<(String, Vec<u8>)> = given.map(|part| self.part(part)).collect();
        let part = |(name, bytes)| Part { name: Some(name), bytes };
        let parts: Vec<Part<'_>> = files.iter().map(|(name, bytes)| part((name.as_str(), bytes.as_slice()))).collect();

        let session = Session::prepare(open(), Options::threads(2)).expect("it can be prepared");
        let sample = session.preprocess(&parts, LIMIT).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let image = &sample.get(&session.pipeline().input.key).expect("the image").volume;
        self.compare("image", &self.manifest["image"], image);
        let outputs = session.infer(&sample).expect("MONAI runs it");
        for (output, theirs) in outputs.iter().zip(self.list("logits")) {
            self.compare("logits", theirs, &output.volume);
        }
        assert_eq!(outputs.len(), self.list("logits").len(), "{name}");

        let prediction = session.predict(&parts, LIMIT).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        match (&prediction.answer, self.list("outputs")) {
            (Answer::Scores(ours), _) => self.compare_scores(ours, &session),
            (Answer::Nifti(file) | Answer::Png(file), [output]) => self.compare_file(file, output),
            (_, outputs) => panic!("{name}: {} outputs", outputs.len()),
        }
    }

    fn part(&self, part: &Value) -> (String, Vec<u8>) {
        let bytes = std::fs::read(fixtures::folder(&self.name).join(fixtures::text(part, "file"))).expect("committed");
        assert_eq!(fixtures::sha256(&bytes), fixtures::text(part, "sha256"), "{}", self.name);
        (fixtures::text(part, "part").to_owned(), bytes)
    }

    /// Compares shape, place and every sampled voxel.
    fn compare(&self, what: &str, theirs: &Value, ours: &Volume) {
        let name = &self.name;
        let shape = fixtures::sizes(&theirs["shape"]);
        let rank = usize::from(ours.rank);
        assert_eq!([&[ours.channels], &ours.shape[..rank]].concat(), shape, "{name}: shape of the {what}");
        let step = theirs["step"].as_u64().expect("a number") as usize;
        let numbers = fixtures::floats(name, fixtures::text(theirs, "file"));
        let std = theirs["std"].as_f64().expect("a number");
        let worst = fixtures::farthest(&format!("{name}: {what}"), ours, &numbers, step);
        println!("{name}: {} samples of the {what}, worst {:.1e} of the deviation", numbers.len(), worst / std);
        let tolerance = self.manifest["tolerance_of_std"].as_f64().expect("a number");
        assert!(worst <= tolerance * std, "{name}: {what} differs by {:e} of its deviation", worst / std);
        if theirs["affine"].is_array() {
            fixtures::compare_affine(&format!("{name}: {what}"), &self.manifest, &ours.affine, &theirs["affine"]);
        }
    }

    fn compare_scores(&self, ours: &[f32], session: &Session) {
        let name = &self.name;
        let theirs = self.manifest["answer"][&session.pipeline().answer.key]["values"].as_array().expect("values");
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for (ours, theirs) in ours.iter().zip(theirs) {
            let distance = (f64::from(*ours) - theirs.as_f64().expect("a number")).abs();
            assert!(distance <= 1e-4, "{name}: {ours} and {theirs}");
        }
        let save = session.pipeline().postprocessing.iter().find_map(|transform| match transform {
            Transform::SaveClassificationd(save) => Some(save),
            _ => None,
        });
        if let Some(save) = save {
            let path = fixtures::folder(name).join("saved_predictions.csv");
            let theirs = std::fs::read_to_string(path).expect("it is committed");
            let image = theirs.split(&save.delimiter).next().expect("a name");
            let ours = save.row(image, ours);
            let numbers = |row: &str| -> Vec<f64> {
                row.trim_end().split(&save.delimiter).skip(1).map(|number| number.parse().expect("a number")).collect()
            };
            assert_eq!(numbers(&ours).len(), numbers(&theirs).len(), "{name}: {ours}");
            let near = |(ours, theirs): (f64, f64)| (ours - theirs).abs() <= 1e-4;
            assert!(numbers(&ours).into_iter().zip(numbers(&theirs)).all(near), "{name}: {ours}, MONAI {theirs}");
        }
    }

    /// Compares the answer with the file that MONAI saved, but for voxels that depend on undecided ones.
    fn compare_file(&self, file: &[u8], output: &Value) {
        let name = &self.name;
        let read = |file: &str| {
            let bytes = std::fs::read(fixtures::folder(name).join(file)).expect("it is committed");
            decode(&bytes, Colours::AsStored, LIMIT).expect("it is an image")
        };
        let ours = decode(file, Colours::AsStored, LIMIT).expect("the answer is an image");
        let (theirs, close) = (read(fixtures::text(output, "file")), read("close.nii.gz"));
        assert_eq!(ours.facts.dtype(), theirs.facts.dtype(), "{name}: type of the voxels");
        assert_eq!((ours.volume.channels, ours.volume.shape), (theirs.volume.channels, theirs.volume.shape), "{name}");
        if output["affine"].is_array() {
            fixtures::compare_affine(name, &self.manifest, &ours.volume.affine, &output["affine"]);
        }
        let pairs = ours.volume.data.iter().zip(&theirs.volume.data).zip(&close.volume.data);
        let differing = |decided: bool| {
            pairs.clone().filter(|((a, b), close)| (*a - *b).abs() > 1e-4 && (**close == 0.0) == decided).count()
        };
        for share in self.list("class_shares") {
            assert!(share.as_f64().is_some_and(|share| share >= LEAST_SHARE), "{name}: {share} of the voxels");
        }
        let undecided = close.volume.data.iter().filter(|mark| **mark != 0.0).count();
        assert!(undecided * 50 < close.volume.data.len(), "{name}: {undecided} voxels are left out");
        assert_eq!(differing(true), 0, "{name}: voxels differ where MONAI is decided");
        println!("{name}: of {undecided} undecided voxels {} differ", differing(false));
    }
}

//! Every transform against what MONAI made of the same image: fixtures of `tests/parity/transforms.py` and
//! `tests/parity/transforms_intensity.py` and `tests/parity/transforms_spatial.py`.

mod dictionary;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use monai_imaging::nifti;
use monai_transforms::{Image, Sample, Transform, apply_all};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
struct Manifest {
    inputs: BTreeMap<String, String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    /// The folder of the fixtures.
    #[serde(skip)]
    root: PathBuf,
    name: String,
    input: String,
    /// Arguments of `LoadImaged`.
    #[serde(default)]
    load: BTreeMap<String, Value>,
    /// The row that `SaveClassificationd` writes.
    row: Option<String>,
    /// The file's axis of channels, where the case names it.
    channel_dim: Option<i64>,
    steps: Vec<Step>,
    result: String,
    expected: Expected,
    tolerance: f64,
    other_side: f64,
    affine_tolerance: f64,
}

#[derive(Deserialize)]
struct Step {
    copy: Option<[String; 2]>,
    target: Option<String>,
    args: Option<Value>,
}

#[derive(Deserialize)]
struct Expected {
    file: String,
    /// The first voxel in the file, where that holds several results.
    #[serde(default)]
    start: usize,
    /// The type of MONAI's tensor, where the case compares it.
    dtype: Option<String>,
    shape: Vec<usize>,
    affine: Vec<Vec<f64>>,
}

/// The folders of fixtures and what they hold.
fn manifests() -> Vec<(PathBuf, Manifest)> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/parity");
    let read = |folder: &str| {
        let root = fixtures.join(folder);
        let text = std::fs::read(root.join("manifest.json")).expect("the manifest is committed");
        let mut manifest: Manifest = serde_json::from_slice(&text).expect("the manifest is as its script writes it");
        manifest.cases.iter_mut().for_each(|case| case.root.clone_from(&root));
        (root, manifest)
    };
    ["transforms", "transforms_intensity", "transforms_spatial"].map(read).into()
}

fn expected(case: &Case) -> Vec<f32> {
    let packed = std::fs::read(case.root.join(&case.expected.file)).expect("the fixture is committed");
    let mut raw = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut raw).expect("the fixture is gzip");
    let count = case.expected.shape.iter().product();
    raw.as_chunks::<4>()
        .0
        .iter()
        .skip(case.expected.start)
        .take(count)
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect()
}

fn run(case: &Case) -> Result<Image, String> {
    let bytes = std::fs::read(case.root.join(&case.input)).map_err(|error| error.to_string())?;
    let decoded = nifti::decode(&bytes).map_err(|error| error.to_string())?;
    let mut image = Image::new(decoded.volume);
    image.dtype = decoded.facts.dtype.into();
    let mut sample = Sample { images: [("image".to_owned(), image)].into(), ..Sample::default() };
    let mut arguments = case.load.clone();
    arguments.insert("keys".to_owned(), json!("image"));
    let load = [
        ("LoadImaged".to_owned(), json!(arguments)),
        ("EnsureChannelFirstd".to_owned(), json!({ "keys": "image", "channel_dim": case.channel_dim })),
    ];
    let parse = |target: &str, args: Value| Transform::parse(target, args).map_err(|error| error.to_string());
    let apply = |sample: &mut Sample, (target, args): (String, Value)| -> Result<(), String> {
        let transform = parse(&target, args)?;
        transform.apply(sample).map_err(|error| error.to_string())?;
        match (&transform, &case.row) {
            (Transform::SaveClassificationd(save), Some(row)) => {
                let written = save.row("image.nii.gz", &sample.images["image"].volume.data);
                if written == *row { Ok(()) } else { Err(format!("the row {written:?}, MONAI {row:?}")) }
            }
            _ => Ok(()),
        }
    };
    for step in load {
        apply(&mut sample, step)?;
    }
    // What is lazy is done together.
    let mut steps = case.steps.as_slice();
    if steps.iter().any(|step| step.args.as_ref().is_some_and(|args| args["lazy"] == true)) {
        let end = steps.iter().position(|step| step.copy.is_some()).unwrap_or(steps.len());
        let (together, rest) = steps.split_at(end);
        let chain = together.iter().filter_map(|step| step.target.as_ref().zip(step.args.as_ref()));
        let chain: Vec<Transform> =
            chain.map(|(target, args)| parse(target, args.clone())).collect::<Result<_, _>>()?;
        apply_all(&chain, &mut sample).map_err(|error| error.to_string())?;
        steps = rest;
    }
    for step in steps {
        if let Some([from, to]) = &step.copy {
            let image = sample.images[from].clone();
            sample.images.insert(to.clone(), image);
        }
        if let (Some(target), Some(args)) = (&step.target, &step.args) {
            apply(&mut sample, (target.clone(), args.clone()))?;
        }
    }
    sample.images.remove(&case.result).ok_or_else(|| "the result is missing".to_owned())
}

fn compare(case: &Case) -> Result<(), String> {
    let image = run(case)?;
    let volume = image.volume;
    let mut shape = vec![volume.channels];
    shape.extend(&volume.shape[..usize::from(volume.rank)]);
    if shape != case.expected.shape {
        return Err(format!("shape {shape:?}, MONAI {:?}", case.expected.shape));
    }
    let dtype = format!("{:?}", image.dtype).to_lowercase();
    if case.expected.dtype.as_ref().is_some_and(|expected| *expected != dtype) {
        return Err(format!("dtype {dtype}, MONAI {:?}", case.expected.dtype));
    }
    for (row, line) in case.expected.affine.iter().enumerate() {
        for (column, &theirs) in line.iter().enumerate() {
            let ours = volume.affine.matrix()[row][column];
            if (ours - theirs).abs() > case.affine_tolerance {
                return Err(format!("affine[{row}][{column}] {ours}, MONAI {theirs}"));
            }
        }
    }
    let theirs = expected(case);
    if theirs.len() != volume.data.len() {
        return Err(format!("{} voxels, MONAI {}", volume.data.len(), theirs.len()));
    }
    let differences = volume.data.iter().zip(&theirs).map(|(ours, theirs)| f64::from((ours - theirs).abs()));
    let beyond = differences.clone().filter(|difference| difference.is_nan() || *difference > case.tolerance).count();
    if beyond as f64 > case.other_side * theirs.len() as f64 {
        let most = differences.fold(0.0, f64::max);
        let size = theirs.len();
        return Err(format!("{beyond} of {size} voxels differ by more than {}, at most {most}", case.tolerance));
    }
    Ok(())
}

#[test]
fn every_case_is_as_in_monai() {
    let cases: Vec<Case> = manifests().into_iter().flat_map(|(_, manifest)| manifest.cases).collect();
    assert!(cases.len() > 50, "the manifest holds {} cases", cases.len());
    let wrong: Vec<String> =
        cases.iter().filter_map(|case| compare(case).err().map(|why| format!("{}: {why}", case.name))).collect();
    assert!(wrong.is_empty(), "{} of {} cases differ: {wrong:#?}", wrong.len(), cases.len());
}

#[test]
fn every_transform_has_a_case() {
    let manifests = manifests();
    let steps = manifests.iter().flat_map(|(_, manifest)| &manifest.cases).flat_map(|case| &case.steps);
    let mut seen: BTreeSet<String> = steps.filter_map(|step| step.target.clone()).collect();
    seen.extend(["LoadImaged", "EnsureChannelFirstd"].map(str::to_owned));
    seen.extend(dictionary::targets());
    let missing: Vec<_> = Transform::NAMES.iter().filter(|name| !seen.contains(**name)).collect();
    assert!(missing.is_empty(), "no script in tests/parity has a case for {missing:?}");
}

#[test]
fn inputs_are_the_ones_that_monai_read() {
    for (root, manifest) in manifests() {
        for (name, hash) in manifest.inputs {
            let bytes = std::fs::read(root.join("inputs").join(&name)).expect("the input is committed");
            assert_eq!(hex::encode(Sha256::digest(&bytes)), hash, "{name}");
        }
    }
}

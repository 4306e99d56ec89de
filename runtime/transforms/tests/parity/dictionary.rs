//! Transforms that work on more of the data dictionary than one image, against what MONAI made of the same dictionary:
//! fixtures of `tests/parity/dictionary_*.py`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use monai_imaging::{Affine, Volume};
use monai_transforms::{Image, Sample, Transform, TypeName};
use serde::Deserialize;
use serde_json::Value;

/// What one script wrote.
#[derive(Deserialize)]
struct Fixture {
    /// 32-bit floats in base64.
    arrays: Vec<String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    #[serde(skip)]
    arrays: Arc<Vec<Vec<f32>>>,
    name: String,
    given: Dictionary,
    steps: Vec<Step>,
    expected: Dictionary,
    /// Farthest that a number may lie from MONAI's.
    tolerance: f64,
}

#[derive(Deserialize)]
struct Dictionary {
    images: BTreeMap<String, Array>,
    values: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Step {
    target: String,
    args: Value,
}

#[derive(Deserialize)]
struct Array {
    /// Channels, then one extent per spatial axis.
    shape: Vec<usize>,
    dtype: TypeName,
    /// None where MONAI keeps none.
    affine: Option<[[f64; 4]; 4]>,
    /// Which of the fixture's arrays.
    data: usize,
}

impl Array {
    fn image(&self, arrays: &[Vec<f32>]) -> Image {
        let (channels, spatial) = self.shape.split_first().expect("there are channels");
        let mut shape = [1; 3];
        shape[..spatial.len()].copy_from_slice(spatial);
        let affine = self.affine.map_or(Affine::IDENTITY, |matrix| Affine::new(matrix).expect("MONAI took it"));
        let mut volume =
            Volume::new(*channels, shape, arrays[self.data].clone(), affine).expect("the fixture is whole");
        volume.rank = u8::try_from(spatial.len()).expect("there are two or three axes");
        Image { dtype: self.dtype, ..Image::new(volume) }
    }

    fn compare(&self, arrays: &[Vec<f32>], image: &Image, tolerance: f64) -> Result<(), String> {
        let volume = &image.volume;
        let mut shape = vec![volume.channels];
        shape.extend(&volume.shape[..usize::from(volume.rank)]);
        if (&shape, image.dtype) != (&self.shape, self.dtype) {
            return Err(format!("{:?} of shape {shape:?}, MONAI {:?} of {:?}", image.dtype, self.dtype, self.shape));
        }
        for (ours, theirs) in volume.affine.matrix().iter().flatten().zip(self.affine.iter().flatten().flatten()) {
            if (ours - theirs).abs() > 1e-5 {
                return Err(format!("affine {:?}, MONAI {:?}", volume.affine, self.affine));
            }
        }
        let beyond = |(ours, theirs): &(&f32, &f32)| {
            let near = f64::from((*ours - *theirs).abs()) <= tolerance;
            !(near || ours.is_nan() && theirs.is_nan())
        };
        match volume.data.iter().zip(&arrays[self.data]).filter(beyond).count() {
            0 => Ok(()),
            count => Err(format!("{count} of {} voxels differ by more than {tolerance}", volume.data.len())),
        }
    }
}

/// Numbers as far apart as they may be, all else the same.
fn close(ours: &Value, theirs: &Value, tolerance: f64) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => {
            ours.as_f64().zip(theirs.as_f64()).is_some_and(|(ours, theirs)| (ours - theirs).abs() <= tolerance)
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| close(ours, theirs, tolerance))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|((key, ours), (own, theirs))| key == own && close(ours, theirs, tolerance))
        }
        _ => ours == theirs,
    }
}

fn compare(case: &Case) -> Result<(), String> {
    let images = case.given.images.iter().map(|(key, array)| (key.clone(), array.image(&case.arrays))).collect();
    let mut sample = Sample { images, values: case.given.values.clone(), ..Sample::default() };
    for Step { target, args } in &case.steps {
        let transform = Transform::parse(target, args.clone()).map_err(|error| error.to_string())?;
        transform.apply(&mut sample).map_err(|error| error.to_string())?;
    }
    let ours: BTreeSet<&String> = sample.images.keys().chain(sample.values.keys()).collect();
    let theirs: BTreeSet<&String> = case.expected.images.keys().chain(case.expected.values.keys()).collect();
    if ours != theirs {
        return Err(format!("the keys {ours:?}, MONAI {theirs:?}"));
    }
    for (key, array) in &case.expected.images {
        let image = sample.images.get(key).ok_or_else(|| format!("`{key}` is no image"))?;
        array.compare(&case.arrays, image, case.tolerance).map_err(|why| format!("`{key}`: {why}"))?;
    }
    for (key, theirs) in &case.expected.values {
        let ours = sample.values.get(key).ok_or_else(|| format!("`{key}` is an image"))?;
        if !close(ours, theirs, case.tolerance) {
            return Err(format!("`{key}` is {ours}, MONAI {theirs}"));
        }
    }
    Ok(())
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/parity/dictionary");
    let files = std::fs::read_dir(folder).expect("the fixtures are committed");
    let floats = |text: &String| {
        let bytes = STANDARD.decode(text).expect("the fixture is base64");
        bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    };
    let read = |path| {
        let mut text = Vec::new();
        let file = std::fs::File::open(path).expect("the fixture is there");
        GzDecoder::new(file).read_to_end(&mut text).expect("it is gzip");
        let Fixture { arrays, mut cases } = serde_json::from_slice(&text).expect("it is as its script writes it");
        let arrays = Arc::new(arrays.iter().map(floats).collect());
        cases.iter_mut().for_each(|case| case.arrays = Arc::clone(&arrays));
        cases
    };
    files.flat_map(|file| read(file.expect("the folder can be listed").path())).collect()
}

/// The names of all transforms that have a case.
pub(crate) fn targets() -> BTreeSet<String> {
    let name = |step: Step| step.target.rsplit('.').next().unwrap_or_default().to_owned();
    cases().into_iter().flat_map(|case| case.steps).map(name).collect()
}

#[test]
fn every_dictionary_is_as_in_monai() {
    let cases = cases();
    let wrong: Vec<String> =
        cases.iter().filter_map(|case| compare(case).err().map(|why| format!("{}: {why}", case.name))).collect();
    assert!(wrong.is_empty(), "{} of {} cases differ: {wrong:#?}", wrong.len(), cases.len());
}

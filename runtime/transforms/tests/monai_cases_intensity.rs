//! The cases of MONAI's own tests (`tests/parity/monai_cases/intensity.py`), file by file, held to the table
//! `tests/fixtures/monai_cases/transforms/intensity.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use monai_imaging::nifti::{Frame, Units};
use monai_imaging::picture::{self, Depth};
use monai_imaging::{Affine, Colours, Dtype, Facts, Volume, decode, nifti};
use monai_transforms::{Error, Format, Image, Sample, Transform, TypeName};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    file: String,
    test: String,
    target: String,
    #[serde(default)]
    args: Value,
    #[serde(default)]
    inputs: BTreeMap<String, Array>,
    /// The exception that MONAI raises.
    refused: Option<String>,
    #[serde(default)]
    expected: BTreeMap<String, Array>,
    #[serde(default)]
    tolerance: BTreeMap<String, f64>,
    /// Why the case cannot be written as a config.
    missing: Option<String>,
}

/// An array, or a file in its place.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Array {
    dtype: String,
    shape: Vec<usize>,
    values: Vec<f32>,
    file: Option<String>,
}

impl Array {
    fn data(&self) -> Vec<f32> {
        let count = self.shape.iter().product();
        if self.values.len() == 1 { vec![self.values[0]; count] } else { self.values.clone() }
    }

    /// The array as an image: the first axis is the channels.
    fn image(&self) -> Image {
        let extent = |axis: usize| self.shape.get(axis).copied().unwrap_or(1);
        let shape = [extent(1), extent(2), extent(3)];
        let mut volume =
            Volume::new(extent(0), shape, self.data(), Affine::IDENTITY).expect("the array fits its shape");
        volume.rank = if self.shape.len() > 3 { 3 } else { 2 };
        let mut image = Image::new(volume);
        image.dtype = serde_json::from_value(self.dtype.clone().into()).expect("a dtype of NumPy or PyTorch");
        image
    }
}

/// What came of a case.
enum Outcome {
    Passed,
    /// It cannot be written as a config, or an argument is refused by name.
    NotApplicable(String),
    Failed(String),
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/monai_cases/transforms")
}

fn run(case: &Case) -> Outcome {
    if let Some(why) = &case.missing {
        return Outcome::NotApplicable(why.clone());
    }
    let parsed = Transform::parse(&case.target, case.args.clone());
    let transform = match (parsed, &case.refused) {
        (Err(_), Some(_)) => return Outcome::Passed,
        (Err(error), None) => return Outcome::NotApplicable(error.to_string()),
        (Ok(transform), _) => transform,
    };
    match (apply(case, &transform), &case.refused) {
        (Err(_), Some(_)) => Outcome::Passed,
        (Ok(_), Some(exception)) => Outcome::Failed(format!("is taken, MONAI raises {exception}")),
        (Err(error), None) => Outcome::Failed(error),
        (Ok(sample), None) => compare(case, &sample).map_or_else(Outcome::Failed, |()| Outcome::Passed),
    }
}

fn apply(case: &Case, transform: &Transform) -> Result<Sample, String> {
    let mut sample = Sample::default();
    for (key, input) in &case.inputs {
        let image = match &input.file {
            None => input.image(),
            Some(file) => {
                let (volume, facts) = read(&unpack(file)).map_err(|error| error.to_string())?;
                let mut image = Image::new(volume);
                image.dtype = facts.dtype().into();
                image
            }
        };
        sample.images.insert(key.clone(), image);
    }
    transform.apply(&mut sample).map_err(|error: Error| error.to_string())?;
    if let Transform::SaveImaged(save) = transform {
        let image = &sample.images["image"];
        let format = save.format().map_err(|error| error.to_string())?;
        let (volume, _) = read(&write(image, format)?).map_err(|error| error.to_string())?;
        sample.images.insert("image".to_owned(), Image { dtype: image.dtype, ..Image::new(volume) });
    }
    Ok(sample)
}

fn read(bytes: &[u8]) -> Result<(Volume, Facts), monai_imaging::Error> {
    decode(bytes, Colours::AsStored, 1 << 30).map(|decoded| (decoded.volume, decoded.facts))
}

fn write(image: &Image, format: Format) -> Result<Vec<u8>, String> {
    let dtype = match image.dtype {
        TypeName::Uint8 => Dtype::Uint8,
        TypeName::Int16 => Dtype::Int16,
        TypeName::Float32 => Dtype::Float32,
        TypeName::Float64 => Dtype::Float64,
        other => return Err(format!("no case writes {other:?}")),
    };
    let frame = Frame { sform_code: 1, qform_code: 1, units: Units::Millimetre };
    match format {
        Format::Png => picture::encode(&image.volume, Depth::Eight),
        _ => nifti::encode(&image.volume, dtype, frame),
    }
    .map_err(|error| error.to_string())
}

fn unpack(text: &str) -> Vec<u8> {
    let packed = STANDARD.decode(text).expect("the file is written in base 64");
    let mut plain = Vec::new();
    // A file that was packed to be small is unpacked; a NIfTI file is read either way.
    match flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut plain) {
        Ok(_) => plain,
        Err(_) => packed,
    }
}

fn compare(case: &Case, sample: &Sample) -> Result<(), String> {
    for (key, expected) in &case.expected {
        let image = sample.images.get(key).ok_or_else(|| format!("`{key}` is missing"))?;
        let (found, wanted) = (&image.volume.data, expected.data());
        if found.len() != wanted.len() {
            return Err(format!("`{key}` has {} values, MONAI {}", found.len(), wanted.len()));
        }
        let dtype = format!("{:?}", image.dtype).to_lowercase();
        if dtype != expected.dtype && case.target != "SaveImaged" {
            return Err(format!("`{key}` is {dtype}, MONAI {}", expected.dtype));
        }
        // MONAI's own defaults, in `tests.test_utils.assert_allclose`; never closer than 32-bit floats are.
        let limit = |name: &str, usual: f64, least: f64| case.tolerance.get(name).copied().unwrap_or(usual).max(least);
        let (relative, absolute) = (limit("rtol", 1e-5, 1e-6), limit("atol", 1e-8, 1e-6));
        let far = |(&found, &wanted): (&f32, &f32)| {
            f64::from((found - wanted).abs()) > absolute + relative * f64::from(wanted.abs())
        };
        let count = found.iter().zip(&wanted).filter(|pair| far(*pair)).count();
        if count > 0 {
            return Err(format!("{count} of {} values of `{key}` differ", found.len()));
        }
    }
    let odd = sample.images.keys().find(|key| !case.expected.contains_key(*key) && !case.inputs.contains_key(*key));
    odd.map_or(Ok(()), |key| Err(format!("`{key}` is not in MONAI's result")))
}

/// The table: counts for each file, then why each case is left out or fails.
fn table(cases: &[Case]) -> String {
    let mut files: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut reasons: Vec<String> = Vec::new();
    for case in cases {
        let counts = files.entry(&case.file).or_default();
        counts[0] += 1;
        let (kind, why) = match run(case) {
            Outcome::Passed => {
                counts[1] += 1;
                counts[2] += 1;
                continue;
            }
            Outcome::NotApplicable(why) => ("left out", why),
            Outcome::Failed(why) => {
                counts[1] += 1;
                ("FAILS", why)
            }
        };
        let file = case.file.rsplit('/').next().unwrap_or(&case.file);
        // The known arguments, which a message lists, are not the table's matter.
        let why = why.split(", expected").next().unwrap_or_default();
        reasons.push(format!("- {file} `{}` {}: {kind}: {why}", case.test, case.target));
    }
    let mut out = "# Cases of MONAI's tests: transforms that leave an image on its grid\n\n".to_owned();
    out.push_str("Held by `runtime/transforms/tests/monai_cases_intensity.rs`. Cases that differ only in the container count once.\n\n");
    out.push_str("| file | cases | applicable | passing |\n|---|---|---|---|\n");
    let mut total = [0; 3];
    for (file, counts) in files {
        writeln!(out, "| {file} | {} | {} | {} |", counts[0], counts[1], counts[2]).expect("a text takes more");
        total.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
    }
    writeln!(out, "| all | {} | {} | {} |\n", total[0], total[1], total[2]).expect("a text takes more");
    out + &reasons.join("\n") + "\n"
}

#[test]
fn every_case_comes_out_as_the_table_says() {
    let packed = std::fs::File::open(folder().join("intensity.json.gz")).expect("the cases are committed");
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).expect("the cases are gzip");
    let fixture: Fixture = serde_json::from_str(&text).expect("the cases are as their script writes them");
    let found = table(&fixture.cases);
    let committed = std::fs::read_to_string(folder().join("intensity.md")).unwrap_or_default();
    assert!(found == committed, "the table is another one now:\n{found}");
    assert!(!found.contains("FAILS"), "a case fails");
}

//! MONAI's own tests of geometric transforms, as `tests/parity/monai_cases/spatial.py` watched them, and the table of how we do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read;
use std::path::PathBuf;

use monai_imaging::{Affine, Volume};
use monai_transforms::{Change, Image, Inversion, Record, Sample, Sampling, Transform};
use serde::Deserialize;
use serde_json::{Value, json};

/// Most that a voxel may differ, in parts of the image's largest.
const TOLERANCE: f32 = 2e-6;

/// Why a case that is ours does not pass: file, what its message begins with, the reason.
const KNOWN: &[(&str, &str, &str)] = &[
    (
        "inverse.test_inverse",
        "`image`: affine[0][3]",
        "a NumPy image without a file, whose affine MONAI leaves where it was",
    ),
    ("test_spacing", "`image`: shape", "metadata tracking switched off, which the runtime never does"),
    ("test_squeezedim", "`SqueezeDimd` failed", "an affine that becomes singular: MONAI warns, the runtime refuses"),
];

#[derive(Deserialize)]
struct Manifest {
    files: Vec<String>,
    left_out: BTreeMap<String, BTreeMap<String, usize>>,
    arrays: Vec<(usize, Vec<usize>)>,
    affines: Vec<[[f64; 4]; 4]>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    file: String,
    test: String,
    target: String,
    args: Value,
    images: BTreeMap<String, Given>,
    expected: BTreeMap<String, Given>,
    /// For each key what is inverted and what comes of it.
    #[serde(default)]
    inverse: BTreeMap<String, [Given; 2]>,
    /// Whether MONAI refuses.
    #[serde(default)]
    error: bool,
    resample: Option<Value>,
}

#[derive(Deserialize)]
struct Given {
    array: usize,
    affine: usize,
    /// Whether MONAI keeps no affine.
    #[serde(default)]
    untracked: bool,
}

struct Fixtures {
    manifest: Manifest,
    voxels: Vec<f32>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/monai_cases/transforms")
}

impl Fixtures {
    fn read() -> Fixtures {
        let [text, raw] = ["spatial.json.gz", "spatial.bin.gz"].map(|name| {
            let packed = std::fs::read(root().join(name)).expect("the file is committed");
            let mut raw = Vec::new();
            flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut raw).expect("the file is gzip");
            raw
        });
        let voxels = raw.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        Fixtures { manifest: serde_json::from_slice(&text).expect("the manifest is as its script writes it"), voxels }
    }

    fn array(&self, given: &Given) -> (&[usize], &[f32]) {
        let (at, shape) = &self.manifest.arrays[given.array];
        (shape, &self.voxels[*at..at + shape.iter().product::<usize>()])
    }

    fn volume(&self, given: &Given) -> Result<Volume, String> {
        let (shape, data) = self.array(given);
        let (channels, axes) = (shape[0], &shape[1..]);
        let mut extents = [1; 3];
        extents.iter_mut().zip(axes).for_each(|(extent, &axis)| *extent = axis);
        let affine = Affine::new(self.manifest.affines[given.affine]).map_err(|error| error.to_string())?;
        let volume = Volume::new(channels, extents, data.to_vec(), affine).map_err(|error| error.to_string())?;
        Ok(Volume { rank: axes.len() as u8, ..volume })
    }

    fn compare(&self, volume: &Volume, expected: &Given) -> Result<(), String> {
        let (shape, voxels) = self.array(expected);
        let mut found = vec![volume.channels];
        found.extend(&volume.shape[..usize::from(volume.rank)]);
        if found != shape {
            return Err(format!("shape {found:?}, MONAI {shape:?}"));
        }
        let most = voxels.iter().fold(1f32, |most, voxel| most.max(voxel.abs()));
        let pairs = volume.data.iter().zip(voxels);
        let beyond = pairs
            .clone()
            .filter(|(ours, theirs)| {
                let difference = (*ours - *theirs).abs();
                difference.is_nan() || difference > TOLERANCE * most
            })
            .count();
        if beyond > 0 {
            let difference = pairs.map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f32::max);
            return Err(format!("{beyond} of {} voxels differ, by up to {difference}", voxels.len()));
        }
        let theirs = self.manifest.affines[expected.affine];
        let rank = usize::from(volume.rank);
        let entries = (0..rank).flat_map(|row| (0..rank).chain([3]).map(move |column| (row, column)));
        for (row, column) in entries.filter(|_| !expected.untracked) {
            let (ours, theirs) = (volume.affine.matrix()[row][column], theirs[row][column]);
            if (ours - theirs).abs() > 1e-5 * theirs.abs().max(1.0) {
                return Err(format!("affine[{row}][{column}] {ours}, MONAI {theirs}"));
            }
        }
        Ok(())
    }

    fn run(&self, case: &Case) -> Result<(), String> {
        if let Some(call) = &case.resample {
            return self.resample(case, call);
        }
        let outcome = self.forward(case);
        if case.error {
            return if outcome.is_err() { Ok(()) } else { Err("MONAI refuses this".to_owned()) };
        }
        let sample = outcome?;
        for (key, expected) in &case.expected {
            self.compare(&sample.images[key].volume, expected).map_err(|why| format!("`{key}`: {why}"))?;
        }
        for (key, [inside, expected]) in &case.inverse {
            let original = &sample.images[key];
            let mut volume = self.volume(inside)?;
            (volume.affine, volume.rank) = (original.volume.affine, original.volume.rank);
            let inversion = Inversion::new(&volume, &original.records, false).map_err(|error| error.to_string())?;
            inversion.whole(&mut volume).map_err(|error| error.to_string())?;
            self.compare(&volume, expected).map_err(|why| format!("inverse of `{key}`: {why}"))?;
        }
        Ok(())
    }

    fn forward(&self, case: &Case) -> Result<Sample, String> {
        let transform = Transform::parse(&case.target, case.args.clone()).map_err(|error| error.to_string())?;
        let mut sample = Sample::default();
        for (key, given) in &case.images {
            let volume = self.volume(given)?;
            sample.images.insert(key.clone(), Image::new(volume));
        }
        transform.apply(&mut sample).map_err(|error| error.to_string())?;
        Ok(sample)
    }

    /// MONAI's `SpatialResample`, which is what undoes `Spacingd`.
    fn resample(&self, case: &Case, call: &Value) -> Result<(), String> {
        if case.error {
            return if case.images.is_empty() { Ok(()) } else { self.resample_refused(case, call) };
        }
        let [(_, given)] = case.images.iter().collect::<Vec<_>>()[..] else { return Err("one image".to_owned()) };
        let mut volume = self.volume(given)?;
        let expected = &case.expected["image"];
        let shape = self.volume(expected)?.shape;
        let record = Record {
            shape,
            rank: volume.rank,
            affine: target(call, volume.rank)?.unwrap_or(volume.affine),
            change: sampling(&case.args)?,
        };
        let inversion = Inversion::new(&volume, &[record], false).map_err(|error| error.to_string())?;
        inversion.whole(&mut volume).map_err(|error| error.to_string())?;
        self.compare(&volume, expected)?;
        for [inside, expected] in case.inverse.values() {
            let mut volume = self.volume(inside)?;
            let before = self.volume(given)?;
            let record =
                Record { shape: before.shape, rank: before.rank, affine: before.affine, change: sampling(&case.args)? };
            let inversion = Inversion::new(&volume, &[record], false).map_err(|error| error.to_string())?;
            inversion.whole(&mut volume).map_err(|error| error.to_string())?;
            self.compare(&volume, expected).map_err(|why| format!("inverse: {why}"))?;
        }
        Ok(())
    }

    fn resample_refused(&self, case: &Case, call: &Value) -> Result<(), String> {
        let source = case.images.values().map(|given| self.volume(given)).collect::<Result<Vec<_>, _>>();
        match source.and_then(|volumes| target(call, volumes[0].rank)) {
            Err(_) => Ok(()),
            Ok(_) => Err("MONAI refuses this".to_owned()),
        }
    }
}

/// The affine to resample to.
fn target(call: &Value, rank: u8) -> Result<Option<Affine>, String> {
    let Some(rows) = call.get("dst_affine").filter(|rows| !rows.is_null()) else { return Ok(None) };
    let rows: Vec<Vec<f64>> = serde_json::from_value(rows.clone()).map_err(|error| error.to_string())?;
    let rank = usize::from(rank).min(rows.len() - 1);
    let mut matrix = *Affine::IDENTITY.matrix();
    for row in 0..rank {
        (0..rank).for_each(|column| matrix[row][column] = rows[row][column]);
        matrix[row][3] = rows[row][rows.len() - 1];
    }
    Affine::new(matrix).map(Some).map_err(|error| error.to_string())
}

fn sampling(args: &Value) -> Result<Change, String> {
    let field = |name: &str, default: Value| args.get(name).cloned().unwrap_or(default);
    let mode = serde_json::from_value(field("mode", json!("bilinear"))).map_err(|error| error.to_string())?;
    let padding = serde_json::from_value(field("padding_mode", json!("border"))).map_err(|error| error.to_string())?;
    let align_corners = field("align_corners", json!(false)).as_bool().unwrap_or(false);
    Ok(Change::Resampled(Sampling { mode, padding, align_corners }))
}

/// The committed table: each file's cases, those that are ours, those that pass, and why the others do not count.
fn table(manifest: &Manifest, outcomes: &[Result<(), String>]) -> String {
    let mut out = String::from("| file | cases | applicable | passing | others |\n|---|---|---|---|---|\n");
    for file in &manifest.files {
        let ours: Vec<_> = manifest.cases.iter().zip(outcomes).filter(|(case, _)| case.file == *file).collect();
        let passing = ours.iter().filter(|(_, outcome)| outcome.is_ok()).count();
        let left_out = manifest.left_out.get(file).cloned().unwrap_or_default();
        let mut reasons: BTreeMap<String, usize> = left_out.clone();
        for (case, why) in ours.iter().filter_map(|(case, outcome)| Some((case, outcome.as_ref().err()?))) {
            *reasons.entry(format!("not passing: {}", reason(case, why))).or_default() += 1;
        }
        let reasons: Vec<String> = reasons.iter().map(|(why, count)| format!("{count} {why}")).collect();
        let cases = ours.len() + left_out.values().sum::<usize>();
        let _ = writeln!(out, "| {file} | {cases} | {} | {passing} | {} |", ours.len(), reasons.join("; "));
    }
    out
}

fn reason(case: &Case, why: &str) -> String {
    let known = KNOWN.iter().find(|(file, begin, _)| *file == case.file && why.starts_with(begin));
    known.map_or_else(
        || format!("{} {} {}: {why}", case.test, case.target, case.args),
        |(.., reason)| (*reason).to_owned(),
    )
}

#[test]
fn what_monai_tests_of_geometry_holds_here() {
    let fixtures = Fixtures::read();
    let manifest = &fixtures.manifest;
    let outcomes: Vec<_> = manifest.cases.iter().map(|case| fixtures.run(case)).collect();
    let found = table(manifest, &outcomes);
    let page = root().join("spatial.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&page, &found).expect("the page can be written");
    }
    let committed = std::fs::read_to_string(page).unwrap_or_default();
    assert!(found == committed, "tests/fixtures/monai_cases/transforms/spatial.md is not what was found:\n{found}");
    let files: BTreeSet<&String> = manifest.cases.iter().map(|case| &case.file).collect();
    assert!(files.len() > 25, "cases of {} files only", files.len());
    let unused: Vec<_> = KNOWN.iter().filter(|(.., reason)| !found.contains(reason)).collect();
    assert!(unused.is_empty(), "these reasons are out of date: {unused:?}");
}

//! Each transform by itself beside MONAI's, on images of the size of a CT.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use lab::root;
use serde::Deserialize;

use crate::engine::{Bench, Setting, THREADS};
use crate::error::Error;
use crate::measure::{Patience, least, median, patiently};
use crate::programs::{RUNTIME, file, place};
use crate::report::{Goal, Row, Rows};
use crate::warm::Warm;

/// The row of all of them.
pub(crate) const NAME: &str = "transforms";

/// The transforms in MONAI's words, each with the image that it works on.
const CASES: &str = include_str!("../transforms.json");

/// What MONAI needs at least for a transform to have a goal, in milliseconds.
const NOTABLE: f64 = 20.0;

/// Ours divided by MONAI's.
const GOAL: f64 = 0.5;

/// Of the runs of one transform; each side has made its result once before. Short ones are not run more often: copying the image for a run
/// takes longer than they do.
const PATIENCE: Patience = Patience { all: 15.0, short: 0.0, long: 1.0 };

/// The largest difference of two results, as a share of the largest voxel or of 1: that of the parity tests.
const TOLERANCE: f64 = 2e-6;

/// The largest difference of two affines, as in the parity tests.
const AFFINE_TOLERANCE: f64 = 1e-5;

/// Bytes that are compared at once.
const BLOCK: u64 = 1 << 20;

/// What the tool reads of a case; the two sides read the rest.
#[derive(Deserialize)]
struct Case {
    name: String,
    /// The share of voxels that may be those of a neighbour, where voxels are picked that lie as near as others.
    #[serde(default)]
    other_side: f64,
}

/// How a result lies whose voxels were written.
#[derive(Deserialize)]
struct Written {
    shape: Vec<usize>,
    affine: [[f64; 4]; 4],
}

/// How two results differ.
#[derive(Debug, PartialEq)]
struct Difference {
    /// The largest difference as a share of the peer's largest voxel, or of 1.
    farthest: f64,
    /// The share of voxels that differ.
    share: f64,
}

/// Measures every transform; the settings that they need, and their figures.
pub(crate) fn run(bench: &Bench<'_>) -> Result<(Vec<Setting>, Vec<Row>), Error> {
    let program = bench.programs.program(&RUNTIME, "peers-transforms")?;
    let folder = place("engine/transforms")?;
    let path = folder.join("cases.json");
    fs::write(&path, CASES).map_err(|source| file("write", &path, source))?;
    eprintln!("peers: images of 512 x 512 x 300 voxels in {} ...", folder.display());
    let mut command = Command::new(&bench.python.program);
    command.arg(root().join("tests/peers/transforms.py")).arg(&folder).arg(THREADS);
    let mut peer = Warm::start(&mut command)?;
    let mut ours = Warm::start(Command::new(&program).arg(&folder).arg(THREADS))?;
    let mut rows = Rows::default();
    for (index, case) in cases().iter().enumerate() {
        eprintln!("peers: {} ...", case.name);
        compare(case, index, &folder, &mut ours, &mut peer)?;
        let line = index.to_string();
        let (mut ours_once, mut peer_once) = (|| time(&mut ours, &line), || time(&mut peer, &line));
        let times =
            patiently(bench.runs, &PATIENCE, |milliseconds| milliseconds / 1e3, &mut [&mut ours_once, &mut peer_once])?;
        rows.add([row(&case.name, &times[0], &times[1])]);
    }
    ours.end()?;
    peer.end()?;
    let text = format!(
        "one transform in memory after another, of 512 x 512 x 300 voxels, {THREADS} threads; ours: peers-transforms, {}",
        bench.programs.described()
    );
    let equal = format!("results within {TOLERANCE} of the largest voxel of MONAI's before any is timed");
    Ok((vec![(NAME, text), ("", equal)], rows.0))
}

fn cases() -> Vec<Case> {
    serde_json::from_str(CASES).expect("the cases are JSON")
}

/// Milliseconds of one run.
fn time(side: &mut Warm, line: &str) -> Result<f64, Error> {
    Ok(1e3 * side.ask(line)?["seconds"].as_f64().unwrap_or(f64::NAN))
}

fn row(name: &str, ours: &[f64], peer: &[f64]) -> Row {
    let value = |milliseconds: &f64| *milliseconds;
    let row =
        Row::new(name, "ms", median(ours, value), median(peer, value)).least(least(ours, value), least(peer, value));
    if row.peer > NOTABLE { row.goal(Goal::Ratio(GOAL)) } else { row }
}

/// Fails where the two sides do not make the same.
fn compare(case: &Case, index: usize, folder: &Path, ours: &mut Warm, peer: &mut Warm) -> Result<(), Error> {
    let differ = |found: String| Error::CompareTransforms { transform: case.name.clone(), found };
    let line = format!("{index} write");
    let written = |side: &mut Warm| -> Result<Written, Error> {
        let answer = side.ask(&line)?;
        Deserialize::deserialize(&answer).map_err(|error| differ(format!("{answer}: {error}")))
    };
    let (left, right) = (written(ours)?, written(peer)?);
    if left.shape != right.shape {
        return Err(differ(format!("shapes {:?} and {:?}", left.shape, right.shape)));
    }
    let affines = left.affine.iter().flatten().zip(right.affine.iter().flatten());
    if affines.map(|(left, right)| (left - right).abs()).fold(0.0, f64::max) > AFFINE_TOLERANCE {
        return Err(differ(format!("affines {:?} and {:?}", left.affine, right.affine)));
    }
    let paths = ["ours.bin", "peer.bin"].map(|name| folder.join(name));
    let Difference { farthest, share } = difference(&paths[0], &paths[1])?;
    if farthest > TOLERANCE && share > case.other_side {
        return Err(differ(format!("{:.4} % of the voxels, by up to {farthest:.1e} of the largest", 100.0 * share)));
    }
    paths.iter().try_for_each(|path| fs::remove_file(path).map_err(|source| file("remove", path, source)))
}

/// Compares two files of 32-bit floats, of which every voxel differs where they hold what is no number, or not as many.
fn difference(ours: &Path, peer: &Path) -> Result<Difference, Error> {
    const ALL: Difference = Difference { farthest: f64::INFINITY, share: 1.0 };
    let open = |path: &Path| File::open(path).map_err(|source| file("open", path, source));
    let (mut left, mut right) = (open(ours)?, open(peer)?);
    let (mut farthest, mut largest) = (0.0_f64, 1.0_f64);
    let (mut differing, mut count) = (0_u64, 0_u64);
    let (mut some, mut others) = (Vec::new(), Vec::new());
    loop {
        for (from, path, bytes) in [(&mut left, ours, &mut some), (&mut right, peer, &mut others)] {
            bytes.clear();
            let read = from.by_ref().take(BLOCK).read_to_end(bytes);
            read.map_err(|source| file("read", path, source))?;
        }
        if some.len() != others.len() {
            return Ok(ALL);
        }
        if some.is_empty() {
            return Ok(Difference { farthest: farthest / largest, share: differing as f64 / count.max(1) as f64 });
        }
        for (left, right) in some.as_chunks().0.iter().zip(others.as_chunks().0) {
            let [left, right] = [left, right].map(|bytes| f64::from(f32::from_le_bytes(*bytes)));
            if !(left.is_finite() && right.is_finite()) {
                return Ok(ALL);
            }
            let apart = (left - right).abs();
            (farthest, largest) = (farthest.max(apart), largest.max(right.abs()));
            differing += u64::from(apart > TOLERANCE * right.abs().max(1.0));
            count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_case_has_a_name_an_image_and_a_transform() {
        let cases: Vec<Value> = serde_json::from_str(CASES).expect("the cases are JSON");
        for case in &cases {
            let texts = [&case["name"], &case["input"], &case["transform"]["_target_"]];
            assert!(texts.iter().all(|text| text.as_str().is_some_and(|text| !text.is_empty())), "{case}");
        }
        let mut names: Vec<String> = super::cases().into_iter().map(|case| case.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), cases.len());
    }

    #[test]
    fn results_are_compared_voxel_by_voxel() {
        let folder = std::env::temp_dir().join(format!("peers-transforms-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the folder of temporary files is writable");
        let write = |name: &str, values: &[f32]| {
            let path = folder.join(name);
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            fs::write(&path, bytes).expect("the file is written");
            path
        };
        let peer = write("peer", &[0.0, 4.0]);
        let all = [f64::INFINITY, 1.0];
        let cases = [(&[0.0, 4.0][..], [0.0, 0.0]), (&[1.0, 4.0], [0.25, 0.5]), (&[0.0], all), (&[f32::NAN, 4.0], all)];
        for (values, [farthest, share]) in cases {
            let found = difference(&write("ours", values), &peer).expect("both are there");
            assert_eq!(found, Difference { farthest, share }, "{values:?}");
        }
        fs::remove_dir_all(&folder).expect("the folder is ours");
    }

    #[test]
    fn what_is_quick_on_both_sides_has_no_goal() {
        assert!(row("row", &[1.0], &[20.0]).goal.is_none());
        assert!(row("row", &[1.0], &[21.0]).goal.is_some());
    }
}

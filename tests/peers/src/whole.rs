//! A bundle as whole processes: from the start of a program to its answer in a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lab::root;

use crate::engine::{Bench, PATIENCE, Setting, THREADS, alone};
use crate::error::Error;
use crate::labels::agreement;
use crate::measure::{median, patiently};
use crate::process::{self, Cost};
use crate::programs::{RUNTIME, file, output, place};
use crate::python::Python;
use crate::report::{Goal, Row, Rows};

/// The bundle of all these rows.
pub(crate) const BUNDLE: &str = "examples/bundles/brain_tissue";
/// The image that they are cut from.
pub(crate) const IMAGE: &str = "tests/fixtures/brain_tissue/ch2bet.nii.gz";

/// The least share of voxels that must have one label on both sides.
const AGREEMENT: f64 = 0.999;

/// An image for the bundle, and what should be reached.
struct Case {
    name: &'static str,
    /// The edge of the cube that is cut out of the image's middle, in voxels; none: the whole image.
    crop: Option<usize>,
    /// Time as a ratio.
    seconds: f64,
    /// Peak memory as a ratio.
    memory: f64,
}

const CASES: [Case; 2] = [
    Case { name: "brain_tissue", crop: None, seconds: 0.5, memory: 1.0 / 3.0 },
    Case { name: "first_answer", crop: Some(96), seconds: 0.15, memory: 1.0 / 3.0 },
];

/// Cuts a cube out of an image's middle, which stays where it is.
const CROP: &str = "\
import nibabel, sys
image, edge = nibabel.load(sys.argv[1]), int(sys.argv[3])
cut = tuple(slice((size - edge) // 2, (size - edge) // 2 + edge) for size in image.shape[:3])
image.slicer[cut].to_filename(sys.argv[2])";

/// The rows that there are.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    CASES.iter().map(|case| case.name)
}

/// Measures the rows that are wanted.
pub(crate) fn run(bench: &Bench<'_>) -> Result<(Vec<Setting>, Vec<Row>), Error> {
    let monai = bench.programs.program(&RUNTIME, "monai")?;
    let mut rows = Rows::default();
    for case in CASES.iter().filter(|case| bench.wants(case.name)) {
        rows.add(case.measure(bench, &monai)?);
    }
    let settings = vec![
        (
            "whole",
            "`monai run` beside `python -m monai.bundle run` with the bundle's own config, from start to end"
                .to_owned(),
        ),
        ("", format!("monai: {}, --threads {THREADS}", bench.programs.described())),
    ];
    Ok((settings, rows.0))
}

impl Case {
    fn measure(&self, bench: &Bench<'_>, monai: &Path) -> Result<Vec<Row>, Error> {
        let name = self.name;
        let (ours, peer) = (place(&format!("engine/{name}/ours"))?, place(&format!("engine/{name}/peer"))?);
        let data = place(&format!("engine/{name}/data"))?;
        let image = data.join("image.nii.gz");
        match self.crop {
            Some(edge) => {
                let mut crop = Command::new(&bench.python.program);
                crop.args(["-c", CROP]).arg(root().join(IMAGE)).arg(&image).arg(edge.to_string());
                output(&mut crop)?;
            }
            None => _ = fs::copy(root().join(IMAGE), &image).map_err(|source| file("copy", &image, source))?,
        }
        eprintln!("peers: {name} as whole processes ...");
        let mut run = || process::run(&mut self::ours(monai, &image, &ours));
        let mut bundle_run = || process::run(&mut self::peer(bench.python, &data, &peer));
        let costs = patiently(bench.runs, &PATIENCE, |cost| cost.seconds, &mut [&mut run, &mut bundle_run])?;
        let [left, right] = [&costs[0], &costs[1]];
        let share = agreement(name, AGREEMENT, &labels(&ours)?, &labels(&peer)?)?;
        let seconds = |costs: &[Cost]| median(costs, |cost| cost.seconds);
        let processor = |costs: &[Cost]| median(costs, |cost| cost.processor);
        let memory = |costs: &[Cost]| median(costs, |cost| cost.peak / 1e6);
        let row = |what: &str, unit, ours, peer| Row::new(format!("{name}, whole process{what}"), unit, ours, peer);
        Ok(vec![
            row("", "s", seconds(left), seconds(right)).goal(Goal::Ratio(self.seconds)),
            row(", processor time", "s", processor(left), processor(right)),
            row(", peak memory", "MB", memory(left), memory(right)).goal(Goal::Ratio(self.memory)),
            row(", voxels of equal label", "%", share * 100.0, 100.0),
        ])
    }
}

fn ours(monai: &Path, image: &Path, output: &Path) -> Command {
    let mut command = Command::new(monai);
    command.arg("run").arg(root().join(BUNDLE)).arg(image).arg("-o").arg(output);
    command.args(["--overwrite", "--threads", THREADS]);
    command
}

fn peer(python: &Python, data: &Path, output: &Path) -> Command {
    let bundle = root().join(BUNDLE);
    let mut command = Command::new(&python.program);
    command.args(["-m", "monai.bundle", "run"]);
    for (name, value) in [
        ("--config_file", bundle.join("configs/inference.json")),
        ("--meta_file", bundle.join("configs/metadata.json")),
        ("--bundle_root", bundle.clone()),
        ("--dataset_dir", data.to_path_buf()),
        ("--output_dir", output.to_path_buf()),
    ] {
        command.arg(name).arg(value);
    }
    alone(&mut command);
    command
}

/// The label map that MONAI's `SaveImaged` or ours wrote below a folder, in a folder of its own.
fn labels(folder: &Path) -> Result<PathBuf, Error> {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    };
    let below = entries(folder).into_iter().filter(|path| path.is_dir()).flat_map(|path| entries(&path));
    let mut maps = below.filter(|path| path.to_string_lossy().ends_with(".nii.gz"));
    maps.next().ok_or_else(|| Error::FindLabels { folder: folder.display().to_string() })
}

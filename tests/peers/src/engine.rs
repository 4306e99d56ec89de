//! Bundles end to end on the CPU beside MONAI, as whole processes and warm; networks alone are in `forward`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lab::root;
use monai_imaging::nifti;

use crate::error::Error;
use crate::forward;
use crate::measure::{interleaved, median};
use crate::process::{self, Cost};
use crate::programs::{Ours, RUNTIME, file, machine, output, place};
use crate::python::Python;
use crate::report::{Goal, Report, Row};
use crate::transforms;
use crate::warm::Warm;

/// How many threads each side has.
pub(crate) const THREADS: &str = "2";

/// The least share of voxels that must have one label on both sides.
const AGREEMENT: f64 = 0.999;

/// A bundle with an image, and the goals for whole time, whole memory and warm time as ratios.
struct Case {
    name: &'static str,
    bundle: PathBuf,
    image: PathBuf,
    /// The folder of images below `dataset_dir`, as the bundle's own list of data has it.
    images: &'static str,
    /// What `monai.bundle run` is told beside the folders.
    words: &'static [&'static str],
    goals: Option<[f64; 3]>,
}

/// Makes a bundle's case.
type Prepare = fn(&Python) -> Result<Case, Error>;

/// The bundles, by the names of their rows.
const BUNDLES: [(&str, Prepare); 2] = [("brain_tissue", Case::brain_tissue), ("spleen_ct_segmentation", Case::spleen)];

impl Case {
    fn brain_tissue(_: &Python) -> Result<Self, Error> {
        Ok(Self {
            name: "brain_tissue",
            bundle: root().join("examples/bundles/brain_tissue"),
            image: root().join("tests/fixtures/brain_tissue/ch2bet.nii.gz"),
            images: "",
            words: &[],
            goals: Some([0.5, 1.0 / 3.0, 1.0]),
        })
    }

    fn spleen(python: &Python) -> Result<Self, Error> {
        let bundle = place("engine/spleen_ct_segmentation/bundle")?;
        eprintln!("peers: the weights of spleen_ct_segmentation ...");
        output(Command::new(&python.program).arg(root().join("tests/peers/spleen_bundle.py")).arg(&bundle))?;
        Ok(Self {
            name: "spleen_ct_segmentation",
            bundle,
            image: root().join("tests/fixtures/parity/bundles/spleen_ct_segmentation/input.nii.gz"),
            images: "imagesTs",
            // Its config has no `run` of its own.
            words: &["--run", "$@evaluator.run()"],
            goals: None,
        })
    }
}

/// Measures the rows of these names on both sides, or all where none is given, and publishes the comparison `engine`.
pub(crate) fn run(runs: usize, names: &[String], programs: &Ours, python: Option<PathBuf>) -> Result<(), Error> {
    let known = || BUNDLES.iter().map(|(name, _)| *name).chain(forward::names()).chain([transforms::NAME]);
    if let Some(strange) = names.iter().find(|name| !known().any(|known| known == **name)) {
        return Err(Error::FindCase { found: strange.clone(), known: known().collect::<Vec<_>>().join(", ") });
    }
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let python = Python::find(python)?;
    let mut rows = Vec::new();
    let mut settings = vec![
        ("machine", machine()),
        (
            "runs",
            format!("{runs} of each side in turn, after one that is not counted; medians; files in the page cache"),
        ),
        ("peer", format!("{}, {THREADS} threads, on the CPU", python.versions)),
    ];
    let bundles: Vec<_> = BUNDLES.iter().filter(|(name, _)| wanted(name)).collect();
    if !bundles.is_empty() {
        let monai = programs.program(&RUNTIME, "monai")?;
        let warm = programs.program(&RUNTIME, "peers-warm")?;
        for (_, case) in bundles {
            rows.extend(case(&python)?.measure(runs, &python, &monai, &warm)?);
        }
        settings.extend([
            ("ours", format!("monai, {}, --threads {THREADS}", programs.described())),
            ("whole", "`monai run` beside `python -m monai.bundle run` with the bundle's own config".to_owned()),
            (
                "warm",
                "one loaded session beside the bundle's parts in one process under inference_mode, file to file"
                    .to_owned(),
            ),
        ]);
    }
    if forward::names().any(wanted) {
        let (more, found) = forward::run(runs, wanted, &python, programs)?;
        settings.extend(more);
        rows.extend(found);
    }
    if wanted(transforms::NAME) {
        let (more, found) = transforms::run(runs, &python, programs)?;
        settings.extend(more);
        rows.extend(found);
    }
    Report { name: "engine", settings, rows }.publish()
}

impl Case {
    fn measure(&self, runs: usize, python: &Python, monai: &Path, warm: &Path) -> Result<Vec<Row>, Error> {
        let name = self.name;
        let (ours, peer) = (place(&format!("engine/{name}/ours"))?, place(&format!("engine/{name}/peer"))?);
        place(&format!("engine/{name}/peer/warm"))?;
        let data = place(&format!("engine/{name}/data"))?;
        let folder = place(&format!("engine/{name}/data/{}", self.images))?;
        let image = folder.join(self.image.file_name().expect("an image is a file"));
        fs::copy(&self.image, &image).map_err(|source| file("copy", &self.image, source))?;

        eprintln!("peers: {name} as whole processes, {runs} runs");
        let mut run = || process::run(&mut self.ours(monai, &image, &ours));
        let mut bundle_run = || process::run(&mut self.peer(python, &data, &peer));
        let [left, right] = interleaved(runs, [&mut run, &mut bundle_run])?;
        let agreement = self.agreement(&labels(&ours)?, &labels(&peer)?)?;

        eprintln!("peers: {name} warm, {runs} runs");
        let mut session = Command::new(warm);
        session.arg(&self.bundle).arg(&image).arg(ours.join("warm.nii.gz")).arg(THREADS);
        let mut evaluation = Command::new(&python.program);
        evaluation.arg(root().join("tests/peers/monai_warm.py")).arg(&self.bundle).arg(&image).arg(peer.join("warm"));
        alone(evaluation.arg(THREADS));
        let (mut session, mut evaluation) = (Warm::start(&mut session)?, Warm::start(&mut evaluation)?);
        let [warm_left, warm_right] = interleaved(runs, [&mut || session.work(), &mut || evaluation.work()])?;
        let (warm_peak, warm_peer_peak) = (session.end()?, evaluation.end()?);
        self.agreement(&ours.join("warm.nii.gz"), &labels(&peer.join("warm"))?)?;

        let seconds = |costs: &[Cost]| median(costs, |cost| cost.seconds);
        let processor = |costs: &[Cost]| median(costs, |cost| cost.processor);
        let memory = |costs: &[Cost]| median(costs, |cost| cost.peak / 1e6);
        let own = |seconds: &[f64]| median(seconds, |seconds| *seconds);
        let goal = |row: Row, at: usize| match self.goals {
            Some(goals) => row.goal(Goal::Ratio(goals[at])),
            None => row,
        };
        Ok(vec![
            goal(Row::new(format!("{name}, whole process"), "s", seconds(&left), seconds(&right)), 0),
            Row::new(format!("{name}, whole process, processor time"), "s", processor(&left), processor(&right)),
            goal(Row::new(format!("{name}, whole process, peak memory"), "MB", memory(&left), memory(&right)), 1),
            goal(Row::new(format!("{name}, warm"), "s", own(&warm_left), own(&warm_right)), 2),
            Row::new(format!("{name}, warm, peak memory"), "MB", warm_peak / 1e6, warm_peer_peak / 1e6),
            Row::new(format!("{name}, voxels of equal label"), "%", agreement * 100.0, 100.0),
        ])
    }

    fn ours(&self, monai: &Path, image: &Path, output: &Path) -> Command {
        let mut command = Command::new(monai);
        command.arg("run").arg(&self.bundle).arg(image).arg("-o").arg(output);
        command.args(["--overwrite", "--threads", THREADS]);
        command
    }

    fn peer(&self, python: &Python, data: &Path, output: &Path) -> Command {
        let mut command = Command::new(&python.program);
        command.args(["-m", "monai.bundle", "run"]);
        for (name, value) in [
            ("--config_file", self.bundle.join("configs/inference.json")),
            ("--meta_file", self.bundle.join("configs/metadata.json")),
            ("--bundle_root", self.bundle.clone()),
            ("--dataset_dir", data.to_path_buf()),
            ("--output_dir", output.to_path_buf()),
        ] {
            command.arg(name).arg(value);
        }
        command.args(self.words);
        alone(&mut command);
        command
    }

    /// The share of voxels that have one label in both files.
    fn agreement(&self, ours: &Path, peer: &Path) -> Result<f64, Error> {
        let read = |path: &Path| {
            let bytes = fs::read(path).map_err(|source| file("read", path, source))?;
            let decoded = nifti::decode(&bytes);
            decoded.map_err(|source| Error::ReadLabels { path: path.display().to_string(), source })
        };
        let (ours, peer) = (read(ours)?.volume, read(peer)?.volume);
        let differ = |found: String| Error::CompareLabels { bundle: self.name.to_owned(), found };
        if ours.shape != peer.shape {
            return Err(differ(format!("grids {:?} and {:?}", ours.shape, peer.shape)));
        }
        let equal = ours.data.iter().zip(&peer.data).filter(|(ours, peer)| ours == peer).count();
        let share = equal as f64 / ours.data.len() as f64;
        if share >= AGREEMENT { Ok(share) } else { Err(differ(format!("{:.2} % of the voxels agree", share * 100.0))) }
    }
}

/// Leaves the peer the CPU and the threads that ours has.
pub(crate) fn alone(command: &mut Command) {
    command.env("CUDA_VISIBLE_DEVICES", "").env("OMP_NUM_THREADS", THREADS).env("MKL_NUM_THREADS", THREADS);
    command.env("PYTHONWARNINGS", "ignore");
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

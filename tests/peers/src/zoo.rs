//! Bundles of the model zoo with random weights, and subjects for them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use lab::root;

use crate::engine::{THREADS, alone};
use crate::error::Error;
use crate::programs::{file, output, place};
use crate::python::Python;
use crate::whole;

/// A bundle and its subject: a name of `tests/fixtures/bundles`, voxels and their size in mm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) bundle: &'static str,
    pub(crate) shape: &'static str,
    pub(crate) spacing: &'static str,
}

/// Where a subject lies.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    bundle: PathBuf,
    /// Where each side's answers go, in a folder of its own.
    answers: PathBuf,
    /// The channels of its image, in their order.
    files: Vec<PathBuf>,
}

impl Subject {
    /// Writes bundle, weights and image, in a place of their own.
    pub(crate) fn make(&self, python: &Python) -> Result<Place, Error> {
        let bundle = place(&format!("engine/zoo/{}/{}", self.bundle, self.shape))?;
        eprintln!("peers: {} with a subject of {} ...", self.bundle, self.shape);
        let mut command = Command::new(&python.program);
        command.arg(root().join("tests/peers/zoo_bundle.py")).arg(self.bundle).arg(&bundle);
        command.args([self.shape, self.spacing]);
        let printed = output(&mut command)?;
        let files = printed.lines().map(|name| bundle.join(name)).collect();
        Ok(Place { answers: bundle.join("answers"), bundle, files })
    }
}

impl Place {
    /// The bundle of the examples with its own weights, and the brain that it is tested with.
    pub(crate) fn brain_tissue() -> Result<Self, Error> {
        let (bundle, image) = (root().join(whole::BUNDLE), root().join(whole::IMAGE));
        Ok(Self { bundle, answers: place("engine/brain_tissue_warm")?, files: vec![image] })
    }

    /// What tells such a program to evaluate this subject, whichever it was started for.
    pub(crate) fn line(&self) -> String {
        let names: Vec<_> = self.files.iter().map(|file| file.display().to_string()).collect();
        names.join("\t")
    }

    /// A program that evaluates this subject as often as it is told.
    pub(crate) fn command(&self, mut program: Command, side: &str, more: &[&str]) -> Result<Command, Error> {
        let answers = self.answers.join(side);
        fs::create_dir_all(&answers).map_err(|source| file("create", &answers, source))?;
        program.arg(&self.bundle).arg(answers).arg(THREADS).args(more).args(&self.files);
        alone(&mut program);
        Ok(program)
    }
}

//! A model that answers what it was told to, and a dataset in a temporary folder.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use monai_evaluation::evaluation::{Event, Results};
use monai_evaluation::{Answer, Class, Conventions, Dataset, Error, Evaluation, Grid, Model, Question, Store};
use monai_imaging::Dtype;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{file, volume};

pub(crate) const CONVENTIONS: Conventions = Conventions { include_background: false, ignore_empty: true };

/// Answers by the content of the first image; panics at one that it was not told.
pub(crate) struct StandIn {
    pub(crate) digest: String,
    pub(crate) answers: HashMap<Vec<u8>, Result<Answer, String>>,
    pub(crate) need: u64,
    pub(crate) calls: AtomicUsize,
}

impl Model for StandIn {
    fn digest(&self) -> &str {
        &self.digest
    }

    fn takes(&self, key: &str) -> bool {
        key == "clicks"
    }

    fn need(&self, _: &Question) -> u64 {
        self.need
    }

    fn answer(&self, question: &Question) -> Result<Answer, Error> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let Some(answer) = self.answers.get(&question.images[0]) else {
            std::panic::resume_unwind(Box::new("not told"))
        };
        answer.clone().map_err(Error::Model)
    }
}

impl StandIn {
    pub(crate) fn new(digest: &str, answers: impl IntoIterator<Item = (Vec<u8>, Result<Answer, String>)>) -> StandIn {
        let answers = answers.into_iter().collect();
        StandIn { digest: digest.to_owned(), answers, need: 0, calls: AtomicUsize::new(0) }
    }

    /// How often it was asked since the last time.
    pub(crate) fn asked(&self) -> usize {
        self.calls.swap(0, Ordering::Relaxed)
    }
}

/// Cases in a folder that lasts as long as this does.
pub(crate) struct Cases {
    pub(crate) place: TempDir,
    pub(crate) images: Vec<Vec<u8>>,
}

impl Cases {
    /// One case per label map: `patient_N.nii.gz` with its label. Each image is another one.
    pub(crate) fn of_maps(maps: &[(Grid, Vec<u16>)]) -> Cases {
        let labels = maps.iter().enumerate().map(|(index, (grid, labels))| {
            let name = format!("label_{index}.nii.gz");
            (json!(name), Some((name, file(&volume(grid, 1, labels), Dtype::Uint8))))
        });
        Cases::new(maps.iter().map(|(grid, _)| *grid), labels)
    }

    /// One case per class.
    pub(crate) fn of_classes(grid: Grid, classes: &[u16]) -> Cases {
        Cases::new(classes.iter().map(|_| grid), classes.iter().map(|class| (json!(class), None)))
    }

    fn new(
        grids: impl Iterator<Item = Grid>,
        labels: impl Iterator<Item = (Value, Option<(String, Vec<u8>)>)>,
    ) -> Cases {
        let place = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, bytes: &[u8]| std::fs::write(place.path().join(name), bytes).expect("it is written");
        let (mut images, mut entries) = (Vec::new(), Vec::new());
        for (index, (grid, (label, map))) in grids.zip(labels).enumerate() {
            let ramp: Vec<u16> = (0..grid.voxels()).map(|voxel| (voxel % 251 + 100 * index) as u16).collect();
            let image = file(&volume(&grid, 1, &ramp), Dtype::Int16);
            let name = format!("patient_{index}.nii.gz");
            write(&name, &image);
            map.iter().for_each(|(name, map)| write(name, map));
            entries.push(json!({"image": name, "label": label}));
            images.push(image);
        }
        write("dataset.json", json!({"testing": entries}).to_string().as_bytes());
        Cases { place, images }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub(crate) fn dataset(&self) -> Dataset {
        Dataset::open(&self.path("dataset.json"), None, None).expect("it is one")
    }

    /// A model that answers these maps, case by case.
    pub(crate) fn model(&self, digest: &str, answers: &[(Grid, Vec<u16>)]) -> StandIn {
        let answers =
            answers.iter().map(|(grid, labels)| Ok(Answer::Map(file(&volume(grid, 1, labels), Dtype::Uint8))));
        StandIn::new(digest, self.images.iter().cloned().zip(answers))
    }
}

/// An evaluation of one job, with nothing that is optional.
pub(crate) fn evaluation<'a>(dataset: &'a Dataset, classes: &'a [Class], model: &'a dyn Model) -> Evaluation<'a> {
    Evaluation {
        dataset,
        classes,
        model,
        against: None,
        conventions: CONVENTIONS,
        limit: 1 << 20,
        jobs: 1,
        memory: 1 << 30,
        store: None,
        pictures: 0,
    }
}

/// Runs with a store, and counts the cases that were kept.
pub(crate) fn run_kept(evaluation: Evaluation<'_>, store: &Store) -> (Results, usize) {
    let kept = AtomicUsize::new(0);
    let results = Evaluation { store: Some(store), ..evaluation }.run(&|_, event| {
        if matches!(event, Event::Finished { kept: true, .. }) {
            kept.fetch_add(1, Ordering::Relaxed);
        }
    });
    (results, kept.into_inner())
}

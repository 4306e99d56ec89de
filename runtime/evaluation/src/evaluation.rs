//! Runs a model over a dataset: several cases at once within a budget of memory, each failing alone, none computed twice.

use std::fs::File;
use std::io::Read as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use monai_imaging::{Colours, decode};

use crate::budget::Budget;
use crate::dataset::{Case, Dataset, Truth};
use crate::gallery::Gallery;
use crate::metric::RANK;
use crate::report::Picture;
use crate::segmentation::Conventions;
use crate::store::{Key, Store};
use crate::{
    Agreement, Answer, CaseScores, Class, ClassifiedCase, Error, LabelMap, Model, Question, Scores, Segmentation, Side,
};

/// Bytes per voxel that scoring takes: the label and two answers as numbers, one volume as it is decoded, and the
/// surfaces of a class that fills the image.
const SCORING: u64 = 2 + 2 * 2 + 4 + 8;

/// What is to be done.
pub struct Evaluation<'a> {
    /// The cases.
    pub dataset: &'a Dataset,
    /// The classes of the models.
    pub classes: &'a [Class],
    /// The model.
    pub model: &'a dyn Model,
    /// Another one to compare it with.
    pub against: Option<&'a dyn Model>,
    /// Which of MONAI's conventions hold.
    pub conventions: Conventions,
    /// The most bytes that a file, and a channel of a volume in memory, may have.
    pub limit: u64,
    /// The most cases at once.
    pub jobs: usize,
    /// Bytes of memory that cases at once may take together. A case that needs more by itself fails.
    pub memory: u64,
    /// Where finished cases are kept.
    pub store: Option<&'a Store>,
    /// Of how many of the worst cases pictures are drawn.
    pub pictures: usize,
}

/// What became of the dataset.
#[derive(Debug)]
pub struct Results {
    /// One per case, in their order.
    pub cases: Vec<CaseResult>,
    /// Pictures of the worst cases by number, the worst one first.
    pub pictures: Vec<(usize, Picture)>,
}

/// What became of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseResult {
    /// The case.
    pub number: usize,
    /// Its scores, or why there are none.
    pub outcome: Result<CaseScores, String>,
}

/// Something that happened to the case of this number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'a> {
    /// It is read.
    Started,
    /// It is finished.
    Finished {
        /// How long it took.
        took: Duration,
        /// Whether its scores were kept from an earlier run.
        kept: bool,
    },
    /// It failed.
    Failed {
        /// Why.
        reason: &'a str,
    },
}

/// The contents of a case's files.
struct Files {
    question: Question,
    label: Label,
}

enum Label {
    Map(Vec<u8>),
    Class([u8; 2]),
}

impl Label {
    fn bytes(&self) -> &[u8] {
        match self {
            Label::Map(file) => file,
            Label::Class(class) => class,
        }
    }
}

impl Evaluation<'_> {
    /// Runs all cases. `observe` is told of each by number, from several threads.
    pub fn run(&self, observe: &(dyn Fn(usize, Event<'_>) + Sync)) -> Results {
        let (budget, next) = (Budget::new(self.memory), Mutex::new(0));
        let (done, gallery) = (Mutex::new(Vec::new()), Mutex::new(Gallery::new(self.pictures)));
        let work = || {
            while let Some(result) = self.next(&next, &budget, &gallery, observe) {
                done.lock().unwrap_or_else(PoisonError::into_inner).push(result);
            }
        };
        thread::scope(|scope| {
            (1..self.jobs).for_each(|_| drop(scope.spawn(work)));
            work();
        });
        let mut cases = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        cases.sort_by_key(|case| case.number);
        let gallery = gallery.into_inner().unwrap_or_else(PoisonError::into_inner);
        let pictures = self.pictures(&cases, gallery);
        Results { cases, pictures }
    }

    /// Takes the next case and finishes it. Cases begin in order: one that waits for memory is not overtaken.
    fn next(
        &self,
        next: &Mutex<usize>,
        budget: &Budget,
        gallery: &Mutex<Gallery>,
        observe: &(dyn Fn(usize, Event<'_>) + Sync),
    ) -> Option<CaseResult> {
        let mut turn = next.lock().unwrap_or_else(PoisonError::into_inner);
        let case = self.dataset.cases.get(*turn)?;
        *turn += 1;
        let (number, started) = (case.number, Instant::now());
        observe(number, Event::Started);
        let mut kept = false;
        let outcome = || -> Result<CaseScores, Error> {
            let files = self.read(case)?;
            let key = self.key(&files);
            if let Some(scores) = self.store.and_then(|store| store.load(&key)) {
                kept = true;
                return Ok(scores);
            }
            let need = self.need(&files);
            let share = budget.take(need)?;
            drop(turn);
            let scores = self.score(case, &files, gallery)?;
            drop(share);
            self.store.map_or(Ok(()), |store| store.save(&key, &scores))?;
            Ok(scores)
        };
        // A case that panics fails alone.
        let outcome = catch_unwind(AssertUnwindSafe(outcome));
        let outcome = outcome.unwrap_or_else(|_| Err(Error::Model("a fault of the runtime".to_owned())));
        let outcome = outcome.map_err(|error| error.to_string());
        match &outcome {
            Ok(_) => observe(number, Event::Finished { took: started.elapsed(), kept }),
            Err(reason) => observe(number, Event::Failed { reason }),
        }
        Some(CaseResult { number, outcome })
    }

    fn read(&self, case: &Case) -> Result<Files, Error> {
        let images = case.images.iter().map(|path| read(path, "image", self.limit)).collect::<Result<_, _>>()?;
        let label = match &case.truth {
            Truth::Map(path) => Label::Map(read(path, "label", self.limit)?),
            Truth::Class(class) => Label::Class(class.to_le_bytes()),
        };
        let taken = |key: &&String| self.models().any(|model| model.takes(key));
        let others = case.others.iter().filter(|(key, _)| taken(key));
        let others = others.map(|(key, value)| (key.clone(), value.to_string().into_bytes())).collect();
        Ok(Files { question: Question { images, others }, label })
    }

    fn models(&self) -> impl Iterator<Item = &dyn Model> {
        [Some(self.model), self.against].into_iter().flatten()
    }

    fn key(&self, files: &Files) -> Key {
        let models: Vec<&str> = self.models().map(Model::digest).collect();
        let Question { images, others } = &files.question;
        let others = others.iter().flat_map(|(key, value)| [key.as_bytes(), value]);
        let contents: Vec<&[u8]> =
            images.iter().map(Vec::as_slice).chain([files.label.bytes()]).chain(others).collect();
        Key::of(&models, self.classes, self.conventions, &contents)
    }

    /// Bytes of memory that a case takes at most: its files, the more demanding model and the scoring.
    fn need(&self, files: &Files) -> u64 {
        let images = files.question.images.iter().map(|file| file.len() as u64).sum::<u64>();
        let contents = images + files.label.bytes().len() as u64;
        let needs = self.models().map(|model| model.need(&files.question));
        let scoring = if let Label::Map(file) = &files.label { SCORING.saturating_mul(voxels(file)) } else { 0 };
        contents.saturating_add(needs.max().unwrap_or(0)).saturating_add(scoring)
    }

    fn score(&self, case: &Case, files: &Files, gallery: &Mutex<Gallery>) -> Result<CaseScores, Error> {
        let label = match &files.label {
            Label::Map(file) => file,
            Label::Class(class) => return self.classify(u16::from_le_bytes(*class), files),
        };
        // The label comes first: where it cannot be read, nothing is computed in vain.
        let truth = self.decode(Side::Label, label)?;
        let answer = self.map(self.model, files)?;
        let model = Segmentation::score(&answer, &truth, self.classes, self.conventions)?;
        let rank = model.mean(RANK);
        let wanted = || gallery.lock().unwrap_or_else(PoisonError::into_inner).wants(case.number, rank);
        if wanted() {
            let picture = self.draw(files, &answer, &truth)?;
            gallery.lock().unwrap_or_else(PoisonError::into_inner).offer(case.number, rank, picture);
        }
        let (mut against, mut agreement) = (None, None);
        if let Some(other) = self.against {
            let other = self.map(other, files)?;
            against = Some(Scores::Segmentation(Segmentation::score(&other, &truth, self.classes, self.conventions)?));
            agreement = Some(Agreement::between(&answer, &other, self.classes)?);
        }
        Ok(CaseScores { model: Scores::Segmentation(model), against, agreement })
    }

    fn classify(&self, truth: u16, files: &Files) -> Result<CaseScores, Error> {
        let classified = |model: &dyn Model| match model.answer(&files.question)? {
            Answer::Scores(scores) => ClassifiedCase::of(scores, truth, self.classes).map(Scores::Classification),
            Answer::Map(_) => Err(Error::AnswerKind { found: "a label map", expected: "a class" }),
        };
        let against = self.against.map(classified).transpose()?;
        Ok(CaseScores { model: classified(self.model)?, against, agreement: None })
    }

    fn map(&self, model: &dyn Model, files: &Files) -> Result<LabelMap, Error> {
        match model.answer(&files.question)? {
            Answer::Map(file) => self.decode(Side::Answer, &file),
            Answer::Scores(_) => Err(Error::AnswerKind { found: "a list of scores", expected: "a label map" }),
        }
    }

    /// Reads a map, which may have one channel per class.
    fn decode(&self, side: Side, file: &[u8]) -> Result<LabelMap, Error> {
        LabelMap::decode(side, file, self.limit.saturating_mul(self.classes.len() as u64))
    }

    fn draw(&self, files: &Files, answer: &LabelMap, truth: &LabelMap) -> Result<Picture, Error> {
        let decoded = decode(&files.question.images[0], Colours::AsStored, self.limit);
        let image = decoded.map_err(|source| Error::Decode { what: "image".to_owned(), source })?;
        Ok(Picture::draw(&image.volume, answer, truth))
    }

    /// The pictures of the worst cases. Those that were kept from an earlier run are run once more for it.
    fn pictures(&self, cases: &[CaseResult], mut gallery: Gallery) -> Vec<(usize, Picture)> {
        let rank =
            |case: &CaseResult| Some((case.outcome.as_ref().ok()?.model.segmentation()?.mean(RANK), case.number));
        let mut worst: Vec<(f64, usize)> = cases.iter().filter_map(rank).filter(|(rank, _)| !rank.is_nan()).collect();
        worst.sort_by(|(left, first), (right, second)| left.total_cmp(right).then(first.cmp(second)));
        let drawn = worst.into_iter().take(self.pictures).filter_map(|(_, number)| {
            // A case was scored before; where it cannot be drawn now, its scores still stand.
            let again = || catch_unwind(AssertUnwindSafe(|| self.draw_again(number))).ok()?.ok();
            Some((number, gallery.take(number).or_else(again)?))
        });
        drawn.collect()
    }

    fn draw_again(&self, number: usize) -> Result<Picture, Error> {
        let files = self.read(&self.dataset.cases[number - 1])?;
        let truth = self.decode(Side::Label, files.label.bytes())?;
        self.draw(&files, &self.map(self.model, &files)?, &truth)
    }
}

/// Reads a file of at most `limit` bytes.
fn read(path: &Path, what: &'static str, limit: u64) -> Result<Vec<u8>, Error> {
    let fail = |source| Error::ReadCase { what, source };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes)).map_err(fail)?;
    if bytes.len() as u64 > limit {
        let found = std::fs::metadata(path).map_err(fail)?.len();
        return Err(Error::TooLarge { what, found, limit });
    }
    Ok(bytes)
}

/// Voxels, channels included, that a file's header promises; 0 where it is none. Nothing else is read.
pub fn voxels(file: &[u8]) -> u64 {
    match decode(file, Colours::AsStored, 0) {
        Err(monai_imaging::Error::TooLarge { needed, .. }) => needed / size_of::<f32>() as u64,
        _ => 0,
    }
}

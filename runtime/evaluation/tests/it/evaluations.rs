use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use monai_evaluation::evaluation::{CaseResult, Event};
use monai_evaluation::{Answer, CaseScores, Conventions, Error, Evaluation, Grid, Model, Question, Store};
use serde_json::json;

use crate::stand_in::{CONVENTIONS, Cases, StandIn, evaluation, run_kept};
use crate::{classes, grid};

const NAMES: [&str; 3] = ["background", "organ", "tumour"];

/// Small label maps, each a little different.
fn maps(count: usize) -> Vec<(Grid, Vec<u16>)> {
    // Spacings whose product does not end after a few digits.
    let grid = grid([6, 5, 4], 3, [1.1, 2.3, 1.7]);
    let labels = |index: usize| (0..120).map(|voxel| ((voxel * voxel / 7 + index * voxel / 3) % 3) as u16).collect();
    (0..count).map(|index| (grid, labels(index))).collect()
}

/// Answers that err more from case to case.
fn answers(maps: &[(Grid, Vec<u16>)]) -> Vec<(Grid, Vec<u16>)> {
    let err = |(index, (grid, labels)): (usize, &(Grid, Vec<u16>))| {
        let wrong = |(voxel, label): (usize, &u16)| if voxel < 7 * index { (label + 1) % 3 } else { *label };
        (*grid, labels.iter().enumerate().map(wrong).collect())
    };
    maps.iter().enumerate().map(err).collect()
}

fn dice(case: &CaseResult) -> f64 {
    case.outcome.as_ref().expect("it was scored").model.segmentation().expect("a label map").mean(0)
}

#[test]
fn finished_cases_are_kept_and_altered_ones_computed_anew() {
    let maps = maps(4);
    let (cases, known) = (Cases::of_maps(&maps), classes(&NAMES));
    let (model, dataset) = (cases.model("sha256:a", &answers(&maps)), cases.dataset());
    let store = Store::open(&cases.path("work")).expect("it is made");
    let run = |conventions: Conventions, model: &StandIn| {
        let (results, kept) = run_kept(Evaluation { conventions, ..evaluation(&dataset, &known, model) }, &store);
        (results.cases, kept, model.asked())
    };
    let (first, kept, asked) = run(CONVENTIONS, &model);
    assert_eq!((first.len(), kept, asked), (4, 0, 4));
    assert_eq!(run(CONVENTIONS, &model), (first.clone(), 4, 0), "nothing is computed twice");
    let files =
        || fs::read_dir(cases.path("work")).expect("it is a folder").map(|entry| entry.expect("it is read").path());
    assert_eq!(files().count(), 4);
    for path in files() {
        let text = fs::read_to_string(&path).expect("it is text");
        assert!(text.len() < 4096 && !text.contains("patient") && !text.contains("nii"), "{text}");
    }
    // An interrupted run left some of them, one of them damaged.
    fs::remove_file(files().next().expect("a file")).expect("it is ours");
    fs::write(files().next().expect("a file"), "{\"key\": \"").expect("it is ours");
    assert_eq!(run(CONVENTIONS, &model), (first.clone(), 2, 2));
    fs::copy(cases.path("label_1.nii.gz"), cases.path("label_0.nii.gz")).expect("it is copied");
    let (altered, kept, asked) = run(CONVENTIONS, &model);
    assert_eq!((kept, asked), (3, 1), "another label");
    assert!(dice(&altered[0]) < dice(&first[0]) && altered[1..] == first[1..]);
    let other = StandIn { digest: "sha256:b".into(), ..cases.model("", &answers(&maps)) };
    assert_eq!(run(CONVENTIONS, &other).1, 0, "another model");
    assert_eq!(run(Conventions { ignore_empty: false, ..CONVENTIONS }, &model).1, 0, "other conventions");
    let mut clicked = dataset.clone();
    clicked.cases[1].others.insert("clicks".to_owned(), json!([[1, 2, 3]]));
    clicked.cases[2].others.insert("comment".to_owned(), json!("which the model does not take"));
    let (_, kept) = run_kept(evaluation(&clicked, &known, &model), &store);
    assert_eq!((kept, model.asked()), (3, 1), "other clicks");
    let (both, kept) = run_kept(Evaluation { against: Some(&other), ..evaluation(&dataset, &known, &model) }, &store);
    assert_eq!((kept, both.cases.len()), (0, 4), "another comparison");
}

#[test]
fn a_case_that_fails_fails_alone() {
    let maps = maps(6);
    let (cases, known) = (Cases::of_maps(&maps), classes(&NAMES));
    let mut model = cases.model("sha256:a", &answers(&maps));
    let dataset = cases.dataset();
    *model.answers.get_mut(&cases.images[1]).expect("an answer") = Err("the network takes 2 channels".into());
    model.answers.remove(&cases.images[2]);
    *model.answers.get_mut(&cases.images[3]).expect("an answer") = Ok(Answer::Scores(vec![1.0]));
    fs::remove_file(cases.path("label_4.nii.gz")).expect("it is ours");
    let failed = Mutex::new(Vec::new());
    let results = Evaluation { jobs: 3, ..evaluation(&dataset, &known, &model) }.run(&|number, event| {
        if let Event::Failed { reason } = event {
            failed.lock().expect("one at a time").push((number, reason.to_owned()));
        }
    });
    let mut failed = failed.into_inner().expect("all are done");
    failed.sort();
    let expected = [
        (2, "the network takes 2 channels"),
        (3, "a fault of the runtime"),
        (4, "the answer is a list of scores, the label a label map"),
        (5, "cannot read the label: No such file or directory (os error 2)"),
    ];
    assert_eq!(failed, expected.map(|(number, reason)| (number, reason.to_owned())));
    let outcomes: Vec<(usize, bool)> = results.cases.iter().map(|case| (case.number, case.outcome.is_ok())).collect();
    assert_eq!(outcomes, [(1, true), (2, false), (3, false), (4, false), (5, false), (6, true)]);
    let tight = Evaluation { limit: 100, ..evaluation(&dataset, &known, &model) }.run(&|_, _| ());
    let reason = tight.cases[0].outcome.as_ref().expect_err("it is too large");
    assert!(reason.contains("the limit is 100"), "{reason}");
}

/// Meets others while it answers, and counts how many there are.
struct Meeting {
    inner: StandIn,
    together: usize,
    running: Mutex<usize>,
    met: Condvar,
    most: AtomicUsize,
}

impl Model for Meeting {
    fn digest(&self) -> &str {
        &self.inner.digest
    }

    fn takes(&self, key: &str) -> bool {
        self.inner.takes(key)
    }

    fn need(&self, question: &Question) -> u64 {
        self.inner.need(question)
    }

    fn answer(&self, question: &Question) -> Result<Answer, Error> {
        let mut running = self.running.lock().expect("nobody panics");
        *running += 1;
        self.most.fetch_max(*running, Ordering::Relaxed);
        self.met.notify_all();
        let alone = |_: &mut usize| self.most.load(Ordering::Relaxed) < self.together;
        let (running, outcome) =
            self.met.wait_timeout_while(running, Duration::from_secs(60), alone).expect("nobody panics");
        assert!(!outcome.timed_out(), "the others never came");
        drop(running);
        let answer = self.inner.answer(question);
        *self.running.lock().expect("nobody panics") -= 1;
        answer
    }
}

#[test]
fn cases_at_once_keep_within_the_memory() {
    let maps = maps(8);
    let (cases, known) = (Cases::of_maps(&maps), classes(&NAMES));
    let dataset = cases.dataset();
    let check = |jobs: usize, need: u64, memory: u64, together: usize| {
        let inner = StandIn { need, ..cases.model("sha256:a", &answers(&maps)) };
        let most = AtomicUsize::new(0);
        let model = Meeting { inner, together, running: Mutex::new(0), met: Condvar::new(), most };
        let results = Evaluation { jobs, memory, ..evaluation(&dataset, &known, &model) }.run(&|_, _| ());
        let ordered: Vec<usize> = results.cases.iter().map(|case| case.number).collect();
        assert_eq!(ordered, (1..=8).collect::<Vec<_>>());
        assert_eq!(model.most.into_inner(), together, "{jobs} jobs of {need} bytes within {memory}");
        let fits = |outcome: &Result<CaseScores, String>| match outcome {
            Ok(_) => need <= memory,
            Err(reason) => need > memory && reason.contains(&format!("at most {memory} may be used")),
        };
        assert!(results.cases.iter().all(|case| fits(&case.outcome)), "{results:?}");
    };
    const GIB: u64 = 1 << 30;
    check(1, GIB, 100 * GIB, 1);
    check(3, GIB, 100 * GIB, 3);
    check(6, GIB, 5 * GIB / 2, 2);
    check(6, 2 * GIB, GIB, 0);
}

#[test]
fn pictures_show_the_worst_cases_and_kept_ones_are_drawn_again() {
    let maps = maps(5);
    let (cases, known) = (Cases::of_maps(&maps), classes(&NAMES));
    let (model, dataset) = (cases.model("sha256:a", &answers(&maps)), cases.dataset());
    let store = Store::open(&cases.path("work")).expect("it is made");
    let run = |pictures: usize, jobs: usize| {
        let (results, _) = run_kept(Evaluation { pictures, jobs, ..evaluation(&dataset, &known, &model) }, &store);
        (results.pictures.iter().map(|(number, _)| *number).collect::<Vec<_>>(), results, model.asked())
    };
    let (none, results, asked) = run(0, 1);
    assert_eq!((none, asked), (vec![], 5));
    let mut ranked: Vec<usize> = (1..=5).collect();
    ranked.sort_by(|left, right| dice(&results.cases[left - 1]).total_cmp(&dice(&results.cases[right - 1])));
    let (shown, again, asked) = run(3, 2);
    assert_eq!((&shown[..], asked), (&ranked[..3], 3), "only what is shown is run again");
    let fresh = Evaluation { pictures: 3, jobs: 2, ..evaluation(&dataset, &known, &model) }.run(&|_, _| ());
    assert_eq!(fresh.pictures, again.pictures);
    assert_eq!(model.asked(), 5, "what was run just now is drawn at once");
}

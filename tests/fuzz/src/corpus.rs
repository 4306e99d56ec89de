use std::cell::Cell;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestRng, TestRunner};

use crate::mutation::change;

/// Mutated inputs where `MONAI_FUZZ_INPUTS` does not say how many.
const INPUTS: u32 = 5000;

/// The peak of memory is the whole process's, so one campaign runs at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// A folder of inputs: `good-*` must be accepted, `bad-*` must be refused.
pub struct Corpus {
    names: Vec<String>,
    inputs: Vec<Vec<u8>>,
    _alone: MutexGuard<'static, ()>,
}

impl Corpus {
    /// Reads the folder.
    ///
    /// # Panics
    /// Where it cannot be read, or lacks good or bad inputs.
    pub fn read(folder: &Path) -> Corpus {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("the folder is read").path()).collect();
        paths.sort();
        let name = |path: &Path| path.file_name().expect("it has a name").to_string_lossy().into_owned();
        let names: Vec<String> = paths.iter().map(|path| name(path)).collect();
        for kind in ["good-", "bad-"] {
            assert!(names.iter().any(|name| name.starts_with(kind)), "{}: no {kind}*", folder.display());
        }
        let inputs = paths.iter().map(|path| std::fs::read(path).expect("the input is read")).collect();
        Corpus { names, inputs, _alone: alone }
    }

    /// Gives every input to `check`, which says whether it was accepted, or what is wrong.
    ///
    /// # Panics
    /// Where an input is not what its name says, or is neither named good nor bad.
    pub fn replay(&self, check: impl Fn(&[u8]) -> Result<bool, String>) {
        for (name, input) in self.names.iter().zip(&self.inputs) {
            let accepted = check(input).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
            match name.split_once('-') {
                Some(("good", _)) => assert!(accepted, "{name} is refused"),
                Some(("bad", _)) => assert!(!accepted, "{name} is accepted"),
                _ => panic!("{name} is neither good-* nor bad-*"),
            }
        }
    }

    /// Gives mutations of the corpus to `check`: `MONAI_FUZZ_INPUTS` of them, or 5000, the same ones each time. `words`
    /// are inserted now and then. A failure is made as small as it gets and shown.
    ///
    /// # Panics
    /// Where a mutation fails, and where so few or so many are accepted that the campaign would show nothing.
    pub fn mutate(&self, words: &[&[u8]], check: impl Fn(&[u8]) -> Result<bool, String>) {
        let asked = std::env::var("MONAI_FUZZ_INPUTS").ok();
        let cases = asked.map_or(INPUTS, |asked| asked.parse().expect("MONAI_FUZZ_INPUTS is a number"));
        let config =
            ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 50_000, ..ProptestConfig::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let (run, accepted) = (Cell::new(0_u32), Cell::new(0_u32));
        // Good inputs are where there is something left to damage.
        let good: Vec<usize> = (0..self.names.len()).filter(|index| self.names[*index].starts_with("good-")).collect();
        let all: Vec<usize> = (0..self.names.len()).collect();
        let start = prop_oneof![3 => prop::sample::select(good), 1 => prop::sample::select(all)];
        let mutated = (start, prop::collection::vec(change(), 1..4)).prop_map(|(start, changes)| {
            let mut input = self.inputs[start].clone();
            changes.iter().for_each(|change| change.apply(&mut input, words, &self.inputs));
            Shown(input)
        });
        let outcome = runner.run(&mutated, |Shown(input)| {
            let fine = check(&input).map_err(TestCaseError::fail)?;
            run.set(run.get() + 1);
            accepted.set(accepted.get() + u32::from(fine));
            Ok(())
        });
        if let Err(failure) = outcome {
            panic!("{failure}");
        }
        let (run, accepted) = (run.get(), accepted.get());
        println!("{run} mutated inputs, {accepted} accepted");
        assert!(
            accepted >= cases / 100 && run - accepted >= cases / 100,
            "of {run} mutated inputs {accepted} accepted"
        );
    }
}

/// Bytes that are shown as text with escapes, to be pasted into a test or a corpus.
struct Shown(Vec<u8>);

impl std::fmt::Debug for Shown {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "b\"{}\"", self.0.escape_ascii())
    }
}

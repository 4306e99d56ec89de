//! The checks, in the order in which they fail cheapest.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::tally::Outcome;

const LINTS: [&str; 8] = ["cargo", "clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"];

/// Mutated inputs that each reader of files gets in a full run; `tests/fuzz` has its own, smaller number.
const FUZZ_INPUTS: &str = "200000";

/// How much a run covers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tier {
    /// What fits a clean machine: no compiled tool, no PyTorch.
    Default,
    /// Everything.
    Full,
}

/// One named part of a run.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    work: Work,
}

enum Work {
    /// A command that passes or fails as a whole.
    Command(&'static [&'static str]),
    /// A command whose `test result:` lines are counted.
    Tests(&'static [&'static str]),
    /// Clippy over everything, which builds the workspace a second time; full tier only.
    Lints,
    /// Writes the parity fixtures anew with MONAI and runs the tests on them; full tier only.
    Parity,
}

impl Check {
    pub(crate) fn all() -> Vec<Self> {
        vec![
            Self { name: "format", work: Work::Command(&["cargo", "fmt", "--all", "--check"]) },
            Self { name: "tests", work: Work::Tests(&["cargo", "test", "--workspace", "--no-fail-fast"]) },
            Self { name: "lints", work: Work::Lints },
            Self { name: "parity with MONAI", work: Work::Parity },
        ]
    }

    /// Runs the check in the workspace's root.
    pub(crate) fn run(&self, tier: Tier) -> Outcome {
        eprintln!("verify: {} ...", self.name);
        match self.work {
            Work::Command(words) => whole(command(words)),
            Work::Tests(words) if tier == Tier::Full => {
                let mut tests = command(words);
                tests.env("MONAI_FUZZ_INPUTS", FUZZ_INPUTS);
                counted(tests)
            }
            Work::Tests(words) => counted(command(words)),
            Work::Lints if tier == Tier::Default => {
                Outcome::NotRun { why: "it builds everything a second time; run `cargo verify --full`".into() }
            }
            Work::Lints => whole(command(&LINTS)),
            Work::Parity if tier == Tier::Default => {
                Outcome::NotRun { why: "it needs PyTorch; run `cargo verify --full`".into() }
            }
            Work::Parity => regenerate(),
        }
    }
}

/// The workspace's root, two folders above this package.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("tests/verify lies two folders below the root")
        .to_path_buf()
}

fn command(words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(root());
    command
}

fn whole(mut command: Command) -> Outcome {
    let passed = match command.stdout(Stdio::null()).status() {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("verify: cannot start {:?}: {error}", command.get_program());
            false
        }
    };
    Outcome::Ran { passed: usize::from(passed), failed: usize::from(!passed) }
}

/// Passes the output of `cargo test` on and adds up its result lines. A command that fails without a failed test, such as
/// a build error, counts as one failure.
fn counted(mut command: Command) -> Outcome {
    let (mut passed, mut failed) = (0, 0);
    let success = command.stdout(Stdio::piped()).spawn().and_then(|mut child| {
        let output = child.stdout.take().expect("stdout is piped");
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            if let Some(counts) = line.strip_prefix("test result: ") {
                passed += count(counts, " passed");
                failed += count(counts, " failed");
            }
        }
        Ok(child.wait()?.success())
    });
    match success {
        Ok(true) => {}
        Ok(false) => failed = failed.max(1),
        Err(error) => {
            eprintln!("verify: cannot run {:?}: {error}", command.get_program());
            failed += 1;
        }
    }
    Outcome::Ran { passed, failed }
}

fn count(counts: &str, word: &str) -> usize {
    let Some(end) = counts.find(word) else { return 0 };
    counts[..end].rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Runs every script below `tests/parity`, which writes its fixtures anew in the work tree, then the tests that read them.
fn regenerate() -> Outcome {
    let (mut passed, mut failed) = (0, 0);
    let python = match python() {
        Ok(python) => python,
        Err(error) => {
            eprintln!("verify: {error}");
            return Outcome::Ran { passed: 0, failed: 1 };
        }
    };
    let folder = root().join("tests/parity");
    let mut scripts: Vec<PathBuf> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "py") && !path.ends_with("counter.py"))
        .collect();
    scripts.sort();
    for script in scripts {
        let ok = Command::new(&python)
            .arg(&script)
            .arg("--check")
            .current_dir(root())
            .status()
            .is_ok_and(|status| status.success());
        eprintln!("verify: {} {}", script.display(), if ok { "wrote its fixtures" } else { "FAILED" });
        passed += usize::from(ok);
        failed += usize::from(!ok);
    }
    match counted(command(&["cargo", "test", "--package", "monai-transforms", "--package", "monai-engine"])) {
        Outcome::Ran { passed: more, failed: worse } => Outcome::Ran { passed: passed + more, failed: failed + worse },
        not_run @ Outcome::NotRun { .. } => not_run,
    }
}

/// A Python with the versions that `tests/parity/requirements.txt` pins, in the user's cache, outside the clone.
fn python() -> Result<PathBuf, String> {
    let cache = match (std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME")) {
        (Some(cache), _) => PathBuf::from(cache),
        (None, Some(home)) => PathBuf::from(home).join(".cache"),
        (None, None) => {
            return Err("neither XDG_CACHE_HOME nor HOME is set, so there is no place for the Python packages".into());
        }
    };
    let place = cache.join("terraform-provider-monai/parity");
    let python = place.join("bin/python");
    let requirements = root().join("tests/parity/requirements.txt");
    if !python.exists() {
        whole_or("python3 -m venv", Command::new("python3").args(["-m", "venv"]).arg(&place))?;
    }
    whole_or(
        "pip install",
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&requirements),
    )?;
    Ok(python)
}

fn whole_or(name: &str, command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name}` ended with {status}")),
        Err(error) => Err(format!("cannot start `{name}`: {error}")),
    }
}

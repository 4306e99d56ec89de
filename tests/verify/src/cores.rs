//! The tests that drive a Terraform core, with another core than the first on PATH, which the ordinary tests take.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::check::{Tier, command, counted};
use crate::tally::Outcome;
use crate::tool::{BUILD_AHEAD, Tool};

/// The commands that run them, after the ordinary tests, which build what they need. Each takes the core that
/// `TF_ACC_TERRAFORM_PATH` names. The second is for the whole workspace, as a choice of packages has other features, for
/// which much would be built again; tests that drive a core lie in a module `terraform`.
const TESTS: [&[&str]; 2] =
    [&["cargo", "test", "--package", "acceptance"], &["cargo", "test", "--workspace", "--test", "it", "terraform::"]];

/// Runs them with the core that `tool` is, in a run that began at `start`.
pub(crate) fn check(tool: &Tool, tier: Tier, start: Instant) -> Outcome {
    let limit = match tier {
        Tier::Full => Duration::MAX,
        Tier::Default if tool.ahead => BUILD_AHEAD.saturating_sub(start.elapsed()),
        Tier::Default => Duration::ZERO,
    };
    match tool.program(limit) {
        Ok(Some(program)) => run(&program),
        Ok(None) => Outcome::NotRun {
            why: "it is not built yet, and this run has no time for it; `cargo verify --full` builds it".into(),
        },
        Err(error) if tier == Tier::Default => Outcome::NotRun { why: error },
        Err(error) => {
            eprintln!("verify: {error}");
            Outcome::Ran { passed: 0, failed: 1 }
        }
    }
}

/// A command that selects no test fails.
fn run(program: &Path) -> Outcome {
    let (mut passed, mut failed) = (0, 0);
    for words in TESTS {
        let mut tests = command(words);
        tests.env("TF_ACC_TERRAFORM_PATH", program);
        match counted(tests) {
            Outcome::Ran { passed: more, failed: worse } if more + worse > 0 => {
                passed += more;
                failed += worse;
            }
            _ => {
                eprintln!("verify: `{}` ran no test", words.join(" "));
                failed += 1;
            }
        }
    }
    Outcome::Ran { passed, failed }
}

//! The checks, in the order in which they fail cheapest.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::tally::Outcome;
use crate::tool::{OPENTOFU, TERRAFORM, Tool};
use crate::{cores, devices, parity, platforms};

const LINTS: [&str; 8] = ["cargo", "clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"];

/// Tests by the name of their module, from what the tests of the workspace have built.
const BF16: [&str; 6] = ["cargo", "test", "--workspace", "--test", "it", "precision::"];

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
    /// The tests that drive a core, with another one than the first on PATH, where it is built or can be in time.
    Core(&'static Tool),
    /// Products in bf16, where the processor has them.
    Bf16,
    /// The networks on a software GPU, for which Burn is built a second time; full tier only.
    Devices,
    /// The devices that no test machine has, type-checked; full tier only.
    DeviceTypes,
    /// Writes the parity fixtures anew with MONAI and runs the tests on them; full tier only.
    Parity,
    /// Windows, macOS and one static file for any Linux, which builds the framework three times more; full tier only.
    Platforms,
}

impl Check {
    pub(crate) fn all() -> Vec<Self> {
        vec![
            Self { name: "format", work: Work::Command(&["cargo", "fmt", "--all", "--check"]) },
            Self { name: "tests", work: Work::Tests(&["cargo", "test", "--workspace", "--no-fail-fast"]) },
            Self { name: "OpenTofu 1.12", work: Work::Core(&OPENTOFU) },
            Self { name: "Terraform 1.16", work: Work::Core(&TERRAFORM) },
            Self { name: "bf16", work: Work::Bf16 },
            Self { name: "software GPU", work: Work::Devices },
            Self { name: "types of other GPUs", work: Work::DeviceTypes },
            Self { name: "lints", work: Work::Lints },
            Self { name: "other systems", work: Work::Platforms },
            Self { name: "parity with MONAI", work: Work::Parity },
        ]
    }

    /// Runs the check in the workspace's root, in a run that began at `start`.
    pub(crate) fn run(&self, tier: Tier, start: Instant) -> Outcome {
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
            Work::Devices | Work::DeviceTypes if tier == Tier::Default => {
                Outcome::NotRun { why: "it builds Burn a second time; run `cargo verify --full`".into() }
            }
            Work::Bf16 if !has_bf16() => {
                Outcome::NotRun { why: "this processor lacks AVX-512 BF16 (`avx512_bf16` in /proc/cpuinfo)".into() }
            }
            Work::Bf16 => counted_some(command(&BF16)),
            Work::Devices => devices::run(),
            Work::DeviceTypes => devices::check_types(),
            Work::Parity if tier == Tier::Default => {
                Outcome::NotRun { why: "it needs PyTorch; run `cargo verify --full`".into() }
            }
            Work::Parity => parity::regenerate(),
            Work::Platforms if tier == Tier::Default => {
                Outcome::NotRun { why: "it builds for other systems; run `cargo verify --full`".into() }
            }
            Work::Platforms => platforms::check(),
            Work::Core(tool) => cores::check(tool, tier, start),
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

fn has_bf16() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx512bf16");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

pub(crate) fn command(words: &[&str]) -> Command {
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
pub(crate) fn counted(mut command: Command) -> Outcome {
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

/// As [`counted`]; a command that finds no test counts as one failure.
pub(crate) fn counted_some(command: Command) -> Outcome {
    match counted(command) {
        Outcome::Ran { passed: 0, failed: 0 } => Outcome::Ran { passed: 0, failed: 1 },
        outcome => outcome,
    }
}

fn count(counts: &str, word: &str) -> usize {
    let Some(end) = counts.find(word) else { return 0 };
    counts[..end].rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

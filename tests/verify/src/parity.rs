//! The parity fixtures, written anew by MONAI.

use std::path::PathBuf;
use std::process::Command;

use crate::cache;
use crate::check::{command, counted, root};
use crate::tally::Outcome;

/// What the scripts share; the others each write fixtures.
const MODULES: [&str; 6] = ["bundle.py", "bundle_run.py", "counter.py", "dictionary.py", "network.py", "subjects.py"];

/// Runs every script below `tests/parity`, which writes its fixtures anew in the work tree, then the tests that read them.
pub(crate) fn regenerate() -> Outcome {
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
        .filter(|path| path.extension().is_some_and(|end| end == "py"))
        .filter(|path| !MODULES.iter().any(|module| path.ends_with(module)))
        .collect();
    scripts.sort();
    for script in scripts {
        let ok = Command::new(&python).arg(&script).current_dir(root()).status().is_ok_and(|status| status.success());
        eprintln!("verify: {} {}", script.display(), if ok { "wrote its fixtures" } else { "FAILED" });
        passed += usize::from(ok);
        failed += usize::from(!ok);
    }
    // The whole workspace, as before: a choice of packages has other features, for which Burn would be built again.
    match counted(command(&["cargo", "test", "--workspace", "--test", "parity", "--test", "it"])) {
        Outcome::Ran { passed: more, failed: worse } => Outcome::Ran { passed: passed + more, failed: failed + worse },
        not_run @ Outcome::NotRun { .. } => not_run,
    }
}

/// A Python with the versions that `tests/parity/requirements.txt` pins, in the user's cache, outside the clone.
fn python() -> Result<PathBuf, String> {
    let place = cache::folder()?.join("parity");
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

/// Runs a command that must succeed; `name` is what the user knows it by.
pub(crate) fn whole_or(name: &str, command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name}` ended with {status}")),
        Err(error) => Err(format!("cannot start `{name}`: {error}")),
    }
}

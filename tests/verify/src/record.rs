//! The committed record of the last full run: a digest of the sources that it covered, then its rows.

use std::process::Command;

use crate::check::root;
use crate::tally::Tally;

const FILE: &str = "docs/verified.txt";
const COVERED: [&str; 4] = ["provider", "runtime", "tests", "examples"];

/// Writes the record of a full run.
pub(crate) fn write(tally: &Tally) -> Result<(), String> {
    let mut text = format!("covered {}\n", covered()?);
    for line in tally.lines() {
        text.push_str(&line);
        text.push('\n');
    }
    std::fs::write(root().join(FILE), text).map_err(|error| format!("cannot write {FILE}: {error}"))
}

/// A sentence for the user where the record is missing or older than what it covers.
pub(crate) fn warning() -> Option<String> {
    let Ok(text) = std::fs::read_to_string(root().join(FILE)) else {
        return Some(format!("{FILE} does not exist: nobody has run `cargo verify --full` yet"));
    };
    let now = match covered() {
        Ok(now) => now,
        Err(error) => return Some(error),
    };
    let then = text.lines().next().and_then(|line| line.strip_prefix("covered ")).unwrap_or_default();
    (then != now)
        .then(|| format!("the sources have changed since the full run that {FILE} records; run `cargo verify --full`"))
}

/// One name for the covered files as they lie in the work tree, by git's own object hashes.
fn covered() -> Result<String, String> {
    let script = format!(
        "git ls-files -z --cached --others --exclude-standard {} | LC_ALL=C sort -z | xargs -0 -r git hash-object | git hash-object --stdin",
        COVERED.join(" ")
    );
    let output = Command::new("sh").args(["-c", &script]).current_dir(root()).output();
    match output {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        _ => Err("cannot compute the digest of the covered sources; is `git` installed?".into()),
    }
}

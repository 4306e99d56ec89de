//! Builds the provider and the runtime in the profile that the tests use.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::Error;
use crate::place::root;

/// Builds both programs and returns the folder that they lie in.
pub(crate) fn build() -> Result<PathBuf, Error> {
    // The same packages and kinds as the tests: without the examples the features of development dependencies are missing,
    // and Burn is built twice.
    let words = ["build", "--workspace", "--bins", "--examples", "--message-format", "json-render-diagnostics"];
    let command = format!("cargo {}", words.join(" "));
    let output = Command::new(env!("CARGO"))
        .args(words)
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| Error::Start { program: "cargo".into(), source })?;
    if !output.status.success() {
        return Err(Error::Run { command });
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let programs = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let provider = programs
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .find(|program| program.file_stem().is_some_and(|name| name == "terraform-provider-monai"));
    provider.as_deref().and_then(|program| program.parent()).map(PathBuf::from).ok_or(Error::Run { command })
}

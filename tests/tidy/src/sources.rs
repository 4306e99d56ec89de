//! Rules on the text of our Rust files: length, and no unfinished places.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("tests/tidy lies two folders below the root")
        .to_path_buf()
}

/// Paths, relative to the root, of the files that git tracks or would track.
pub(crate) fn files() -> Vec<PathBuf> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git is installed");
    assert!(output.status.success(), "git ls-files failed");
    let text = String::from_utf8(output.stdout).expect("paths are UTF-8");
    let mut files: Vec<PathBuf> = text.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from).collect();
    files.retain(|path| root().join(path).is_file());
    assert!(!files.is_empty(), "git lists no file");
    files
}

fn rust() -> Vec<(PathBuf, String)> {
    let rust = files().into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    rust.map(|path| {
        let text = std::fs::read_to_string(root().join(&path)).expect("a source file is UTF-8");
        (path, text)
    })
    .collect()
}

fn generated(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "generated")
}

#[test]
fn no_file_is_longer_than_800_lines() {
    let long: Vec<_> = rust()
        .into_iter()
        .filter(|(path, text)| !generated(path) && text.lines().count() > 800)
        .map(|(path, text)| format!("{}: {} lines", path.display(), text.lines().count()))
        .collect();
    assert!(long.is_empty(), "split these files by the thing they describe: {long:#?}");
}

#[test]
fn nine_files_in_ten_are_under_400_lines() {
    let ours: Vec<_> = rust().into_iter().filter(|(path, _)| !generated(path)).collect();
    let long = ours.iter().filter(|(_, text)| text.lines().count() >= 400).count();
    assert!(long * 10 <= ours.len(), "{long} of {} files have 400 lines or more; at most a tenth may", ours.len());
}

#[test]
fn no_place_is_unfinished() {
    let words = ["todo", "unimplemented"].map(|word| format!("{word}!("));
    let marks = ["FIX", "XX"].map(|mark| format!("{mark}{}", if mark == "XX" { "X" } else { "ME" }));
    let ignored = format!("#[{}", "ignore");
    let mut found = Vec::new();
    for (path, text) in rust() {
        for (number, line) in text.lines().enumerate() {
            let unfinished = words.iter().chain(&marks).chain([&ignored]).any(|word| line.contains(word.as_str()));
            if unfinished && !generated(&path) {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "finish these places: {found:#?}");
}

#[test]
fn no_module_is_a_drawer() {
    let drawers = ["util", "utils", "common", "helpers", "manager", "misc"];
    let found: Vec<_> = rust()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.iter().any(|part| drawers.contains(&part.to_string_lossy().trim_end_matches(".rs"))))
        .collect();
    assert!(found.is_empty(), "name these modules for what they hold: {found:#?}");
}

#[test]
fn unsafe_code_is_in_the_kernels_alone() {
    let word = format!("un{}", "safe");
    let starts = ["{", "fn", "impl", "trait", "extern"].map(|next| format!("{word} {next}"));
    let mut found = Vec::new();
    for (path, text) in rust().into_iter().filter(|(path, _)| !path.starts_with("runtime/kernels")) {
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if starts.iter().any(|start| code.contains(start.as_str())) {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "docs/style.md allows it in runtime/kernels alone: {found:#?}");
}

//! Systems other than this one: the framework is type-checked for them, its example and the provider are linked into one
//! file each for any Linux. `cargo-zigbuild` and the C compiler in `ziglang` come from PyPI, the standard libraries from rustup.

use std::ffi::OsString;
use std::process::Command;

use crate::cache;
use crate::check::{command, counted, root};
use crate::parity::whole_or;
use crate::tally::Outcome;

/// What `pip` installs.
const COMPILER: [&str; 2] = ["cargo-zigbuild==0.24.0", "ziglang==0.17.1"];

/// Where only types are checked: nothing here runs what is built for them.
const CHECKED: [&str; 2] = ["x86_64-pc-windows-gnu", "aarch64-apple-darwin"];

/// What a static file for Linux is built for.
const STATIC: &str = "x86_64-unknown-linux-musl";

/// The tests that start the example, which is built for release as a static file.
const STARTED: [&str; 4] = ["process::", "endings::", "logs::", "terraform::the_example"];

/// Checks and builds for every other system.
pub(crate) fn check() -> Outcome {
    let path = match compiler() {
        Ok(path) => path,
        Err(error) => {
            eprintln!("verify: {error}");
            return Outcome::Ran { passed: 0, failed: 1 };
        }
    };
    let (mut passed, mut failed) = (0, 0);
    for target in CHECKED {
        let checked = zigbuild(&path, &["check", "--package", "tfplugin-rust", "--examples"], target).status();
        let ok = checked.is_ok_and(|status| status.success());
        eprintln!("verify: {target} {}", if ok { "type-checks" } else { "FAILED" });
        passed += usize::from(ok);
        failed += usize::from(!ok);
    }
    // A test that is named alone does not build the example that it starts.
    let example = ["build", "--release", "--package", "tfplugin-rust", "--example", "note"];
    let provider = ["build", "--release", "--package", "terraform-provider-monai"];
    for words in [&example[..], &provider[..]] {
        let built = zigbuild(&path, words, STATIC).status();
        failed += usize::from(!built.is_ok_and(|status| status.success()));
    }
    let words = [&["test", "--release", "--package", "tfplugin-rust", "--test", "it", "--"], &STARTED[..]].concat();
    match counted(zigbuild(&path, &words, STATIC)) {
        Outcome::Ran { passed: 0, failed: 0 } => failed += 1,
        Outcome::Ran { passed: more, failed: worse } => {
            passed += more;
            failed += worse;
        }
        Outcome::NotRun { .. } => failed += 1,
    }
    for program in ["examples/note", "terraform-provider-monai"] {
        match is_static(program) {
            Ok(()) => passed += 1,
            Err(error) => {
                eprintln!("verify: {error}");
                failed += 1;
            }
        }
    }
    Outcome::Ran { passed, failed }
}

/// A command of `cargo-zigbuild`, which is found first on this path.
fn zigbuild(path: &OsString, words: &[&str], target: &str) -> Command {
    let mut build = command(&["cargo-zigbuild", words[0], "--target", target]);
    build.args(&words[1..]).env("PATH", path);
    build
}

/// The standard libraries, and a PATH on which the C compiler comes first, installed in the user's cache.
fn compiler() -> Result<OsString, String> {
    let place = cache::folder()?.join("zig");
    let python = place.join("bin/python");
    if !python.exists() {
        whole_or("python3 -m venv", Command::new("python3").args(["-m", "venv"]).arg(&place))?;
    }
    whole_or("pip install", Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(COMPILER))?;
    whole_or("rustup target add", Command::new("rustup").args(["target", "add"]).args(CHECKED).arg(STATIC))?;
    let before = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(place.join("bin")).chain(std::env::split_paths(&before));
    std::env::join_paths(folders).map_err(|error| format!("{} cannot be on PATH: {error}", place.display()))
}

/// Whether a program for release needs no file of the system that runs it.
fn is_static(program: &str) -> Result<(), String> {
    let program = root().join("target").join(STATIC).join("release").join(program);
    let output = Command::new("ldd").arg(&program).output().map_err(|error| format!("cannot start `ldd`: {error}"))?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    // What is linked without a loader at all is "not a dynamic executable".
    if said.contains("statically linked") || said.contains("not a dynamic executable") {
        Ok(())
    } else {
        Err(format!("{} is not static: {said}", program.display()))
    }
}

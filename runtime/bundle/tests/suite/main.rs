//! The bundle language against MONAI's documented behaviour.

mod bundles;
mod config;
mod conformance;
mod documents;
mod expressions;
mod hostile;
mod never_panics;
mod parity;
mod places;

use std::path::{Path, PathBuf};

use monai_bundle::{Bundle, Config, Error};
use tempfile::TempDir;

const METADATA: &str = r#"{"version": "0.1.0"}"#;

/// A bundle of these files; `configs/metadata.json` is added.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("configs/metadata.json", METADATA);
    for (path, text) in files {
        write(path, text);
    }
    folder
}

fn open(folder: &Path, files: &[&str]) -> Result<Config, Error> {
    Bundle::open_with(folder, files, &[]).map(|bundle| bundle.config().clone())
}

/// The config of one inference file.
fn config(text: &str) -> Result<Config, Error> {
    let folder = folder(&[("configs/inference.json", text)]);
    open(folder.path(), &["configs/inference.json"])
}

/// A path of `tests/fixtures`.
fn fixtures(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(path)
}

use std::path::{Path, PathBuf};

use crate::config::{Config, META_KEY};
use crate::document;
use crate::error::Error;
use crate::metadata::{self, Metadata};
use crate::node::{Data, Map, Node};
use crate::place::Place;
use crate::warning::Warning;

const CONFIGS: [&str; 3] = ["configs/inference.json", "configs/inference.yaml", "configs/inference.yml"];
/// A key of the metadata that MONAI renamed, and its name today.
const RENAMED: (&str, &str) = ("optional_packages_version", "required_packages_version");

/// A bundle's folder, its metadata and its inference config.
#[derive(Debug, Clone)]
pub struct Bundle {
    folder: PathBuf,
    metadata: Metadata,
    config: Config,
    errors: Vec<Error>,
    warnings: Vec<Warning>,
}

impl Bundle {
    /// Opens a bundle with the one inference config that it has (`configs/inference.json`, `.yaml` or `.yml`).
    ///
    /// # Errors
    /// Where that config cannot be read. All else that is wrong is among [`Bundle::errors`].
    pub fn open(folder: &Path) -> Result<Bundle, Error> {
        Bundle::open_with(folder, &[], &[])
    }

    /// Opens a bundle with config files of its folder, merged in order, or with its inference config where none is named;
    /// then come overrides, each an id and its value as a person writes it: YAML, or a reference, a macro or an
    /// expression.
    ///
    /// # Errors
    /// Where a file cannot be read. All else that is wrong is among [`Bundle::errors`].
    pub fn open_with(folder: &Path, files: &[&str], overrides: &[(&str, &str)]) -> Result<Bundle, Error> {
        let usual;
        let files = if files.is_empty() {
            usual = [inference(folder)?];
            &usual
        } else {
            files
        };
        let (mut errors, mut warnings) = (Vec::new(), Vec::new());
        let mut written = document::read(folder, metadata::FILE).unwrap_or_else(|error| {
            errors.push(error);
            Map::new()
        });
        let (old, new) = RENAMED;
        if let Some(value) = written.shift_remove(old) {
            let (place, id) = (value.place.clone(), format!("{META_KEY}::{old}"));
            warnings.push(Warning { place, id, text: format!("is an old name, read as `{new}`") });
            written.insert(new.to_owned(), value);
        }
        let is_there = errors.is_empty();
        let node = Node { data: Data::Map(written), place: Place::file(metadata::FILE) };
        let config = Config::merged(folder, files, node, overrides, |file| document::read(folder, file))?;
        let metadata = match config.get(META_KEY) {
            Some(node) if is_there => Metadata::read(node, &mut errors),
            _ => Metadata::default(),
        };
        errors.extend(config.errors().cloned());
        warnings.extend(config.warnings().iter().cloned());
        Ok(Bundle { folder: folder.to_owned(), metadata, config, errors, warnings })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// `configs/metadata.json`: as much of it as can be read.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The merged config.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What is wrong with the metadata, the merging and the macros. A bundle without errors may still have items that
    /// cannot be resolved.
    pub fn errors(&self) -> &[Error] {
        &self.errors
    }

    /// What is read, but hardly as it was meant.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

/// The one inference config of a bundle.
fn inference(folder: &Path) -> Result<&'static str, Error> {
    let found: Vec<&'static str> = CONFIGS.into_iter().filter(|file| folder.join(file).is_file()).collect();
    let layout = |file: &str, reason: String| Error::Layout { place: Place::file(file), reason };
    match found.as_slice() {
        [file] => Ok(file),
        [] => {
            let expected = "inference.json, inference.yaml or inference.yml";
            Err(layout("configs", format!("has no inference config; expected {expected}")))
        }
        [file, ..] => Err(layout(file, format!("one inference config is expected, found {}", found.join(", ")))),
    }
}

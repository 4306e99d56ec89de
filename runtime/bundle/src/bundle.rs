use std::path::{Path, PathBuf};

use crate::config::{Config, METADATA, mapping};
use crate::error::Error;
use crate::metadata::Metadata;
use crate::node::Node;

const CONFIGS: [&str; 3] = ["configs/inference.json", "configs/inference.yaml", "configs/inference.yml"];

/// A bundle's folder, its metadata and its inference config.
#[derive(Debug, Clone)]
pub struct Bundle {
    folder: PathBuf,
    metadata: Metadata,
    config: Config,
}

impl Bundle {
    /// Opens a bundle with the one inference config that it has (`configs/inference.json`, `.yaml` or `.yml`).
    pub fn open(folder: &Path) -> Result<Bundle, Error> {
        let found: Vec<&str> = CONFIGS.into_iter().filter(|file| folder.join(file).is_file()).collect();
        match found.as_slice() {
            [file] => Bundle::open_with(folder, &[file]),
            [] => Err(Error::Layout {
                file: "configs".to_owned(),
                reason: "has no inference config; expected inference.json, inference.yaml or inference.yml".to_owned(),
            }),
            [file, ..] => Err(Error::Layout {
                file: (*file).to_owned(),
                reason: format!("one inference config is expected, found {}", found.join(", ")),
            }),
        }
    }

    /// Opens a bundle with config files of its folder, merged in order.
    pub fn open_with(folder: &Path, files: &[&str]) -> Result<Bundle, Error> {
        let node = Node::Map(mapping(folder, METADATA)?);
        let metadata = Metadata::read(METADATA, &node)?;
        let config = Config::with_metadata(folder, files, node)?;
        Ok(Bundle { folder: folder.to_owned(), metadata, config })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// `configs/metadata.json`.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The merged config.
    pub fn config(&self) -> &Config {
        &self.config
    }
}

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Error, Programs, Terraform};

/// A Terraform configuration that uses the provider as built, and a folder for all that running it makes.
#[derive(Clone, Debug)]
pub struct Workspace {
    tool: Terraform,
    configuration: PathBuf,
    place: PathBuf,
}

impl Workspace {
    /// The CLI configuration in `place` points the provider's address at `programs`, so that nothing is downloaded.
    ///
    /// # Errors
    /// The CLI configuration cannot be written.
    pub fn new(tool: Terraform, programs: &Programs, configuration: &Path, place: &Path) -> Result<Workspace, Error> {
        let folder = serde_json::Value::from(programs.folder().display().to_string());
        let text = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"monai-rs/monai\" = {folder}\n  }}\n  direct {{}}\n}}\n"
        );
        let workspace = Workspace { tool, configuration: configuration.to_owned(), place: place.to_owned() };
        let path = workspace.settings();
        std::fs::write(&path, text).map_err(|source| Error::Write { path: path.display().to_string(), source })?;
        Ok(workspace)
    }

    /// A subcommand of the core in this workspace. Endpoints of the platform `local` live in [`Workspace::endpoints`].
    #[must_use]
    pub fn command(&self, subcommand: &str) -> Command {
        let mut command = self.tool.command(&self.configuration, subcommand);
        command
            .env("TF_CLI_CONFIG_FILE", self.settings())
            .env("TF_DATA_DIR", self.place.join("terraform"))
            .env("XDG_STATE_HOME", self.place.join("state"))
            .env("TF_IN_AUTOMATION", "1");
        command
    }

    /// The core.
    #[must_use]
    pub fn tool(&self) -> &Terraform {
        &self.tool
    }

    /// The state folder of the platform `local`.
    #[must_use]
    pub fn endpoints(&self) -> PathBuf {
        self.place.join("state/monai")
    }

    fn settings(&self) -> PathBuf {
        self.place.join("terraform.rc")
    }
}

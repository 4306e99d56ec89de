//! A folder with a configuration, and how Terraform finds the provider in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::error::Error;
use crate::process::{self, Cost};
use crate::programs::{file, place};

/// A configuration and how its provider is found.
pub(crate) struct Folder {
    folder: PathBuf,
    settings: PathBuf,
}

impl Folder {
    /// Writes the files of a configuration. A provider is named by its source address and the folder of its program.
    pub(crate) fn prepare(
        name: &str,
        files: &[(&str, String)],
        provider: Option<(&str, &Path)>,
    ) -> Result<Self, Error> {
        let folder = place(name)?;
        let settings = folder.join("terraform.rc");
        let overrides = provider.map_or_else(String::new, |(source, folder)| {
            format!("  dev_overrides {{\n    \"{source}\" = {}\n  }}\n", quoted(folder))
        });
        let text = format!("disable_checkpoint = true\nprovider_installation {{\n{overrides}  direct {{}}\n}}\n");
        let files = files.iter().map(|(name, text)| (folder.join(name), text.as_str()));
        for (path, text) in files.chain([(settings.clone(), text.as_str())]) {
            fs::write(&path, text).map_err(|source| file("write", &path, source))?;
        }
        Ok(Self { folder, settings })
    }

    /// Runs `terraform plan` with these options.
    pub(crate) fn plan(&self, terraform: &Path, options: &[&str]) -> Result<Cost, Error> {
        let mut command = Command::new(terraform);
        command.arg("plan").arg("-input=false").args(options).current_dir(&self.folder);
        command.env("TF_CLI_CONFIG_FILE", &self.settings).env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1");
        for name in
            ["TF_LOG", "TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_DATA_DIR", "TF_WORKSPACE", "TF_REATTACH_PROVIDERS"]
        {
            command.env_remove(name);
        }
        process::run(&mut command)
    }
}

/// A path as a string of HCL, whose escapes are JSON's; `${` and `%{` would be templates.
pub(crate) fn quoted(path: &Path) -> String {
    Value::from(path.display().to_string()).to_string().replace("${", "$${").replace("%{", "%%{")
}

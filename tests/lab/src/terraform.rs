use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;

/// A Terraform core: the program that `TF_ACC_TERRAFORM_PATH` names, else Terraform or OpenTofu, whichever is on PATH.
#[derive(Clone, Debug)]
pub struct Terraform {
    program: PathBuf,
}

impl Terraform {
    /// # Errors
    /// Nothing is named, and neither program is on PATH.
    pub fn find() -> Result<Terraform, Error> {
        if let Some(program) = std::env::var_os("TF_ACC_TERRAFORM_PATH") {
            return Ok(Terraform { program: program.into() });
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let candidates = ["terraform", "tofu"]
            .into_iter()
            .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)));
        candidates
            .into_iter()
            .find(|program| program.is_file())
            .map(|program| Terraform { program })
            .ok_or(Error::FindTerraform)
    }

    /// Its path.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Runs a command with its talk on our stderr.
    ///
    /// # Errors
    /// It does not start or ends badly.
    pub fn run(&self, command: &mut Command) -> Result<(), Error> {
        let status = command.stdout(std::io::stderr()).status().map_err(|source| self.unstartable(source))?;
        if status.success() { Ok(()) } else { Err(Error::Run { command: self.shown(command) }) }
    }

    /// Runs a command and reads its standard output as JSON.
    ///
    /// # Errors
    /// It does not start, ends badly, or prints something else.
    pub fn read<T: serde::de::DeserializeOwned>(&self, command: &mut Command) -> Result<T, Error> {
        let output = command.stderr(Stdio::inherit()).output().map_err(|source| self.unstartable(source))?;
        if !output.status.success() {
            return Err(Error::Run { command: self.shown(command) });
        }
        serde_json::from_slice(&output.stdout)
            .map_err(|source| Error::ReadOutput { command: self.shown(command), source })
    }

    /// A command in the folder `configuration`.
    pub(crate) fn command(&self, configuration: &Path, subcommand: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(format!("-chdir={}", configuration.display())).arg(subcommand);
        command
    }

    fn shown(&self, command: &Command) -> String {
        let words = command.get_args().map(|word| word.to_string_lossy());
        std::iter::once(self.program.display().to_string().into()).chain(words).collect::<Vec<_>>().join(" ")
    }

    fn unstartable(&self, source: std::io::Error) -> Error {
        Error::Start { program: self.program.display().to_string(), source }
    }
}

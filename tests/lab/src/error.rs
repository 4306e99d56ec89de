/// Why a real program could not be used, with a next step.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no Terraform core.
    #[error(
        "neither `terraform` nor `tofu` is on PATH; install Terraform 1.11 or newer (https://developer.hashicorp.com/terraform/install) or OpenTofu 1.11 or newer (https://opentofu.org/docs/intro/install) and run this again"
    )]
    FindTerraform,
    /// A program did not start.
    #[error("cannot start `{program}`")]
    Start {
        /// Its name or path.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A command ended badly.
    #[error("`{command}` failed; its words are above")]
    Run {
        /// The command as one would type it.
        command: String,
    },
    /// A command's output could not be read.
    #[error("`{command}` printed something that is not its JSON")]
    ReadOutput {
        /// The command as one would type it.
        command: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A file of a workspace could not be written.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

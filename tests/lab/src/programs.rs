use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;

/// The provider and the runtime, built in the profile that the tests use.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Builds what is not yet built. Cargo's talk goes to stderr.
    ///
    /// # Errors
    /// Cargo does not start, or the build fails.
    pub fn build() -> Result<Programs, Error> {
        // The same packages and kinds as the tests: without the examples the features of development dependencies are
        // missing, and Burn is built twice.
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
        let messages = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let provider = messages
            .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
            .find(|program| program.file_stem().is_some_and(|name| name == "terraform-provider-monai"));
        match provider.as_deref().and_then(Path::parent) {
            Some(folder) => Ok(Programs { folder: folder.to_owned() }),
            None => Err(Error::Run { command }),
        }
    }

    /// Where they lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The provider, `terraform-provider-monai`.
    #[must_use]
    pub fn provider(&self) -> PathBuf {
        self.folder.join("terraform-provider-monai")
    }

    /// The runtime, `monai`.
    #[must_use]
    pub fn runtime(&self) -> PathBuf {
        self.folder.join("monai")
    }
}

/// The workspace's root, two folders above this package.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("this package lies two folders below the root")
        .to_path_buf()
}

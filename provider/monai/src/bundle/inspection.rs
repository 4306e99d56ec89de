//! Opens a bundle as the runtime will and says what it found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use monai_pipeline::Pipeline;
use monai_spec::Digest;
use tfplugin_rust::{Diagnostic, Diagnostics};

/// What a bundle that runs is.
pub(crate) struct Inspection {
    /// Where it lies, without links.
    pub(crate) folder: PathBuf,
    /// The digest of its folder.
    pub(crate) digest: Digest,
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// What it is for.
    pub(crate) task: Option<String>,
    /// What each class of the output means.
    pub(crate) labels: BTreeMap<String, String>,
    /// The number of the parameters of its networks.
    pub(crate) parameters: u64,
    /// How it runs.
    pub(crate) pipeline: Pipeline,
}

impl Inspection {
    /// Opens the bundle at `source`; every reason why it would not run becomes a diagnostic at the attribute `path`.
    pub(crate) async fn of(source: &str, digest: Option<&str>, path: &str) -> Result<Self, Diagnostics> {
        let (source, expected, path) = (source.to_owned(), digest.map(str::to_owned), path.to_owned());
        let opened = tokio::task::spawn_blocking(move || open(&source, expected.as_deref(), &path)).await;
        opened.unwrap_or_else(|error| Err(Diagnostic::error("Cannot open the bundle", error.to_string()).into()))
    }
}

/// The digest of a bundle's folder, or the reason why there is none.
pub(crate) fn digest_of(folder: &Path) -> Result<Digest, String> {
    let digest = monai_pipeline::digest(folder).map_err(|error| error.to_string())?;
    Digest::parse(&digest).map_err(|error| error.to_string())
}

fn open(source: &str, expected: Option<&str>, path: &str) -> Result<Inspection, Diagnostics> {
    if source.contains("://") {
        let detail = format!("`{source}` is an address. This version reads folders only; download the bundle first.");
        return Err(Diagnostic::error("Unsupported bundle source", detail).at(path).into());
    }
    let missing = |error: std::io::Error| {
        let detail = format!(
            "{source}: {error}. An endpoint that serves this bundle goes on; to end it without the bundle, run `terraform destroy -refresh=false`."
        );
        Diagnostic::error("Bundle not found", detail).at(path)
    };
    let folder = std::fs::canonicalize(source).map_err(missing)?;
    let digest = digest_of(&folder).map_err(|reason| Diagnostic::error("Cannot read the bundle", reason).at(path))?;
    if let Some(expected) = expected {
        let expected =
            Digest::parse(expected).map_err(|error| Diagnostic::error("Invalid digest", error.to_string()).at(path))?;
        if expected != digest {
            let detail =
                format!("The bundle {source} has the digest {digest}, but the configuration asks for {expected}.");
            return Err(Diagnostic::error("Another bundle than expected", detail).at(path).into());
        }
    }
    let pipeline = Pipeline::open(&folder).map_err(|report| {
        let mut diagnostics = Diagnostics::default();
        for problem in report.problems {
            diagnostics.push(Diagnostic::error("This bundle does not run", problem.to_string()).at(path));
        }
        diagnostics
    })?;
    let folder_name = || folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let labels = pipeline.metadata.outputs.values().flat_map(|tensor| &tensor.labels);
    Ok(Inspection {
        name: pipeline.metadata.name.clone().unwrap_or_else(folder_name),
        version: pipeline.metadata.version.clone(),
        task: pipeline.metadata.task.clone(),
        labels: labels.map(|(number, label)| (number.to_string(), label.clone())).collect(),
        parameters: pipeline.members.iter().map(|member| member.network.numbers() as u64).sum(),
        digest,
        folder,
        pipeline,
    })
}

//! Why a comparison could not be made.

use std::io;

/// What stopped a comparison, with a next step where there is one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("`{program}` is not on PATH; {advice}")]
    FindProgram { program: &'static str, advice: &'static str },
    #[error(transparent)]
    Lab(#[from] lab::Error),
    #[error("HOME is not set; give `--python PATH`")]
    FindCache,
    #[error("cannot {act} {path}")]
    File { act: &'static str, path: String, source: io::Error },
    #[error("cannot start `{program}`")]
    Start { program: String, source: io::Error },
    #[error("`{command}` failed ({status}):\n{said}")]
    Run { command: String, status: String, said: String },
    #[error("`{command}` built no program")]
    Build { command: String },
    #[error("{program} printed `{line}`, expected a plugin's handshake line with mutual TLS")]
    ReadHandshake { program: String, line: String },
    #[error("{program} did not answer {call}")]
    Call { program: String, call: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("{program} still ran {seconds} seconds after Shutdown")]
    Linger { program: String, seconds: i64 },
    #[error("the system does not tell the memory of {program}")]
    ReadMemory { program: String },
    #[error(
        "the peer's schema differs from ours, so the comparison would not be fair; `cargo peers schema` writes it anew:\n{differences}"
    )]
    CompareSchemas { differences: String },
    #[error("the schema has `{found}`, which the Go peer cannot be given yet")]
    WriteSchema { found: String },
    #[error("`{program}` answered `{line}`, expected a JSON object with `{expected}`")]
    ReadAnswer { program: String, line: String, expected: &'static str },
    #[error("there is no row `{found}`; there are {known}")]
    FindCase { found: String, known: String },
    #[error("{path} does not have the costs of every process that started; it has:\n{found}")]
    ReadCosts { path: String, found: String },
    #[error("there is no label map below {folder}")]
    FindLabels { folder: String },
    #[error("cannot read the label map {path}")]
    ReadLabels { path: String, source: monai_imaging::Error },
    #[error("ours and MONAI's label maps of {bundle} differ ({found}); the comparison would not be of the same work")]
    CompareLabels { bundle: String, found: String },
    #[error(
        "{side} and PyTorch differ in {pass} by {found:.1e} of the deviation; the comparison would not be of the same work"
    )]
    CompareOutputs { side: String, pass: String, found: f64 },
    #[error("ours and MONAI's {transform} differ ({found}); the comparison would not be of the same work")]
    CompareTransforms { transform: String, found: String },
}

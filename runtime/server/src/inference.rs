//! What the server asks of whatever runs the model.

use std::time::Duration;

use bytes::Bytes;
use monai_spec::api::{ModelCard, ResultKind};

/// A model that is ready. Called from blocking threads, as many at once as the setting `target_in_flight` says.
pub trait Inference: Send + Sync + 'static {
    /// Runs the model on the files of one image.
    fn predict(&self, parts: Vec<Part>) -> Result<Answer, Refusal>;

    /// What is served.
    fn model(&self) -> &ModelCard;

    /// What [`Inference::predict`] gives.
    fn result(&self) -> ResultKind;
}

/// One file of a request.
#[derive(Debug, Clone)]
pub struct Part {
    /// The name of the part; none for the body itself.
    pub name: Option<String>,
    /// The file.
    pub bytes: Bytes,
}

/// A result.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The file, of the kind that [`Inference::result`] says.
    pub body: Bytes,
    /// What was done and how long it took, in order. Names are lower-case words.
    pub stages: Vec<(&'static str, Duration)>,
}

/// Why an image got no result. The texts go to the client and must hold no patient data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The bytes are not a complete image file.
    #[error("{0}")]
    Malformed(String),
    /// The bytes are of a format that is not read.
    #[error("{0}")]
    UnknownFormat(String),
    /// A good image, but not one for this model.
    #[error("input `{input}`: expected {expected}, got {got}")]
    Unsuitable {
        /// The input by its name in the bundle.
        input: String,
        /// What the model takes.
        expected: String,
        /// What came.
        got: String,
    },
    /// The image is too large after decompression.
    #[error("the image has {size} bytes after decompression, at most {limit} are allowed")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The answer would take more memory than it may.
    #[error("the answer needs {needed} bytes of memory, at most {limit} may be used")]
    TooMuchMemory {
        /// As estimated, in bytes.
        needed: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// A fault of the server; the text goes to the log, not to the client.
    #[error("{0}")]
    Fault(String),
}

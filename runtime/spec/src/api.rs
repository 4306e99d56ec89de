//! Types of the HTTP interface.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Digest;

/// Media types that `POST /v1/predict` reads. The format is found by content, never by name.
pub const ACCEPTED_MEDIA_TYPES: [&str; 5] =
    ["application/octet-stream", "application/gzip", "application/x-gzip", "application/x-nifti", "application/nifti"];

/// Media types of a result of `POST /v1/predict`; each means a gzip-compressed NIfTI-1 file on the input's grid.
pub const RESULT_MEDIA_TYPES: [&str; 3] = ["application/gzip", "application/x-nifti", "application/octet-stream"];

/// Header that carries the id of a request, in both directions.
pub const REQUEST_ID: &str = "x-request-id";
/// Header that names the model of a result.
pub const MODEL: &str = "x-monai-model";
/// Header that names the model's version.
pub const MODEL_VERSION: &str = "x-monai-model-version";
/// Header that names the digest of the bundle.
pub const BUNDLE_DIGEST: &str = "x-monai-bundle-digest";
/// Header that names the version of the runtime.
pub const RUNTIME_VERSION: &str = "x-monai-runtime-version";

/// What is served: the answer of `GET /v1/model`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelCard {
    /// The bundle's name.
    pub name: String,
    /// The bundle's version.
    pub version: String,
    /// The digest of the bundle's folder.
    pub digest: Digest,
    /// The version of the runtime.
    pub runtime_version: String,
    /// What the bundle says it does.
    pub description: Option<String>,
    /// What the bundle says it may be used for.
    pub intended_use: Option<String>,
    /// The id of the network in the bundle's config.
    pub network: String,
    /// What the model takes.
    pub inputs: Vec<Channels>,
    /// What the model gives.
    pub outputs: Vec<Channels>,
    /// Label values of the result and their names.
    pub labels: BTreeMap<u32, String>,
    /// What the server refuses.
    pub limits: Limits,
}

/// One input or output of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    /// Its name in the bundle, such as `image`.
    pub name: String,
    /// What it is, such as `magnitude` or `segmentation`.
    pub kind: Option<String>,
    /// Such as `MR` or `CT`.
    pub modality: Option<String>,
    /// The number of channels.
    pub channels: u32,
    /// The number of spatial dimensions, 2 or 3.
    pub spatial_dims: u32,
}

/// What the server refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The largest request body, and the largest image after decompression, in bytes.
    pub max_volume_bytes: u64,
    /// How long a request may take, in milliseconds.
    pub timeout_ms: u64,
    /// How many requests run at once.
    pub in_flight: u32,
    /// How many requests wait beyond those that run.
    pub queue_depth: u32,
}

/// The answer of the health routes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Health {
    /// Whether the process answers.
    pub live: bool,
    /// Whether it takes requests.
    pub ready: bool,
}

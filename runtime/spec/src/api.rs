//! Types of the HTTP interface.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Digest, Settings};

/// Media types that `POST /v1/predict` reads as one file. The format is found by content, never by name.
pub const ACCEPTED_MEDIA_TYPES: [&str; 7] = [
    "application/octet-stream",
    "application/gzip",
    "application/x-gzip",
    "application/x-nifti",
    "application/nifti",
    "image/png",
    "image/jpeg",
];

/// Media type of a request that brings several files, each a part with the name of a channel.
pub const PARTS_MEDIA_TYPE: &str = "multipart/form-data";

/// What a model gives for an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultKind {
    /// A gzip-compressed NIfTI-1 file on the input's grid.
    Nifti,
    /// A picture on the input's grid.
    Png,
    /// [`Scores`].
    Scores,
}

impl ResultKind {
    /// Media types of the result; each means the same bytes.
    pub fn media_types(self) -> &'static [&'static str] {
        match self {
            ResultKind::Nifti => &["application/gzip", "application/x-nifti", "application/octet-stream"],
            ResultKind::Png => &["image/png", "application/octet-stream"],
            ResultKind::Scores => &["application/json"],
        }
    }

    /// The name of a file with the result.
    pub fn file_name(self) -> &'static str {
        match self {
            ResultKind::Nifti => "prediction.nii.gz",
            ResultKind::Png => "prediction.png",
            ResultKind::Scores => "prediction.json",
        }
    }
}

/// The result of a classifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scores {
    /// One for each class, in the bundle's order, as its postprocessing leaves them.
    pub scores: Vec<Score>,
}

/// What a classifier gives for one class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// The class, from 0.
    pub class: u32,
    /// Its name in the bundle's `channel_def`.
    pub label: Option<String>,
    /// The number; `null` where it is none.
    pub score: Option<f32>,
}

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
    /// What a request may bring beside the image: clicks, prompts, a mask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Beside>,
    /// What the model gives.
    pub outputs: Vec<Channels>,
    /// Label values of the result and their names.
    pub labels: BTreeMap<u32, String>,
    /// What runs the network, and how exactly.
    pub compute: Compute,
    /// What the server refuses.
    pub limits: Limits,
}

/// What runs a network, and how exactly: answers differ a little by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Compute {
    /// Such as `cpu`.
    pub device: String,
    /// How the factors of the network's products are held, such as `fp32`.
    pub precision: String,
    /// The spatial axes along which the network sees the image mirrored too.
    pub mirror: Vec<usize>,
}

impl From<&Settings> for Compute {
    fn from(Settings { device, precision, mirror, .. }: &Settings) -> Compute {
        Compute { device: device.clone(), precision: precision.clone(), mirror: mirror.clone() }
    }
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
    /// Names of the parts in which a request may bring the channels one by one; none where one file brings them all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
}

/// What a request may bring beside the image, as the part of this name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// Its key in the bundle, such as `label` or `guidance`.
    pub name: String,
    /// Its form.
    pub kind: BesideKind,
    /// Whether there is no answer without it.
    pub required: bool,
}

/// The form of what a request brings beside the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BesideKind {
    /// An image of one channel on the grid of the image.
    Image,
    /// JSON: points, labels, prompts.
    Json,
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

//! The attributes of an endpoint.

use std::collections::BTreeMap;

use monai_spec::settings::{self, Setting};
use tfplugin_rust::{Model, Timeouts};

/// What most changes do.
const ROLLING: &str = "is rolling: the old server answers until the new one is ready";

/// The text of a setting that the configuration may leave to its default.
fn described(setting: &Setting) -> String {
    format!("{} Default: `{}`.", required(setting), setting.default)
}

/// The text of a setting that the configuration must give.
fn required(setting: &Setting) -> String {
    format!("{} Takes {}.", setting.text, setting.expected())
}

/// A MONAI bundle as a running, authenticated service.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct EndpointModel {
    /// The endpoint's name: 1 to 63 lower-case letters, digits and `-`.
    #[attr(required, replace, identity)]
    pub(crate) name: String,
    /// The bundle, opened and checked at plan.
    #[attr(block(1, 1), changing = ROLLING)]
    pub(crate) bundle: BundleSource,
    /// Runs the endpoint as a supervised process on this machine. Exactly one platform must be given.
    #[attr(block, changing = ROLLING)]
    pub(crate) local: Option<LocalPlatform>,
    /// Who may call the endpoint. Only liveness and readiness are open to all.
    #[attr(block(1, 1), changing = ROLLING)]
    pub(crate) auth: AuthModel,
    /// What runs the network, and how exactly.
    #[attr(block, changing = ROLLING)]
    pub(crate) compute: Option<ComputeModel>,
    /// Limits of a request.
    #[attr(block, changing = ROLLING)]
    pub(crate) serving: Option<ServingModel>,
    /// How many requests one server takes.
    #[attr(block, changing = ROLLING)]
    pub(crate) scaling: Option<ScalingModel>,
    /// What the server logs.
    #[attr(block, changing = ROLLING)]
    pub(crate) logging: Option<LoggingModel>,
    /// Time limits of the operations.
    #[attr(block, changing = "changes nothing of the endpoint itself")]
    pub(crate) timeouts: Option<Timeouts>,
    /// The endpoint's id, which `terraform import` takes: its name.
    #[attr(computed)]
    pub(crate) id: String,
    /// Where the endpoint answers.
    #[attr(computed)]
    pub(crate) url: String,
    /// `ready`, or in what way the endpoint is not as it should be; an apply mends that.
    #[attr(computed)]
    pub(crate) status: String,
    /// The digest of the bundle that is to be served, pinned by the plan. An apply that finds another digest stops with
    /// `Provider produced inconsistent final plan` and names both; plan again to serve what the folder holds now.
    #[attr(computed)]
    pub(crate) desired_digest: String,
    /// The digest of the runtime that serves it, pinned by the plan.
    #[attr(computed)]
    pub(crate) runtime_digest: String,
}

/// Where a bundle comes from.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct BundleSource {
    /// The bundle's folder.
    #[attr(
        required,
        changing = "is rolling where the content differs; a moved folder changes nothing of what is served"
    )]
    pub(crate) source: String,
    /// The digest that the bundle must have, `sha256:…`.
    #[attr(optional, changing = "changes nothing by itself: a bundle of another digest is refused at plan")]
    pub(crate) digest: Option<String>,
}

/// The platform `local`.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct LocalPlatform {
    #[attr(required, doc = required(&settings::PORT), changing = "is rolling: the new port is bound before the old server stops")]
    pub(crate) port: u64,
    #[attr(optional, doc = format!("{} Any other than a loopback address needs TLS, which this version does not have.", described(&settings::ADDRESS)))]
    pub(crate) address: Option<String>,
    /// The path of the runtime's binary `monai`. Default: beside the provider, else on PATH.
    #[attr(optional)]
    pub(crate) runtime: Option<String>,
}

/// Who may call the endpoint.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct AuthModel {
    /// Bearer keys by client id, each of at least 128 bit. Neither state nor plan ever holds them.
    #[attr(optional, write_only, sensitive, changing = "takes effect when `api_keys_wo_version` is changed with it")]
    pub(crate) api_keys_wo: Option<BTreeMap<String, String>>,
    /// Any number; raise it when `api_keys_wo` changes, since Terraform cannot see that itself.
    #[attr(optional)]
    pub(crate) api_keys_wo_version: Option<u64>,
    /// Whether anyone may call. Must be written out.
    #[attr(optional)]
    pub(crate) anonymous: Option<bool>,
}

/// What runs the network, and how exactly.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct ComputeModel {
    #[attr(optional, doc = described(&settings::DEVICE))]
    pub(crate) device: Option<String>,
    #[attr(optional, doc = described(&settings::PRECISION))]
    pub(crate) precision: Option<String>,
    #[attr(optional, doc = described(&settings::MIRROR))]
    pub(crate) mirror: Option<String>,
}

/// Limits of a request.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct ServingModel {
    #[attr(optional, doc = described(&settings::MAX_VOLUME))]
    pub(crate) max_volume: Option<String>,
    #[attr(optional, doc = described(&settings::MAX_MEMORY))]
    pub(crate) max_memory: Option<String>,
    #[attr(optional, doc = described(&settings::TIMEOUT))]
    pub(crate) timeout: Option<String>,
    #[attr(optional, doc = described(&settings::DRAIN))]
    pub(crate) drain: Option<String>,
    #[attr(optional, doc = described(&settings::THREADS))]
    pub(crate) threads: Option<u64>,
}

/// How many requests one server takes.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct ScalingModel {
    #[attr(optional, doc = described(&settings::TARGET_IN_FLIGHT))]
    pub(crate) target_in_flight: Option<u64>,
    #[attr(optional, doc = described(&settings::QUEUE_DEPTH))]
    pub(crate) queue_depth_per_replica: Option<u64>,
}

/// What the server logs.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct LoggingModel {
    #[attr(optional, doc = described(&settings::LOG_LEVEL))]
    pub(crate) level: Option<String>,
}

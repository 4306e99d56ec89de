//! The attributes of an endpoint.

use std::collections::BTreeMap;

use monai_spec::settings;
use tfplugin_rust::{Attr, Dynamic, Model, Timeouts};

/// A MONAI bundle as a running, authenticated service.
#[derive(Debug, Clone, Model)]
pub(crate) struct EndpointModel {
    /// The endpoint's name: 1 to 63 lower-case letters, digits and `-`. Changing it replaces the endpoint.
    #[attr(required, replace)]
    pub(crate) name: Attr<String>,
    /// The bundle. Changing it is rolling: the old server answers until the new one is ready.
    #[attr(required)]
    pub(crate) bundle: Attr<BundleSource>,
    /// Runs the endpoint as a supervised process on this machine. Exactly one platform must be given.
    #[attr(optional)]
    pub(crate) local: Attr<LocalPlatform>,
    /// The platform `kubernetes`. This version does not have it: setting it is an error.
    #[attr(optional)]
    pub(crate) kubernetes: Attr<Dynamic>,
    /// The platform `eks`. This version does not have it: setting it is an error.
    #[attr(optional)]
    pub(crate) eks: Attr<Dynamic>,
    /// Who may call the endpoint. Only liveness and readiness are open to all. Changing it is rolling.
    #[attr(required)]
    pub(crate) auth: Attr<AuthModel>,
    /// Limits of a request. Changing them is rolling.
    #[attr(optional)]
    pub(crate) serving: Attr<ServingModel>,
    /// How many requests one server takes. Changing it is rolling.
    #[attr(optional)]
    pub(crate) scaling: Attr<ScalingModel>,
    /// What the server logs. Changing it is rolling.
    #[attr(optional)]
    pub(crate) logging: Attr<LoggingModel>,
    /// Time limits of the operations.
    #[attr(optional)]
    pub(crate) timeouts: Attr<Timeouts>,
    /// The endpoint's id, which `terraform import` takes: its name.
    #[attr(computed)]
    pub(crate) id: Attr<String>,
    /// Where the endpoint answers.
    #[attr(computed)]
    pub(crate) url: Attr<String>,
    /// `ready`, or in what way the endpoint is not as it should be; an apply mends that.
    #[attr(computed)]
    pub(crate) status: Attr<String>,
    /// The digest of the bundle that is to be served, pinned by the plan.
    #[attr(computed)]
    pub(crate) desired_digest: Attr<String>,
    /// The digest of the runtime that serves it, pinned by the plan.
    #[attr(computed)]
    pub(crate) runtime_digest: Attr<String>,
}

/// Where a bundle comes from.
#[derive(Debug, Clone, Model)]
pub(crate) struct BundleSource {
    /// The bundle's folder. What counts is its content: a moved folder changes nothing.
    #[attr(required)]
    pub(crate) source: Attr<String>,
    /// The digest that the bundle must have, `sha256:…`.
    #[attr(optional)]
    pub(crate) digest: Attr<String>,
}

/// The platform `local`.
#[derive(Debug, Clone, Model)]
pub(crate) struct LocalPlatform {
    /// The TCP port. Changing it is rolling: the new one is bound before the old server stops.
    #[attr(required, range = 1u64..=65535)]
    pub(crate) port: Attr<u64>,
    /// The address. Default: `127.0.0.1`. Any other than a loopback address needs TLS, which this version does not have.
    #[attr(optional)]
    pub(crate) address: Attr<String>,
    /// The path of the runtime's binary `monai`. Default: beside the provider, else on PATH.
    #[attr(optional)]
    pub(crate) runtime: Attr<String>,
}

/// Who may call the endpoint.
#[derive(Debug, Clone, Model)]
pub(crate) struct AuthModel {
    /// Bearer keys by client id, each of at least 128 bit. Neither state nor plan ever holds them.
    #[attr(optional, write_only, sensitive)]
    pub(crate) api_keys_wo: Attr<BTreeMap<String, String>>,
    /// Any number; raise it when `api_keys_wo` changes, since Terraform cannot see that itself.
    #[attr(optional)]
    pub(crate) api_keys_wo_version: Attr<u64>,
    /// Whether anyone may call. Must be written out.
    #[attr(optional)]
    pub(crate) anonymous: Attr<bool>,
}

/// Limits of a request.
#[derive(Debug, Clone, Model)]
pub(crate) struct ServingModel {
    #[attr(optional, doc = settings::MAX_VOLUME.text)]
    pub(crate) max_volume: Attr<String>,
    #[attr(optional, doc = settings::TIMEOUT.text)]
    pub(crate) timeout: Attr<String>,
    #[attr(optional, doc = settings::DRAIN.text)]
    pub(crate) drain: Attr<String>,
    #[attr(optional, doc = settings::THREADS.text)]
    pub(crate) threads: Attr<u64>,
}

/// How many requests one server takes.
#[derive(Debug, Clone, Model)]
pub(crate) struct ScalingModel {
    #[attr(optional, doc = settings::TARGET_IN_FLIGHT.text)]
    pub(crate) target_in_flight: Attr<u64>,
    #[attr(optional, doc = settings::QUEUE_DEPTH.text)]
    pub(crate) queue_depth_per_replica: Attr<u64>,
}

/// What the server logs.
#[derive(Debug, Clone, Model)]
pub(crate) struct LoggingModel {
    #[attr(optional, doc = settings::LOG_LEVEL.text)]
    pub(crate) level: Attr<String>,
}

//! The runtime's settings from an endpoint's attributes.

use std::collections::BTreeMap;

use monai_spec::settings::{
    ADDRESS, DEVICE, DRAIN, LOG_LEVEL, MAX_MEMORY, MAX_VOLUME, MIRROR, PORT, PRECISION, QUEUE_DEPTH, Setting,
    TARGET_IN_FLIGHT, THREADS, TIMEOUT,
};
use monai_spec::{Auth, Settings};
use tfplugin_rust::{Attr, Diagnostic, Diagnostics, Draft};

use super::model::{EndpointModelDraft, EndpointModelPlan};

/// The settings that are known and written, each with the path of its attribute.
fn written(model: &EndpointModelPlan) -> Vec<(Setting, &'static str, String)> {
    let mut written = Vec::new();
    let mut add = |setting, path, text: Option<String>| written.extend(text.map(|text| (setting, path, text)));
    if let Attr::Known(local) = &model.local {
        add(ADDRESS, "local.address", local.address.known().cloned());
        add(PORT, "local.port", local.port.known().map(u64::to_string));
    }
    if let Attr::Known(compute) = &model.compute {
        add(DEVICE, "compute.device", compute.device.known().cloned());
        add(PRECISION, "compute.precision", compute.precision.known().cloned());
        add(MIRROR, "compute.mirror", compute.mirror.known().cloned());
    }
    if let Attr::Known(serving) = &model.serving {
        add(MAX_VOLUME, "serving.max_volume", serving.max_volume.known().cloned());
        add(MAX_MEMORY, "serving.max_memory", serving.max_memory.known().cloned());
        add(TIMEOUT, "serving.timeout", serving.timeout.known().cloned());
        add(DRAIN, "serving.drain", serving.drain.known().cloned());
        add(THREADS, "serving.threads", serving.threads.known().map(u64::to_string));
    }
    if let Attr::Known(scaling) = &model.scaling {
        add(TARGET_IN_FLIGHT, "scaling.target_in_flight", scaling.target_in_flight.known().map(u64::to_string));
        add(
            QUEUE_DEPTH,
            "scaling.queue_depth_per_replica",
            scaling.queue_depth_per_replica.known().map(u64::to_string),
        );
    }
    if let Attr::Known(logging) = &model.logging {
        add(LOG_LEVEL, "logging.level", logging.level.known().cloned());
    }
    written
}

/// Refuses every known value that the runtime would refuse.
pub(super) fn check(model: &EndpointModelPlan) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for (setting, path, text) in written(model) {
        if let Err(error) = setting.check(&text) {
            diagnostics.push(Diagnostic::error("Invalid value", error.to_string()).at(path));
        }
    }
    if let Some(address) = model.local.known().and_then(|local| local.address.known())
        && address.parse::<std::net::IpAddr>().is_ok_and(|address| !address.is_loopback())
    {
        let detail = format!(
            "`{address}` can be reached from other machines, which requires TLS. This version has no TLS: use `127.0.0.1` or `::1`."
        );
        diagnostics.push(Diagnostic::error("Address without TLS", detail).at("local.address"));
    }
    diagnostics
}

/// The settings of the server that `auth` guards.
pub(super) fn settings(model: &EndpointModelDraft, auth: Auth) -> Result<Settings, Diagnostics> {
    let texts: BTreeMap<String, String> =
        written(&model.to_plan()?).into_iter().map(|(setting, _, text)| (setting.key.to_owned(), text)).collect();
    Settings::from_texts(&texts, auth).map_err(|error| Diagnostic::error("Invalid settings", error.to_string()).into())
}

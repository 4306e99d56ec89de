//! The platform `local` as the resource uses it.

use std::sync::Arc;
use std::time::Duration;

use monai_deploy::{Condition, Drift, Endpoint, Name, Pinned};
use monai_deploy_local::{Found, Local};
use monai_spec::{Auth, Digest};
use tfplugin_rust::{Call, Diagnostic, Diagnostics, Draft};
use tokio::time::Instant;

use crate::Monai;
use crate::bundle::{Inspection, digest_of};
use crate::endpoint::model::{AuthModel, EndpointModel, EndpointModelDraft, EndpointModelPlan};
use crate::endpoint::{auth, runtime, settings};

/// How long a start may take where no time limit is set.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// What a plan pins.
pub(super) struct Pins {
    pub(super) bundle: Pinned,
    pub(super) runtime: Pinned,
}

/// Opens the bundle and the runtime that the model names; `None` where they are not known yet.
pub(super) async fn pin(model: &EndpointModelPlan) -> Result<Option<Pins>, Diagnostics> {
    let (Some(bundle), Some(local)) = (model.bundle.known(), model.local.known()) else { return Ok(None) };
    let Some(source) = bundle.source.known() else { return Ok(None) };
    if bundle.digest.is_unknown() || local.runtime.is_unknown() {
        return Ok(None);
    }
    let given = local.runtime.known().cloned();
    let (inspection, runtime) = tokio::join!(
        Inspection::of(source, bundle.digest.known().map(String::as_str), "bundle.source"),
        blocking(move || runtime::find(given.as_deref())),
    );
    let (inspection, runtime) = (inspection?, runtime?);
    Ok(Some(Pins { bundle: Pinned { source: inspection.folder, digest: inspection.digest }, runtime }))
}

/// Brings the planned endpoint about and returns the model with what is then known.
pub(super) async fn apply(
    mut planned: EndpointModelDraft,
    config: &AuthModel,
    call: &Call<Monai>,
) -> Result<EndpointModel, Diagnostics> {
    let Some(pins) = pin(&planned.to_plan()?).await? else {
        return Err(
            Diagnostic::error("Unknown endpoint", "The bundle or the platform is still unknown at apply.").into()
        );
    };
    let pinned = Pins {
        bundle: Pinned {
            digest: planned_digest(planned.desired_digest.as_deref(), &pins.bundle.digest)?,
            ..pins.bundle
        },
        runtime: Pinned {
            digest: planned_digest(planned.runtime_digest.as_deref(), &pins.runtime.digest)?,
            ..pins.runtime
        },
    };
    let name = name(&planned.name)?;
    let local = call.provider().local()?;
    let before = before(&local, &name).await?;
    let auth = auth::seal(config, before.as_ref())?;
    let settings = settings::settings(&planned, auth)?;
    planned.id = Some(name.as_str().to_owned());
    planned.url = Some(format!("http://{}", settings.socket()));
    planned.status = Some("ready".to_owned());
    planned.desired_digest = Some(pinned.bundle.digest.to_string());
    planned.runtime_digest = Some(pinned.runtime.digest.to_string());
    let endpoint = Endpoint { name, runtime: pinned.runtime, bundle: pinned.bundle, settings };
    let patience = call.deadline().map_or(PATIENCE, |deadline| deadline.saturating_duration_since(Instant::now()));
    let applied = blocking(move || {
        local.apply(&endpoint, &digest_of, patience).map_err(|error| {
            let path = if matches!(error, monai_deploy_local::Error::Listen { .. }) { "local.port" } else { "local" };
            Diagnostic::error("The endpoint does not serve", error.to_string()).at(path).into()
        })
    });
    applied.await?;
    planned.settle()
}

/// What there is of an endpoint. An endpoint of another machine is an error: nothing can be said about it here.
pub(super) async fn read(name: Name, call: &Call<Monai>) -> Result<Found, Diagnostics> {
    let local = call.provider().local()?;
    let found = blocking(move || {
        local
            .read(&name, &digest_of)
            .map_err(|error| Diagnostic::error("Cannot read the endpoint", error.to_string()).into())
    });
    let found = found.await?;
    if let Condition::Elsewhere { host } = &found.condition {
        let detail = format!(
            "It belongs to the machine {host}. Run Terraform there, or remove it from this state with `terraform state rm`."
        );
        return Err(Diagnostic::error("The endpoint is on another machine", detail).into());
    }
    Ok(found)
}

/// Ends an endpoint and removes what belongs to it.
pub(super) async fn destroy(name: Name, call: &Call<Monai>) -> Result<(), Diagnostics> {
    let local = call.provider().local()?;
    blocking(move || {
        local
            .destroy(&name)
            .map_err(|error| Diagnostic::error("The endpoint cannot be destroyed", error.to_string()).into())
    })
    .await
}

/// An endpoint's name.
pub(super) fn name(text: &str) -> Result<Name, Diagnostics> {
    Name::parse(text).map_err(|error| Diagnostic::error("Invalid name", error.to_string()).at("name").into())
}

/// A condition in the words of the attribute `status`.
pub(super) fn status(condition: &Condition) -> String {
    match condition {
        Condition::Good => "ready".to_owned(),
        Condition::Absent => "absent".to_owned(),
        Condition::Elsewhere { .. } => "elsewhere".to_owned(),
        Condition::Drifted(drifts) => {
            let words = drifts.iter().map(|drift| match drift {
                Drift::Unsupervised => "stopped".to_owned(),
                Drift::NotServing { .. } => "not serving".to_owned(),
                Drift::Outdated { .. } => "outdated".to_owned(),
                Drift::Changed { copy, .. } => format!("{copy} changed"),
                Drift::Lost { copy, .. } => format!("{copy} lost"),
            });
            words.collect::<Vec<_>>().join(", ")
        }
    }
}

async fn before(local: &Arc<Local>, name: &Name) -> Result<Option<Auth>, Diagnostics> {
    let (local, name) = (Arc::clone(local), name.clone());
    let desired = blocking(move || {
        let desired = local.folder(&name).desired();
        desired.map_err(|error| Diagnostic::error("Cannot read the endpoint", error.to_string()).into())
    });
    Ok(desired.await?.map(|desired| desired.settings.auth))
}

/// What was planned; what is found now where nothing could be planned.
fn planned_digest(planned: Option<&str>, found: &Digest) -> Result<Digest, Diagnostics> {
    match planned {
        Some(text) => {
            Digest::parse(text).map_err(|error| Diagnostic::error("Invalid digest", error.to_string()).into())
        }
        None => Ok(found.clone()),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Diagnostics> + Send + 'static,
) -> Result<T, Diagnostics> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Diagnostic::error("The provider failed", error.to_string()).into()))
}

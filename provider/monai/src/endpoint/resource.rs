//! What Terraform does with an endpoint.

use monai_spec::supervision::Desired;
use tfplugin_rust::{Attr, Call, Create, Diagnostic, Diagnostics, Draft, ImportBy, Plan, Resource, Update};

use super::model::{AuthModel, BundleSource, EndpointModel, EndpointModelDraft, EndpointModelPlan, LocalPlatform};
use super::{auth, local, settings};
use crate::Monai;

pub(crate) struct EndpointResource;

impl Resource for EndpointResource {
    type Provider = Monai;
    type Model = EndpointModel;
    const NAME: &'static str = "monai_model_endpoint";

    async fn validate(&self, config: &EndpointModelPlan) -> Diagnostics {
        let mut diagnostics = settings::check(config);
        if config.local.is_null() {
            let detail = "Say where the endpoint runs: `local { port = … }`.";
            diagnostics.push(Diagnostic::error("No platform", detail).at("local"));
        }
        if let Some(auth) = config.auth.known() {
            diagnostics.extend(auth::check(auth));
        }
        if let Some(name) = config.name.known()
            && let Err(invalid) = local::name(name)
        {
            diagnostics.extend(invalid);
        }
        diagnostics
    }

    async fn plan(&self, plan: &mut Plan<EndpointModel>, _call: &mut Call<Monai>) -> Result<(), Diagnostics> {
        if let Some(auth) = plan.config.auth.known() {
            auth::check(auth).into_result()?;
        }
        let planned = &mut plan.planned;
        planned.id = planned.name.clone();
        planned.status = "ready".into();
        planned.url = url(planned);
        match local::pin(planned).await? {
            Some(pins) => {
                planned.desired_digest = pins.bundle.digest.to_string().into();
                planned.runtime_digest = pins.runtime.digest.to_string().into();
            }
            None => {
                planned.desired_digest = Attr::unknown();
                planned.runtime_digest = Attr::unknown();
            }
        }
        Ok(())
    }

    async fn create(
        &self,
        change: Create<EndpointModel>,
        call: &mut Call<Monai>,
    ) -> Result<EndpointModel, Diagnostics> {
        local::apply(change.plan, &change.config.auth, call).await
    }

    async fn read(
        &self,
        state: EndpointModelDraft,
        call: &mut Call<Monai>,
    ) -> Result<Option<EndpointModel>, Diagnostics> {
        let found = local::read(local::name(&state.name)?, call).await?;
        let mut state = state;
        state.status = Some(local::status(&found.condition));
        if let Some(desired) = found.facts.desired {
            state.local = Some(platform(&desired, state.local.take()));
            state.id = Some(desired.name);
            state.url = Some(format!("http://{}", desired.settings.socket()));
            state.desired_digest = Some(desired.bundle.digest.to_string());
            state.runtime_digest = Some(desired.runtime.digest.to_string());
        }
        state.settle().map(Some)
    }

    async fn update(
        &self,
        change: Update<EndpointModel>,
        call: &mut Call<Monai>,
    ) -> Result<EndpointModel, Diagnostics> {
        local::apply(change.plan, &change.config.auth, call).await
    }

    async fn delete(&self, state: EndpointModelDraft, call: &mut Call<Monai>) -> Result<(), Diagnostics> {
        local::destroy(local::name(&state.name)?, call).await
    }

    async fn import(
        &self,
        by: ImportBy<'_, EndpointModel>,
        call: &mut Call<Monai>,
    ) -> Result<EndpointModel, Diagnostics> {
        let name = match &by {
            ImportBy::Id(id) => id,
            ImportBy::Identity(identity) => identity.name.as_str(),
        };
        let found = local::read(local::name(name)?, call).await?;
        let Some(desired) = found.facts.desired else {
            return Err(Diagnostic::error("No such endpoint", format!("This machine has no endpoint `{name}`.")).into());
        };
        let anonymous = matches!(desired.settings.auth, monai_spec::Auth::Anonymous).then_some(true);
        Ok(EndpointModel {
            local: Some(platform(&desired, None)),
            url: format!("http://{}", desired.settings.socket()),
            bundle: BundleSource { source: desired.bundle.path, digest: None },
            auth: AuthModel { api_keys_wo: None, api_keys_wo_version: None, anonymous },
            compute: None,
            serving: None,
            scaling: None,
            logging: None,
            timeouts: None,
            name: desired.name.clone(),
            id: desired.name,
            status: local::status(&found.condition),
            desired_digest: desired.bundle.digest.to_string(),
            runtime_digest: desired.runtime.digest.to_string(),
        })
    }
}

/// The platform that an endpoint is on, beside what the state says of it.
fn platform(desired: &Desired, state: Option<LocalPlatform>) -> LocalPlatform {
    let (wrote_address, runtime) = match state {
        Some(local) => (local.address.is_some(), local.runtime),
        None => (false, None),
    };
    // An address that the configuration leaves to its default stays out of the state.
    let address = desired.settings.address;
    let address = (wrote_address || !address.is_loopback()).then(|| address.to_string());
    LocalPlatform { port: u64::from(desired.settings.port), address, runtime }
}

/// Where the endpoint will answer, as far as that is known.
fn url(model: &EndpointModelPlan) -> Attr<String> {
    let Some(local) = model.local.known() else { return Attr::unknown() };
    let (Some(port), false) = (local.port.known(), local.address.is_unknown()) else { return Attr::unknown() };
    let address = local.address.known().map_or("127.0.0.1", String::as_str);
    match address.parse::<std::net::IpAddr>() {
        Ok(address) => format!("http://{}", std::net::SocketAddr::new(address, *port as u16)).into(),
        Err(_) => Attr::unknown(),
    }
}

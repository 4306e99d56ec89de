//! What Terraform does with an endpoint.

use tfplugin_rust::{Attr, Call, Create, Diagnostic, Diagnostics, Plan, Resource, Update};

use super::model::{AuthModel, BundleSource, EndpointModel, LocalPlatform};
use super::{auth, local, settings};
use crate::Monai;

pub(crate) struct EndpointResource;

impl Resource for EndpointResource {
    type Provider = Monai;
    type Model = EndpointModel;
    const NAME: &'static str = "monai_model_endpoint";

    async fn validate(&self, config: &EndpointModel) -> Diagnostics {
        let mut diagnostics = settings::check(config);
        if config.local.is_null() {
            let detail = "Say where the endpoint runs: `local { port = … }`.";
            diagnostics.push(Diagnostic::error("No platform", detail).at("local"));
        }
        if let Some(auth) = config.auth.known() {
            diagnostics.extend(auth::check(auth));
        }
        if !config.name.is_unknown()
            && let Err(invalid) = local::name(config)
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
                planned.desired_digest = Attr::Unknown;
                planned.runtime_digest = Attr::Unknown;
            }
        }
        Ok(())
    }

    async fn create(
        &self,
        change: Create<EndpointModel>,
        call: &mut Call<Monai>,
    ) -> Result<EndpointModel, Diagnostics> {
        local::apply(change.plan, &keys(change.config), call).await
    }

    async fn read(&self, state: EndpointModel, call: &mut Call<Monai>) -> Result<Option<EndpointModel>, Diagnostics> {
        let found = local::read(local::name(&state)?, call).await?;
        let mut model = state;
        model.status = local::status(&found.condition).into();
        let Some(desired) = found.facts.desired else { return Ok(Some(model)) };
        let (address, port) = (desired.settings.address.to_string(), u64::from(desired.settings.port));
        let (wrote_address, runtime) = match model.local.into_known() {
            Some(local) => (local.address, local.runtime),
            None => (Attr::Null, Attr::Null),
        };
        // An address that the configuration leaves to its default stays out of the state.
        let address =
            if wrote_address.is_null() && desired.settings.address.is_loopback() { Attr::Null } else { address.into() };
        model.local = LocalPlatform { port: port.into(), address, runtime }.into();
        model.id = desired.name.into();
        model.url = format!("http://{}", desired.settings.socket()).into();
        model.desired_digest = desired.bundle.digest.to_string().into();
        model.runtime_digest = desired.runtime.digest.to_string().into();
        if model.bundle.is_null() {
            model.bundle = BundleSource { source: desired.bundle.path.into(), digest: Attr::Null }.into();
        }
        if model.auth.is_null() {
            let anonymous = matches!(desired.settings.auth, monai_spec::Auth::Anonymous).then_some(true);
            model.auth =
                AuthModel { api_keys_wo: Attr::Null, api_keys_wo_version: Attr::Null, anonymous: anonymous.into() }
                    .into();
        }
        Ok(Some(model))
    }

    async fn update(
        &self,
        change: Update<EndpointModel>,
        call: &mut Call<Monai>,
    ) -> Result<EndpointModel, Diagnostics> {
        local::apply(change.plan, &keys(change.config), call).await
    }

    async fn delete(&self, state: EndpointModel, call: &mut Call<Monai>) -> Result<(), Diagnostics> {
        local::destroy(local::name(&state)?, call).await
    }

    async fn import(&self, id: &str, call: &mut Call<Monai>) -> Result<EndpointModel, Diagnostics> {
        let model = EndpointModel {
            name: id.into(),
            bundle: Attr::Null,
            local: Attr::Null,
            auth: Attr::Null,
            serving: Attr::Null,
            scaling: Attr::Null,
            logging: Attr::Null,
            timeouts: Attr::Null,
            id: id.into(),
            url: Attr::Null,
            status: Attr::Null,
            desired_digest: Attr::Null,
            runtime_digest: Attr::Null,
        };
        let found = local::read(local::name(&model)?, call).await?;
        if found.facts.desired.is_none() {
            return Err(Diagnostic::error("No such endpoint", format!("This machine has no endpoint `{id}`.")).into());
        }
        Ok(model)
    }
}

/// The write-only part of a configuration.
fn keys(config: EndpointModel) -> AuthModel {
    let nothing = AuthModel { api_keys_wo: Attr::Null, api_keys_wo_version: Attr::Null, anonymous: Attr::Null };
    config.auth.into_known().unwrap_or(nothing)
}

/// Where the endpoint will answer, as far as that is known.
fn url(model: &EndpointModel) -> Attr<String> {
    let Some(local) = model.local.known() else { return Attr::Unknown };
    let (Some(port), false) = (local.port.known(), local.address.is_unknown()) else { return Attr::Unknown };
    let address = local.address.known().map_or("127.0.0.1", String::as_str);
    match address.parse::<std::net::IpAddr>() {
        Ok(address) => format!("http://{}", std::net::SocketAddr::new(address, *port as u16)).into(),
        Err(_) => Attr::Unknown,
    }
}

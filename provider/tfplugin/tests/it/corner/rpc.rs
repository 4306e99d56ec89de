//! Single calls, for what is no step of a resource. Values are JSON as in a state file, where a value of any type has its
//! type beside it.

use serde_json::{Value as Json, json};
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::schema::{Attribute, Nesting, Shape};
use tfplugin_rust::testing::propose;
use tfplugin_rust::value::{decode, encode, json::from_json};
use tfplugin_rust::{Model, Service, Type, Value};
use wire::provider_client::ProviderClient;
use wire::provider_server::ProviderServer;

use super::provider::{Framework, Settings};

/// Why a case failed.
pub(super) type Outcome = Result<(), String>;

/// A call that did not succeed.
pub(super) type Answer<T> = Result<T, String>;

/// Terraform's side of a provider that is configured.
pub(super) struct Caller {
    pub(super) rpc: ProviderClient<ProviderServer<Service<Framework>>>,
    pub(super) capabilities: wire::ClientCapabilities,
}

/// An object with these attributes: what is not said is null, and where it is a block, empty.
pub(super) fn object(attributes: &[Attribute], body: &Json) -> Answer<Value> {
    let mut body = body.clone();
    for item in attributes {
        let repeats = matches!(item.shape, Shape::Nested(Nesting::List | Nesting::Set, _));
        if repeats && item.block.is_some() && body.get(&item.name).is_none() {
            body[&item.name] = json!([]);
        }
    }
    value(&body, &Type::Object(attributes.iter().map(|item| (item.name.clone(), item.ty())).collect()))
}

pub(super) fn value(json: &Json, ty: &Type) -> Answer<Value> {
    from_json(json, ty, "the case").map_err(|error| error.to_string())
}

pub(super) fn sent(value: &Value, ty: &Type) -> Answer<Option<wire::DynamicValue>> {
    let msgpack = encode(value, ty).map_err(|error| error.to_string())?;
    Ok(Some(wire::DynamicValue::from(msgpack)))
}

pub(super) fn received(sent: Option<wire::DynamicValue>, ty: &Type) -> Answer<Value> {
    sent.map_or(Ok(Value::Null), |sent| decode(&sent.msgpack, ty).map_err(|error| error.to_string()))
}

/// The messages as an error where one of them is an error.
pub(super) fn errors(found: &[wire::Diagnostic]) -> Outcome {
    let error = i32::from(wire::diagnostic::Severity::Error);
    if found.iter().all(|found| found.severity != error) {
        return Ok(());
    }
    let said = found.iter().map(|found| format!("{}: {}", found.summary, found.detail));
    Err(said.collect::<Vec<_>>().join("\n"))
}

/// Holds two values to be the same.
pub(super) fn same(what: &str, found: &Value, expected: &Value) -> Outcome {
    if found == expected { Ok(()) } else { Err(format!("{what}: expected {expected:?}, found {found:?}")) }
}

/// Holds a call to fail with these words.
pub(super) fn fails<T>(answer: Answer<T>, words: &str) -> Outcome {
    match answer {
        Ok(_) => Err(format!("it succeeded, expected a failure that says {words:?}")),
        Err(said) if said.contains(words) => Ok(()),
        Err(said) => Err(format!("expected {words:?}, found {said:?}")),
    }
}

pub(super) fn answered<T>(answer: Result<tonic::Response<T>, tonic::Status>) -> Answer<T> {
    answer.map(tonic::Response::into_inner).map_err(|status| status.to_string())
}

impl Caller {
    /// A provider that is configured with this.
    pub(super) async fn configured(settings: &Json, capabilities: wire::ClientCapabilities) -> Answer<Self> {
        let rpc = ProviderClient::new(ProviderServer::new(Service::new()));
        let mut caller = Self { rpc, capabilities };
        let config = sent(&object(&Settings::attributes(), settings)?, &Settings::schema(0).ty())?;
        let request = wire::configure_provider::Request {
            config,
            terraform_version: "1.16.1".to_owned(),
            client_capabilities: Some(wire::ClientCapabilities { ..capabilities }),
        };
        errors(&answered(caller.rpc.configure_provider(request).await)?.diagnostics)?;
        Ok(caller)
    }

    /// The same with an empty configuration, as a core does that knows write-only values.
    pub(super) async fn new() -> Answer<Self> {
        let capabilities = wire::ClientCapabilities { write_only_attributes_allowed: true, ..Default::default() };
        Self::configured(&json!({}), capabilities).await
    }

    /// What a core says of a configuration of a resource.
    pub(super) async fn validate<M: Model>(&mut self, kind: &str, body: &Json) -> Outcome {
        let config = sent(&object(&M::attributes(), body)?, &M::schema(0).ty())?;
        let client_capabilities = Some(self.capabilities);
        let request =
            wire::validate_resource_config::Request { type_name: kind.to_owned(), config, client_capabilities };
        errors(&answered(self.rpc.validate_resource_config(request).await)?.diagnostics)
    }

    /// Plans a change from `prior` to `body`.
    pub(super) async fn plan<M: Model>(
        &mut self,
        kind: &str,
        prior: &Value,
        body: &Json,
    ) -> Answer<wire::plan_resource_change::Response> {
        let (attributes, ty) = (M::attributes(), M::schema(0).ty());
        let config = object(&attributes, body)?;
        let request = wire::plan_resource_change::Request {
            type_name: kind.to_owned(),
            prior_state: sent(prior, &ty)?,
            proposed_new_state: sent(&propose(&attributes, prior, &config), &ty)?,
            config: sent(&config, &ty)?,
            client_capabilities: Some(self.capabilities),
            ..Default::default()
        };
        let answer = answered(self.rpc.plan_resource_change(request).await)?;
        errors(&answer.diagnostics).map(|()| answer)
    }
}

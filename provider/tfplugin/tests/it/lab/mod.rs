//! A provider for tests and a client that speaks to it in process.

mod thing;

use serde_json::Value as Json;
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::value::{decode, encode};
use tfplugin_rust::{Model as _, Number, Provider as _, Service, Type, Value};
use wire::provider_client::ProviderClient;
use wire::provider_server::ProviderServer;

use thing::{Lab, Measured, Thing};

/// A number.
pub(crate) fn known(number: u64) -> Value {
    Value::Number(Number::from(number))
}

/// An unknown value.
pub(crate) fn unknown() -> Value {
    Value::unknown()
}

/// What is wrong with the schemas.
pub(crate) fn catalog_problems() -> Vec<String> {
    Lab::catalog().problems()
}

/// A plan that was made.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) state: Value,
    pub(crate) replace: Vec<String>,
    pub(crate) private: Vec<u8>,
}

/// An apply that failed.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) state: Value,
    pub(crate) detail: String,
}

/// Terraform's side.
#[derive(Clone)]
pub(crate) struct Client {
    rpc: ProviderClient<ProviderServer<Service<Lab>>>,
}

fn dynamic(value: &Value, ty: &Type) -> Option<wire::DynamicValue> {
    Some(wire::DynamicValue { msgpack: encode(value, ty).expect("it fits the schema"), json: Vec::new() })
}

fn value(sent: Option<wire::DynamicValue>, ty: &Type) -> Value {
    sent.map_or(Value::Null, |sent| decode(&sent.msgpack, ty).expect("it fits the schema"))
}

fn details(found: &[wire::Diagnostic]) -> String {
    found.iter().map(|found| format!("{}: {}", found.summary, found.detail)).collect::<Vec<_>>().join("\n")
}

fn dotted(path: &wire::AttributePath) -> String {
    use wire::attribute_path::step::Selector;
    let steps = path.steps.iter().filter_map(|step| match &step.selector {
        Some(Selector::AttributeName(name) | Selector::ElementKeyString(name)) => Some(name.clone()),
        Some(Selector::ElementKeyInt(index)) => Some(index.to_string()),
        None => None,
    });
    steps.collect::<Vec<_>>().join(".")
}

impl Client {
    pub(crate) fn new() -> Self {
        Self { rpc: ProviderClient::new(ProviderServer::new(Service::new())) }
    }

    pub(crate) async fn configured() -> Self {
        let mut client = Self::new();
        let config = dynamic(&Value::object::<&str>([]), &Type::Object([].into()));
        let request =
            wire::configure_provider::Request { config, terraform_version: "1.11.4".to_owned(), ..Default::default() };
        let response = client.rpc.configure_provider(request).await.expect("an answer").into_inner();
        assert!(response.diagnostics.is_empty());
        client
    }

    fn ty() -> Type {
        Thing::schema(1).ty()
    }

    /// A configuration of a thing: what is not given is null, blocks are empty.
    pub(crate) fn thing<const N: usize>(entries: [(&str, Value); N]) -> Value {
        let mut thing =
            Value::object(Thing::attributes().iter().map(|item| {
                (item.name.clone(), if item.block.is_some() { Value::List(Vec::new()) } else { Value::Null })
            }));
        for (name, value) in entries {
            thing.set(name, value);
        }
        thing
    }

    pub(crate) async fn schema(&mut self) -> wire::get_provider_schema::Response {
        self.rpc.get_provider_schema(wire::get_provider_schema::Request {}).await.expect("an answer").into_inner()
    }

    pub(crate) async fn validate(&mut self, config: Value, write_only: bool) -> Vec<(String, String)> {
        let capabilities = wire::ClientCapabilities { write_only_attributes_allowed: write_only, ..Default::default() };
        let request = wire::validate_resource_config::Request {
            type_name: "lab_thing".to_owned(),
            config: dynamic(&config, &Self::ty()),
            client_capabilities: Some(capabilities),
        };
        let found = self.rpc.validate_resource_config(request).await.expect("an answer").into_inner().diagnostics;
        found
            .into_iter()
            .map(|found| (found.attribute.as_ref().map(dotted).unwrap_or_default(), found.detail))
            .collect()
    }

    /// Plans as Terraform does: what the configuration leaves open comes from the state.
    pub(crate) async fn plan(&mut self, prior: &Value, config: &Value) -> Result<Planned, String> {
        let ty = Self::ty();
        let mut proposed = config.clone();
        if let (Value::Map(_), Value::Map(_)) = (prior, config) {
            for item in Thing::attributes().iter().filter(|item| item.is_computed() && config.get(&item.name).is_null())
            {
                proposed.set(&item.name, prior.get(&item.name).clone());
            }
            if let (Value::List(old), Value::List(new)) = (prior.get("parts"), config.get("parts")) {
                let merged = new.iter().zip(old).map(|(new, old)| {
                    Value::object([("label", new.get("label").clone()), ("serial", old.get("serial").clone())])
                });
                proposed.set("parts", Value::List(merged.collect()));
            }
        }
        let request = wire::plan_resource_change::Request {
            type_name: "lab_thing".to_owned(),
            prior_state: dynamic(prior, &ty),
            proposed_new_state: dynamic(&proposed, &ty),
            config: dynamic(config, &ty),
            ..Default::default()
        };
        let response = self.rpc.plan_resource_change(request).await.expect("an answer").into_inner();
        if !response.diagnostics.is_empty() {
            return Err(details(&response.diagnostics));
        }
        let replace = response.requires_replace.iter().map(dotted).collect();
        Ok(Planned { state: value(response.planned_state, &ty), replace, private: response.planned_private })
    }

    pub(crate) async fn apply(&mut self, prior: &Value, config: &Value, planned: &Planned) -> Result<Value, Failed> {
        let ty = Self::ty();
        let request = wire::apply_resource_change::Request {
            type_name: "lab_thing".to_owned(),
            prior_state: dynamic(prior, &ty),
            planned_state: dynamic(&planned.state, &ty),
            config: dynamic(config, &ty),
            planned_private: planned.private.clone(),
            ..Default::default()
        };
        let response = self.rpc.apply_resource_change(request).await.expect("an answer").into_inner();
        let state = value(response.new_state, &ty);
        if response.diagnostics.is_empty() {
            Ok(state)
        } else {
            Err(Failed { state, detail: details(&response.diagnostics) })
        }
    }

    pub(crate) async fn read(&mut self, state: &Value) -> Result<Value, String> {
        let ty = Self::ty();
        let request = wire::read_resource::Request {
            type_name: "lab_thing".to_owned(),
            current_state: dynamic(state, &ty),
            ..Default::default()
        };
        let response = self.rpc.read_resource(request).await.expect("an answer").into_inner();
        if response.diagnostics.is_empty() {
            Ok(value(response.new_state, &ty))
        } else {
            Err(details(&response.diagnostics))
        }
    }

    pub(crate) async fn import(&mut self, id: &str) -> Result<Value, String> {
        let request = wire::import_resource_state::Request {
            type_name: "lab_thing".to_owned(),
            id: id.to_owned(),
            ..Default::default()
        };
        let mut response = self.rpc.import_resource_state(request).await.expect("an answer").into_inner();
        match response.imported_resources.pop() {
            Some(imported) => Ok(value(imported.state, &Self::ty())),
            None => Err(details(&response.diagnostics)),
        }
    }

    pub(crate) async fn upgrade(&mut self, version: i64, state: Json) -> Result<Value, String> {
        let raw = wire::RawState { json: state.to_string().into_bytes(), ..Default::default() };
        let request =
            wire::upgrade_resource_state::Request { type_name: "lab_thing".to_owned(), version, raw_state: Some(raw) };
        let response = self.rpc.upgrade_resource_state(request).await.expect("an answer").into_inner();
        if response.diagnostics.is_empty() {
            Ok(value(response.upgraded_state, &Self::ty()))
        } else {
            Err(details(&response.diagnostics))
        }
    }

    pub(crate) async fn data(&mut self, config: Value) -> Result<Value, String> {
        let ty = Measured::schema(0).ty();
        let request = wire::read_data_source::Request {
            type_name: "lab_length".to_owned(),
            config: dynamic(&config, &ty),
            ..Default::default()
        };
        let response = self.rpc.read_data_source(request).await.expect("an answer").into_inner();
        if response.diagnostics.is_empty() {
            Ok(value(response.state, &ty))
        } else {
            Err(details(&response.diagnostics))
        }
    }

    /// Asks for a stop once a thing called `wait` is being created.
    pub(crate) async fn stop_when_waiting(&mut self) {
        thing::WAITING.notified().await;
        self.rpc.stop_provider(wire::stop_provider::Request {}).await.expect("an answer");
    }
}

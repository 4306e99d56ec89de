//! A provider for tests and a client that speaks to it in process.

mod functions;
mod judged;
mod kinds;
mod kit;
mod order;
mod parcel;
mod place;
mod placed;
mod ring;
mod search;
mod shelf;
mod spelled;
mod thing;
mod token;

use serde_json::Value as Json;
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::schema::{Attribute, Nesting, Schema, Shape};
use tfplugin_rust::value::{decode, encode};
use tfplugin_rust::{Model as _, Number, Provider as _, Service, Type, Value};
use wire::provider_client::ProviderClient;
use wire::provider_server::ProviderServer;

pub(crate) use judged::{PLANS, RESULTS};
use kit::Kit;
use order::Order;
pub(crate) use order::Speed;
use parcel::Parcel;
pub(crate) use placed::{Hit, Placed};
pub(crate) use search::{ADDED, DROPPED};
use spelled::Spelled;
use tfplugin_rust::testing::propose;
pub(crate) use thing::{HELD, Lab, RELEASED};
use thing::{Measured, Settings, Thing};
pub(crate) use token::{OPENING, Token};

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
    pub(crate) warnings: String,
}

/// An object as Terraform keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) state: Value,
    pub(crate) private: Vec<u8>,
}

/// An apply that failed.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) state: Value,
    pub(crate) detail: String,
}

/// Terraform's side, for one kind of resource.
#[derive(Clone)]
pub(crate) struct Client {
    rpc: ProviderClient<ProviderServer<Service<Lab>>>,
    kind: &'static str,
    schema: Schema,
}

fn dynamic(value: &Value, ty: &Type) -> Option<wire::DynamicValue> {
    Some(wire::DynamicValue::from(encode(value, ty).expect("it fits the schema")))
}

fn value(sent: Option<wire::DynamicValue>, ty: &Type) -> Value {
    sent.map_or(Value::Null, |sent| decode(&sent.msgpack, ty).expect("it fits the schema"))
}

fn details(found: &[wire::Diagnostic]) -> String {
    found.iter().map(|found| format!("{}: {}", found.summary, found.detail)).collect::<Vec<_>>().join("\n")
}

/// The messages as an error where one of them is an error.
fn errors(found: &[wire::Diagnostic]) -> Result<(), String> {
    let error = i32::from(wire::diagnostic::Severity::Error);
    if found.iter().any(|found| found.severity == error) { Err(details(found)) } else { Ok(()) }
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

/// An object with these attributes: what is not given is null, blocks are empty.
fn object<const N: usize>(attributes: &[Attribute], entries: [(&str, Value); N]) -> Value {
    let mut made = Value::object(attributes.iter().map(|item| {
        let value = match (&item.shape, item.block) {
            (Shape::Nested(Nesting::List | Nesting::Set, _), Some(_)) => Value::List(Vec::new()),
            (Shape::Nested(Nesting::Map, _), Some(_)) => Value::object::<&str>([]),
            (Shape::Nested(Nesting::Group, inner), Some(_)) => object(inner, []),
            _ => Value::Null,
        };
        (item.name.clone(), value)
    }));
    for (name, value) in entries {
        made.set(name, value);
    }
    made
}

impl Client {
    pub(crate) fn new() -> Self {
        let rpc = ProviderClient::new(ProviderServer::new(Service::new()));
        Self { rpc, kind: "lab_thing", schema: Thing::schema(1) }
    }

    pub(crate) async fn configured() -> Self {
        let mut client = Self::new();
        client.configure(object(&Settings::attributes(), [])).await.expect("it is configured");
        client
    }

    /// A configured client for the resource that has every kind of attribute.
    pub(crate) async fn kits() -> Self {
        Self { kind: "lab_kit", schema: Kit::schema(0), ..Self::configured().await }
    }

    /// A configured client for the resource that has every word.
    pub(crate) async fn parcels() -> Self {
        Self { kind: "lab_parcel", schema: Parcel::schema(0), ..Self::configured().await }
    }

    /// A configured client for the resource whose API spells otherwise.
    pub(crate) async fn spelleds() -> Self {
        Self { kind: "lab_spelled", schema: Spelled::schema(0), ..Self::configured().await }
    }

    /// A configured client for the resource with choices and relations.
    pub(crate) async fn orders() -> Self {
        Self { kind: "lab_order", schema: Self::order_schema(), ..Self::configured().await }
    }

    pub(crate) fn order_schema() -> Schema {
        Order::schema(0)
    }

    /// A configured client for the resource that has computed blocks.
    pub(crate) async fn shelves() -> Self {
        Self { kind: "lab_shelf", schema: shelf::Shelf::schema(0), ..Self::configured().await }
    }

    /// A request that configures nothing.
    pub(crate) fn configuration() -> wire::configure_provider::Request {
        let config = dynamic(&object(&Settings::attributes(), []), &Settings::schema(0).ty());
        wire::configure_provider::Request { config, terraform_version: "1.11.4".to_owned(), ..Default::default() }
    }

    /// A request that plans the creation of a kit.
    pub(crate) fn kit_plan(config: &Value) -> wire::plan_resource_change::Request {
        let schema = Kit::schema(0);
        let proposed = propose(&schema.attributes, &Value::Null, config);
        wire::plan_resource_change::Request {
            type_name: "lab_kit".to_owned(),
            prior_state: dynamic(&Value::Null, &schema.ty()),
            proposed_new_state: dynamic(&proposed, &schema.ty()),
            config: dynamic(config, &schema.ty()),
            ..Default::default()
        }
    }

    /// A request that plans the creation of a thing of this name and urgency.
    pub(crate) fn thing_plan(name: &str, urgency: Value) -> wire::plan_resource_change::Request {
        let schema = Thing::schema(1);
        let config = Self::thing([("name", name.into()), ("urgency", urgency)]);
        wire::plan_resource_change::Request {
            type_name: "lab_thing".to_owned(),
            prior_state: dynamic(&Value::Null, &schema.ty()),
            proposed_new_state: dynamic(&propose(&schema.attributes, &Value::Null, &config), &schema.ty()),
            config: dynamic(&config, &schema.ty()),
            ..Default::default()
        }
    }

    /// A request that creates it as it was planned.
    pub(crate) fn thing_apply(
        name: &str,
        urgency: Value,
        planned: wire::plan_resource_change::Response,
    ) -> wire::apply_resource_change::Request {
        let plan = Self::thing_plan(name, urgency);
        wire::apply_resource_change::Request {
            type_name: plan.type_name,
            prior_state: plan.prior_state,
            config: plan.config,
            planned_state: planned.planned_state,
            planned_private: planned.planned_private,
            ..Default::default()
        }
    }

    /// A thing that was answered.
    pub(crate) fn thing_of(sent: Option<wire::DynamicValue>) -> Value {
        value(sent, &Thing::schema(1).ty())
    }

    /// A kit that was answered.
    pub(crate) fn kit_of(sent: Option<wire::DynamicValue>) -> Value {
        value(sent, &Kit::schema(0).ty())
    }

    pub(crate) async fn configure(&mut self, config: Value) -> Result<(), String> {
        let config = dynamic(&config, &Settings::schema(0).ty());
        let request = wire::configure_provider::Request { config, ..Self::configuration() };
        errors(&self.rpc.configure_provider(request).await.expect("an answer").into_inner().diagnostics)
    }

    fn ty(&self) -> Type {
        self.schema.ty()
    }

    /// A configuration of a thing.
    pub(crate) fn thing<const N: usize>(entries: [(&str, Value); N]) -> Value {
        object(&Thing::attributes(), entries)
    }

    /// A configuration of a kit.
    pub(crate) fn kit<const N: usize>(entries: [(&str, Value); N]) -> Value {
        object(&Kit::attributes(), entries)
    }

    /// A configuration of a parcel.
    pub(crate) fn parcel<const N: usize>(entries: [(&str, Value); N]) -> Value {
        object(&Parcel::attributes(), entries)
    }

    /// A configuration of what can be spelled in many ways.
    pub(crate) fn spelled<const N: usize>(entries: [(&str, Value); N]) -> Value {
        object(&Spelled::attributes(), entries)
    }

    /// A configuration of an order.
    pub(crate) fn order<const N: usize>(entries: [(&str, Value); N]) -> Value {
        object(&Order::attributes(), entries)
    }

    pub(crate) async fn schema(&mut self) -> wire::get_provider_schema::Response {
        self.rpc.get_provider_schema(wire::get_provider_schema::Request {}).await.expect("an answer").into_inner()
    }

    /// The path and the detail of each message.
    pub(crate) async fn validate(&mut self, config: Value, write_only: bool) -> Vec<(String, String)> {
        let capabilities = wire::ClientCapabilities { write_only_attributes_allowed: write_only, ..Default::default() };
        let request = wire::validate_resource_config::Request {
            type_name: self.kind.to_owned(),
            config: dynamic(&config, &self.ty()),
            client_capabilities: Some(capabilities),
        };
        let found = self.rpc.validate_resource_config(request).await.expect("an answer").into_inner().diagnostics;
        found
            .into_iter()
            .map(|found| (found.attribute.as_ref().map(dotted).unwrap_or_default(), found.detail))
            .collect()
    }

    /// The same with the configuration in JSON, and whatever kind of resource.
    pub(crate) async fn validate_json(&mut self, kind: &str, config: Json) -> String {
        let config = Some(wire::DynamicValue { json: config.to_string().into(), ..Default::default() });
        let request =
            wire::validate_resource_config::Request { type_name: kind.to_owned(), config, ..Default::default() };
        details(&self.rpc.validate_resource_config(request).await.expect("an answer").into_inner().diagnostics)
    }

    pub(crate) async fn plan(&mut self, prior: &Value, config: &Value) -> Result<Planned, String> {
        self.plan_with(prior, config, &[], &[]).await
    }

    /// Plans as Terraform does, with the private data of the state and of an earlier plan.
    pub(crate) async fn plan_with(
        &mut self,
        prior: &Value,
        config: &Value,
        private: &[u8],
        earlier: &[u8],
    ) -> Result<Planned, String> {
        let ty = self.ty();
        let proposed = propose(&self.schema.attributes, prior, config);
        let request = wire::plan_resource_change::Request {
            type_name: self.kind.to_owned(),
            prior_state: dynamic(prior, &ty),
            proposed_new_state: dynamic(&proposed, &ty),
            config: dynamic(config, &ty),
            prior_private: private.to_vec(),
            planned_private: earlier.to_vec(),
            ..Default::default()
        };
        let response = self.rpc.plan_resource_change(request).await.expect("an answer").into_inner();
        errors(&response.diagnostics)?;
        assert!(!response.legacy_type_system, "that flag would silence Terraform's own checks");
        Ok(Planned {
            state: value(response.planned_state, &ty),
            replace: response.requires_replace.iter().map(dotted).collect(),
            private: response.planned_private,
            warnings: details(&response.diagnostics),
        })
    }

    pub(crate) async fn apply(&mut self, prior: &Value, config: &Value, planned: &Planned) -> Result<Value, Failed> {
        self.apply_with(prior, config, planned).await.map(|made| made.state)
    }

    /// The same with the private data.
    pub(crate) async fn apply_with(
        &mut self,
        prior: &Value,
        config: &Value,
        planned: &Planned,
    ) -> Result<Made, Failed> {
        let ty = self.ty();
        let request = wire::apply_resource_change::Request {
            type_name: self.kind.to_owned(),
            prior_state: dynamic(prior, &ty),
            planned_state: dynamic(&planned.state, &ty),
            config: dynamic(config, &ty),
            planned_private: planned.private.clone(),
            ..Default::default()
        };
        let response = self.rpc.apply_resource_change(request).await.expect("an answer").into_inner();
        let state = value(response.new_state, &ty);
        match errors(&response.diagnostics) {
            Ok(()) => Ok(Made { state, private: response.private }),
            Err(detail) => Err(Failed { state, detail }),
        }
    }

    /// Creates what the configuration says.
    pub(crate) async fn create(&mut self, config: &Value) -> Made {
        let planned = self.plan(&Value::Null, config).await.expect("a plan");
        self.apply_with(&Value::Null, config, &planned).await.expect("an object")
    }

    pub(crate) async fn read(&mut self, state: &Value) -> Result<Value, String> {
        self.read_with(state, &[]).await.map(|made| made.state)
    }

    /// The same with the private data.
    pub(crate) async fn read_with(&mut self, state: &Value, private: &[u8]) -> Result<Made, String> {
        let ty = self.ty();
        let request = wire::read_resource::Request {
            type_name: self.kind.to_owned(),
            current_state: dynamic(state, &ty),
            private: private.to_vec(),
            ..Default::default()
        };
        let response = self.rpc.read_resource(request).await.expect("an answer").into_inner();
        errors(&response.diagnostics)?;
        Ok(Made { state: value(response.new_state, &ty), private: response.private })
    }

    pub(crate) async fn import(&mut self, id: &str) -> Result<Value, String> {
        self.import_with(id).await.map(|made| made.state)
    }

    /// The same with the private data.
    pub(crate) async fn import_with(&mut self, id: &str) -> Result<Made, String> {
        let request = wire::import_resource_state::Request {
            type_name: self.kind.to_owned(),
            id: id.to_owned(),
            ..Default::default()
        };
        let mut response = self.rpc.import_resource_state(request).await.expect("an answer").into_inner();
        match response.imported_resources.pop() {
            Some(imported) => Ok(Made { state: value(imported.state, &self.ty()), private: imported.private }),
            None => Err(details(&response.diagnostics)),
        }
    }

    pub(crate) async fn upgrade(&mut self, version: i64, state: Json) -> Result<Value, String> {
        self.upgrade_raw(version, state.to_string().into_bytes()).await
    }

    pub(crate) async fn upgrade_raw(&mut self, version: i64, json: Vec<u8>) -> Result<Value, String> {
        let raw = wire::RawState { json: json.into(), ..Default::default() };
        let request =
            wire::upgrade_resource_state::Request { type_name: self.kind.to_owned(), version, raw_state: Some(raw) };
        let response = self.rpc.upgrade_resource_state(request).await.expect("an answer").into_inner();
        errors(&response.diagnostics).map(|()| value(response.upgraded_state, &self.ty()))
    }

    /// The configuration that the provider writes for an object.
    pub(crate) async fn generate(&mut self, state: &Value) -> Result<Value, String> {
        let request = wire::generate_resource_config::Request {
            type_name: self.kind.to_owned(),
            state: dynamic(state, &self.ty()),
        };
        let response = self.rpc.generate_resource_config(request).await.expect("an answer").into_inner();
        errors(&response.diagnostics).map(|()| value(response.config, &self.ty()))
    }

    pub(crate) async fn data(&mut self, config: Value) -> Result<Value, String> {
        let ty = Measured::schema(0).ty();
        let request = wire::read_data_source::Request {
            type_name: "lab_length".to_owned(),
            config: dynamic(&config, &ty),
            ..Default::default()
        };
        let response = self.rpc.read_data_source(request).await.expect("an answer").into_inner();
        errors(&response.diagnostics).map(|()| value(response.state, &ty))
    }

    /// Asks for a stop once a thing called `wait` or `deaf` is being created.
    pub(crate) async fn stop_when_waiting(&mut self) {
        thing::WAITING.notified().await;
        self.rpc.stop_provider(wire::stop_provider::Request {}).await.expect("an answer");
    }
}

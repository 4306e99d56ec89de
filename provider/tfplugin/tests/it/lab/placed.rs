//! Terraform's side for a resource that has an identity.

use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::schema::Attribute;
use tfplugin_rust::{Model as _, Type, Value};

use tfplugin_rust::testing::propose;

use super::place::Place;
use super::search::Search;
use super::{Client, details, dynamic, errors, object, value};

/// An object, or what is planned of it, with its identity.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed {
    pub(crate) state: Value,
    pub(crate) identity: Value,
}

impl Placed {
    pub(crate) fn none() -> Self {
        Self { state: Value::Null, identity: Value::Null }
    }

    pub(crate) fn of(state: Value, identity: Value) -> Self {
        Self { state, identity }
    }
}

/// A result of a list, or what was said beside one.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) name: String,
    pub(crate) identity: Value,
    pub(crate) object: Value,
    pub(crate) said: String,
    pub(crate) failed: bool,
}

fn identity_type() -> Type {
    let marked: Vec<Attribute> = Place::attributes().into_iter().filter(|item| item.identity.is_some()).collect();
    Type::Object(marked.iter().map(|item| (item.name.clone(), item.ty())).collect())
}

fn identity(identity: &Value) -> Option<wire::ResourceIdentityData> {
    let known = (!identity.is_null()).then_some(identity)?;
    Some(wire::ResourceIdentityData { identity_data: dynamic(known, &identity_type()) })
}

fn answered(state: Option<wire::DynamicValue>, identity: Option<wire::ResourceIdentityData>) -> Placed {
    let identity = value(identity.and_then(|identity| identity.identity_data), &identity_type());
    Placed { state: value(state, &Place::schema(1).ty()), identity }
}

impl Client {
    /// A configured client for the resource that has an identity.
    pub(crate) async fn places() -> Self {
        Self { kind: "lab_place", schema: Place::schema(1), ..Self::configured().await }
    }

    /// A configuration or a state of a place.
    pub(crate) fn place<const N: usize>(entries: [(&str, Value); N]) -> Value {
        object(&Place::attributes(), entries)
    }

    pub(crate) async fn identity_schemas(&mut self) -> wire::get_resource_identity_schemas::Response {
        let request = wire::get_resource_identity_schemas::Request {};
        self.rpc.get_resource_identity_schemas(request).await.expect("an answer").into_inner()
    }

    /// The identity that an older one becomes.
    pub(crate) async fn upgrade_identity(
        &mut self,
        kind: &str,
        version: i64,
        json: Vec<u8>,
        ty: &Type,
    ) -> Result<Value, String> {
        let raw_identity = Some(wire::RawState { json: json.into(), ..Default::default() });
        let request = wire::upgrade_resource_identity::Request { type_name: kind.to_owned(), version, raw_identity };
        let answer = self.rpc.upgrade_resource_identity(request).await.expect("an answer").into_inner();
        errors(&answer.diagnostics)?;
        Ok(value(answer.upgraded_identity.and_then(|identity| identity.identity_data), ty))
    }

    pub(crate) async fn move_placed(
        &mut self,
        request: wire::move_resource_state::Request,
    ) -> Result<(Placed, Vec<u8>), String> {
        let answer = self.rpc.move_resource_state(request).await.expect("an answer").into_inner();
        let said = errors(&answer.diagnostics);
        assert_eq!(said.is_err(), answer.target_state.is_none(), "a state, or why there is none");
        said.map(|()| (answered(answer.target_state, answer.target_identity), answer.target_private))
    }

    pub(crate) async fn validate_list(&mut self, kind: &str, config: &Value) -> String {
        let config = dynamic(config, &Search::schema(0).ty());
        let type_name = kind.to_owned();
        let request = wire::validate_list_resource_config::Request { type_name, config, ..Default::default() };
        details(&self.rpc.validate_list_resource_config(request).await.expect("an answer").into_inner().diagnostics)
    }

    pub(crate) async fn begin_list(&mut self, config: &Value) -> tonic::Streaming<wire::list_resource::Event> {
        let request = wire::list_resource::Request {
            type_name: "lab_place".to_owned(),
            config: dynamic(config, &Search::schema(0).ty()),
            ..Default::default()
        };
        self.rpc.list_resource(request).await.expect("an answer").into_inner()
    }

    pub(crate) async fn list(&mut self, config: &Value, limit: i64, whole: bool) -> Vec<Hit> {
        self.list_of("lab_place", config, limit, whole).await
    }

    pub(crate) async fn list_of(&mut self, kind: &str, config: &Value, limit: i64, whole: bool) -> Vec<Hit> {
        let request = wire::list_resource::Request {
            type_name: kind.to_owned(),
            config: dynamic(config, &Search::schema(0).ty()),
            include_resource_object: whole,
            limit,
        };
        let mut stream = self.rpc.list_resource(request).await.expect("an answer").into_inner();
        let mut hits = Vec::new();
        while let Some(event) = stream.message().await.expect("an answer") {
            let Placed { state, identity } = answered(event.resource_object, event.identity);
            let failed = errors(&event.diagnostic).is_err();
            let said = details(&event.diagnostic);
            hits.push(Hit { name: event.display_name, identity, object: state, said, failed });
        }
        hits
    }

    pub(crate) async fn plan_placed(&mut self, prior: &Placed, config: &Value) -> Result<Placed, String> {
        let ty = self.ty();
        let proposed = propose(&self.schema.attributes, &prior.state, config);
        let request = wire::plan_resource_change::Request {
            type_name: self.kind.to_owned(),
            prior_state: dynamic(&prior.state, &ty),
            prior_identity: identity(&prior.identity),
            proposed_new_state: dynamic(&proposed, &ty),
            config: dynamic(config, &ty),
            ..Default::default()
        };
        let answer = self.rpc.plan_resource_change(request).await.expect("an answer").into_inner();
        errors(&answer.diagnostics)?;
        Ok(answered(answer.planned_state, answer.planned_identity))
    }

    async fn apply_sent(&mut self, prior: &Placed, config: &Value, planned: &Placed) -> (Placed, Result<(), String>) {
        let ty = self.ty();
        let request = wire::apply_resource_change::Request {
            type_name: self.kind.to_owned(),
            prior_state: dynamic(&prior.state, &ty),
            planned_state: dynamic(&planned.state, &ty),
            planned_identity: identity(&planned.identity),
            config: dynamic(config, &ty),
            ..Default::default()
        };
        let answer = self.rpc.apply_resource_change(request).await.expect("an answer").into_inner();
        (answered(answer.new_state, answer.new_identity), errors(&answer.diagnostics))
    }

    pub(crate) async fn apply_placed(
        &mut self,
        prior: &Placed,
        config: &Value,
        planned: &Placed,
    ) -> Result<Placed, String> {
        let (made, said) = self.apply_sent(prior, config, planned).await;
        said.map(|()| made)
    }

    /// A creation that fails: what is left, and what was said.
    pub(crate) async fn apply_failing(&mut self, config: &Value, planned: &Placed) -> (Placed, String) {
        let (left, said) = self.apply_sent(&Placed::none(), config, planned).await;
        (left, said.expect_err("it fails"))
    }

    pub(crate) async fn read_placed(&mut self, placed: &Placed) -> Result<Placed, String> {
        let request = wire::read_resource::Request {
            type_name: self.kind.to_owned(),
            current_state: dynamic(&placed.state, &self.ty()),
            current_identity: identity(&placed.identity),
            ..Default::default()
        };
        let answer = self.rpc.read_resource(request).await.expect("an answer").into_inner();
        errors(&answer.diagnostics)?;
        Ok(answered(answer.new_state, answer.new_identity))
    }

    /// Imports by id, or by identity where the id is empty.
    pub(crate) async fn import_placed(&mut self, id: &str, by: Value) -> Result<Placed, String> {
        let request = wire::import_resource_state::Request {
            type_name: self.kind.to_owned(),
            id: id.to_owned(),
            identity: identity(&by),
            ..Default::default()
        };
        let mut answer = self.rpc.import_resource_state(request).await.expect("an answer").into_inner();
        let imported = answer.imported_resources.pop().ok_or_else(|| details(&answer.diagnostics))?;
        Ok(answered(imported.state, imported.identity))
    }
}

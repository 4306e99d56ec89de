//! Terraform's side of the calls, in process: each answer is held to Terraform's rules here as well.

use super::configuration::Address;
use super::{Fault, propose};
use crate::generated::tfplugin6 as wire;
use crate::schema::{Attribute, Nesting, Shape};
use crate::value::{Type, Value, decode, encode, json};
use crate::{Diagnostics, Path, Provider, Schema, Service, rules};
use wire::provider_client::ProviderClient;
use wire::provider_server::ProviderServer;

/// The version that the provider is told of.
const TERRAFORM: &str = "1.16.1";

/// An object and what Terraform keeps beside it.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) value: Value,
    pub(super) private: Vec<u8>,
}

/// A plan that was answered.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) after: Value,
    pub(super) private: Vec<u8>,
    /// The paths whose change needs a new object, as far as they change.
    pub(super) replaces: Vec<Path>,
}

/// An apply that failed, and what exists regardless.
pub(super) struct Broken {
    pub(super) left: Kept,
    pub(super) fault: Fault,
}

/// A provider as one process of it would be.
pub(super) struct Client<P: Provider>(ProviderClient<ProviderServer<Service<P>>>);

fn dynamic(value: &Value, ty: &Type) -> Result<Option<wire::DynamicValue>, Fault> {
    let msgpack = encode(value, ty).map_err(|error| refused("encode a value", error.to_string()))?;
    Ok(Some(wire::DynamicValue::from(msgpack)))
}

fn value(act: &str, sent: Option<wire::DynamicValue>, ty: &Type) -> Result<Value, Fault> {
    let Some(sent) = sent else { return Ok(Value::Null) };
    decode(&sent.msgpack, ty).map_err(|error| refused(act, format!("the answer cannot be read: {error}")))
}

fn refused(act: &str, said: String) -> Fault {
    Fault::Refused { act: act.to_owned(), said }
}

/// The messages as a failure where one of them is an error.
fn errors(act: &str, found: &[wire::Diagnostic]) -> Result<(), Fault> {
    let error = i32::from(wire::diagnostic::Severity::Error);
    if found.iter().all(|found| found.severity != error) {
        return Ok(());
    }
    let said = found.iter().map(|found| format!("{}: {}", found.summary, found.detail));
    Err(refused(act, said.collect::<Vec<_>>().join("\n")))
}

/// What a rule of Terraform finds wrong with an answer.
fn held(act: &str, found: Diagnostics) -> Result<(), Fault> {
    errors(act, &found.to_wire())
}

fn answered<T>(act: &str, answer: Result<tonic::Response<T>, tonic::Status>) -> Result<T, Fault> {
    answer.map(tonic::Response::into_inner).map_err(|status| refused(act, status.to_string()))
}

fn path(sent: &wire::AttributePath) -> Path {
    use wire::attribute_path::step::Selector;
    sent.steps.iter().fold(Path::root(), |path, step| match &step.selector {
        Some(Selector::AttributeName(name)) => path.attribute(name),
        Some(Selector::ElementKeyString(key)) => path.key(key),
        Some(Selector::ElementKeyInt(index)) => path.index(usize::try_from(*index).unwrap_or_default()),
        None => path,
    })
}

fn capabilities() -> Option<wire::ClientCapabilities> {
    Some(wire::ClientCapabilities {
        write_only_attributes_allowed: true,
        store_planned_private: true,
        computed_blocks_allowed: true,
        ..Default::default()
    })
}

impl<P: Provider> Client<P> {
    /// A provider that is not configured.
    pub(super) fn new() -> Self {
        let server = ProviderServer::new(Service::new())
            .max_decoding_message_size(usize::MAX)
            .max_encoding_message_size(usize::MAX);
        let client = ProviderClient::new(server);
        Self(client.max_decoding_message_size(usize::MAX).max_encoding_message_size(usize::MAX))
    }

    /// Checks the provider's configuration.
    pub(super) async fn validate_provider(&mut self, schema: &Schema, config: &Value) -> Result<(), Fault> {
        let act = "validate the provider";
        let request = wire::validate_provider_config::Request { config: dynamic(config, &schema.ty())? };
        errors(act, &answered(act, self.0.validate_provider_config(request).await)?.diagnostics)
    }

    pub(super) async fn configure(&mut self, schema: &Schema, config: &Value) -> Result<(), Fault> {
        let act = "configure the provider";
        let request = wire::configure_provider::Request {
            config: dynamic(config, &schema.ty())?,
            terraform_version: TERRAFORM.to_owned(),
            ..Default::default()
        };
        errors(act, &answered(act, self.0.configure_provider(request).await)?.diagnostics)
    }

    /// Checks the configuration of a resource or of a data source.
    pub(super) async fn validate(&mut self, address: &Address, schema: &Schema, config: &Value) -> Result<(), Fault> {
        let (act, config) = (format!("validate {address}"), dynamic(config, &schema.ty())?);
        let found = if address.data {
            let request = wire::validate_data_resource_config::Request { type_name: address.kind.clone(), config };
            answered(&act, self.0.validate_data_resource_config(request).await)?.diagnostics
        } else {
            let request = wire::validate_resource_config::Request {
                type_name: address.kind.clone(),
                config,
                client_capabilities: capabilities(),
            };
            answered(&act, self.0.validate_resource_config(request).await)?.diagnostics
        };
        errors(&act, &found)
    }

    /// Hands in a state as it stands in a file.
    pub(super) async fn upgrade(&mut self, address: &Address, schema: &Schema, state: &Value) -> Result<Value, Fault> {
        let (act, ty) = (format!("upgrade the state of {address}"), schema.ty());
        let json = json::to_json(state, &ty).to_string().into_bytes();
        let request = wire::upgrade_resource_state::Request {
            type_name: address.kind.clone(),
            version: schema.version,
            raw_state: Some(wire::RawState { json: json.into(), ..Default::default() }),
        };
        let answer = answered(&act, self.0.upgrade_resource_state(request).await)?;
        errors(&act, &answer.diagnostics)?;
        let upgraded = value(&act, answer.upgraded_state, &ty)?;
        held(&act, rules::stored(&schema.attributes, &upgraded, false))?;
        Ok(upgraded)
    }

    /// What the object is now; null where it is gone.
    pub(super) async fn read(&mut self, address: &Address, schema: &Schema, state: &Kept) -> Result<Kept, Fault> {
        let (act, ty) = (format!("read {address}"), schema.ty());
        let request = wire::read_resource::Request {
            type_name: address.kind.clone(),
            current_state: dynamic(&state.value, &ty)?,
            private: state.private.clone(),
            ..Default::default()
        };
        let answer = answered(&act, self.0.read_resource(request).await)?;
        errors(&act, &answer.diagnostics)?;
        let read = value(&act, answer.new_state, &ty)?;
        held(&act, rules::stored(&schema.attributes, &read, true))?;
        Ok(Kept { value: read, private: answer.private })
    }

    /// Plans a change; a null configuration is a deletion. `earlier` is what the first of two plans kept.
    pub(super) async fn plan(
        &mut self,
        address: &Address,
        schema: &Schema,
        prior: &Kept,
        config: &Value,
        earlier: &[u8],
    ) -> Result<Planned, Fault> {
        let (act, ty) = (format!("plan {address}"), schema.ty());
        let config = &without_empty_blocks(&schema.attributes, config);
        let proposed = propose(&schema.attributes, &prior.value, config);
        let request = wire::plan_resource_change::Request {
            type_name: address.kind.clone(),
            prior_state: dynamic(&prior.value, &ty)?,
            proposed_new_state: dynamic(&proposed, &ty)?,
            config: dynamic(config, &ty)?,
            prior_private: prior.private.clone(),
            planned_private: earlier.to_vec(),
            client_capabilities: capabilities(),
            ..Default::default()
        };
        let answer = answered(&act, self.0.plan_resource_change(request).await)?;
        errors(&act, &answer.diagnostics)?;
        let after = value(&act, answer.planned_state, &ty)?;
        let replaces: Vec<Path> = answer.requires_replace.iter().map(path).collect();
        if config.is_null() && !after.is_null() {
            return Err(refused(&act, "a deletion was planned as something else than null".to_owned()));
        }
        if !config.is_null() {
            held(&act, rules::plan(&schema.attributes, &prior.value, config, &after, &replaces))?;
        }
        let changed = |path: &Path| at(&prior.value, path) != at(&after, path);
        Ok(Planned { private: answer.planned_private, replaces: replaces.into_iter().filter(changed).collect(), after })
    }

    /// Carries out a plan.
    pub(super) async fn apply(
        &mut self,
        address: &Address,
        schema: &Schema,
        prior: &Value,
        config: &Value,
        planned: &Planned,
    ) -> Result<Kept, Broken> {
        let (act, ty) = (format!("apply {address}"), schema.ty());
        let nothing = |fault| Broken { left: Kept { value: prior.clone(), private: Vec::new() }, fault };
        let request = (|| {
            Ok(wire::apply_resource_change::Request {
                type_name: address.kind.clone(),
                prior_state: dynamic(prior, &ty)?,
                planned_state: dynamic(&planned.after, &ty)?,
                config: dynamic(config, &ty)?,
                planned_private: planned.private.clone(),
                ..Default::default()
            })
        })();
        let answer = answered(&act, self.0.apply_resource_change(request.map_err(nothing)?).await).map_err(nothing)?;
        let made = value(&act, answer.new_state, &ty).map_err(nothing)?;
        let left = Kept { value: made, private: answer.private };
        let judged = errors(&act, &answer.diagnostics)
            .and_then(|()| held(&act, rules::result(&schema.attributes, &planned.after, &left.value)));
        match judged {
            Ok(()) => Ok(left),
            Err(fault) => Err(Broken { left, fault }),
        }
    }

    pub(super) async fn import(&mut self, address: &Address, schema: &Schema, id: &str) -> Result<Kept, Fault> {
        let act = format!("import {address}");
        let request = wire::import_resource_state::Request {
            type_name: address.kind.clone(),
            id: id.to_owned(),
            ..Default::default()
        };
        let mut answer = answered(&act, self.0.import_resource_state(request).await)?;
        errors(&act, &answer.diagnostics)?;
        match (answer.imported_resources.pop(), answer.imported_resources.len()) {
            (Some(object), 0) => {
                let imported = value(&act, object.state, &schema.ty())?;
                held(&act, rules::stored(&schema.attributes, &imported, false))?;
                Ok(Kept { value: imported, private: object.private })
            }
            _ => Err(refused(&act, "an import answers exactly one object".to_owned())),
        }
    }

    pub(super) async fn read_data(
        &mut self,
        address: &Address,
        schema: &Schema,
        config: &Value,
    ) -> Result<Value, Fault> {
        let (act, ty) = (format!("read {address}"), schema.ty());
        let request = wire::read_data_source::Request {
            type_name: address.kind.clone(),
            config: dynamic(config, &ty)?,
            ..Default::default()
        };
        let answer = answered(&act, self.0.read_data_source(request).await)?;
        errors(&act, &answer.diagnostics)?;
        let read = value(&act, answer.state, &ty)?;
        held(&act, rules::stored(&schema.attributes, &read, false))?;
        Ok(read)
    }
}

/// The configuration as a plan gets it: null where there is none of the blocks that the provider may give.
fn without_empty_blocks(attributes: &[Attribute], config: &Value) -> Value {
    let Value::Map(_) = config else { return config.clone() };
    let mut prepared = config.clone();
    for item in attributes {
        let (Shape::Nested(nesting, inner), Some(_)) = (&item.shape, item.block) else { continue };
        let inner = |value: &Value| without_empty_blocks(inner, value);
        let value = match (nesting, config.get(&item.name)) {
            (Nesting::List | Nesting::Set, Value::List(items)) if items.is_empty() && item.is_computed() => Value::Null,
            (Nesting::Map, Value::Map(entries)) if entries.is_empty() && item.is_computed() => Value::Null,
            (Nesting::List | Nesting::Set, Value::List(items)) => Value::List(items.iter().map(inner).collect()),
            (Nesting::Map, Value::Map(entries)) => {
                Value::Map(entries.iter().map(|(key, value)| (key.clone(), inner(value))).collect())
            }
            (_, value) => inner(value),
        };
        prepared.set(&item.name, value);
    }
    prepared
}

/// What a path leads to.
fn at<'a>(object: &'a Value, path: &Path) -> Option<&'a Value> {
    use crate::Step;
    path.steps().iter().try_fold(object, |value, step| match (step, value) {
        (Step::Attribute(name) | Step::Key(name), Value::Map(entries)) => entries.get(name),
        (Step::Index(index), Value::List(items)) => usize::try_from(*index).ok().and_then(|index| items.get(index)),
        (_, unknown @ Value::Unknown(_)) => Some(unknown),
        _ => None,
    })
}

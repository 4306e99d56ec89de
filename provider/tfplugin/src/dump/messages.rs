//! What each message of the protocol holds.

use serde_json::{Value as Json, json};

use super::mask::{names_of, show, show_hidden, show_raw};
use crate::Schema;
use crate::generated::tfplugin6 as wire;
use crate::schema::{IdentitySchema, Kind};
use crate::value::Value;

/// A request.
pub(crate) trait Asked {
    /// The call.
    const RPC: &'static str;
    /// Whose schema its values have.
    fn subject(&self) -> Subject<'_>;
    /// What it holds.
    fn fields(&self) -> Vec<(&'static str, Field<'_>)>;
}

/// An answer.
pub(crate) trait Said {
    /// What it holds.
    fn fields(&self) -> Vec<(&'static str, Field<'_>)>;
    /// What the user is told.
    fn diagnostics(&mut self) -> &mut [wire::Diagnostic];
}

/// Whose schema the values of a call have.
pub(crate) enum Subject<'a> {
    Provider,
    Resource(&'a str),
    /// A resource with the version of the raw state.
    Upgraded(&'a str, i64),
    DataSource(&'a str),
    Ephemeral(&'a str),
    Action(&'a str),
    List(&'a str),
    Function,
}

/// A part of a message.
pub(crate) enum Field<'a> {
    Value(&'a Option<wire::DynamicValue>),
    /// An object of which nothing may be kept.
    Passing(&'a Option<wire::DynamicValue>),
    /// A value of which nobody knows whether it is a secret.
    Hidden(&'a Option<wire::DynamicValue>),
    /// Several of them.
    AllHidden(&'a Vec<wire::DynamicValue>),
    /// A state as Terraform keeps it, of this resource.
    State(&'a Option<wire::RawState>),
    /// The same of a resource of anybody's.
    Foreign(&'a Option<wire::RawState>),
    Identity(&'a Option<wire::ResourceIdentityData>),
    Private(&'a Vec<u8>),
    MaybePrivate(&'a Option<Vec<u8>>),
    Time(&'a Option<prost_types::Timestamp>),
    Refusal(&'a Option<wire::FunctionError>),
    Text(&'a String),
    Number(&'a i64),
    Paths(&'a Vec<wire::AttributePath>),
    Imported(&'a Vec<wire::import_resource_state::ImportedResource>),
    Diagnostics(&'a Vec<wire::Diagnostic>),
}

impl Field<'_> {
    /// The value of the part, where it is one of the schema.
    pub(crate) fn sent(&self) -> Option<wire::DynamicValue> {
        match self {
            Self::Value(sent) | Self::Passing(sent) => (*sent).clone(),
            _ => None,
        }
    }

    /// The part as JSON. `same_version` says whether a raw state is of this schema.
    pub(super) fn show(&self, schema: Option<&Schema>, same_version: bool) -> Json {
        match self {
            Self::Value(sent) => dynamic(sent.as_ref(), schema, show),
            Self::Passing(sent) => dynamic(sent.as_ref(), schema, show_hidden),
            Self::Hidden(sent) => sent.as_ref().map_or(Json::Null, hidden),
            Self::AllHidden(sent) => sent.iter().map(hidden).collect(),
            Self::State(sent) => raw(sent.as_ref(), schema.filter(|_| same_version)),
            Self::Foreign(sent) => raw(sent.as_ref(), None),
            Self::Identity(sent) => identity(sent.as_ref(), schema),
            Self::Private(bytes) => private(bytes),
            Self::MaybePrivate(bytes) => bytes.as_deref().map_or(Json::Null, private),
            Self::Time(time) => time.as_ref().map_or(Json::Null, |time| json!(time.to_string())),
            Self::Refusal(error) => error.as_ref().map_or(Json::Null, refusal),
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number),
            Self::Paths(paths) => paths.iter().map(path).collect(),
            Self::Imported(objects) => {
                let object = |object: &wire::import_resource_state::ImportedResource| {
                    json!({
                        "type_name": object.type_name,
                        "state": dynamic(object.state.as_ref(), schema, show),
                        "private": private(&object.private),
                        "identity": identity(object.identity.as_ref(), schema),
                    })
                };
                objects.iter().map(object).collect()
            }
            Self::Diagnostics(found) => found.iter().map(diagnostic).collect(),
        }
    }
}

type Shown = fn(Kind<'_>, &Value) -> Json;

fn dynamic(sent: Option<&wire::DynamicValue>, schema: Option<&Schema>, show: Shown) -> Json {
    let Some(sent) = sent else { return Json::Null };
    let Some(schema) = schema else { return json!("(no such schema)") };
    match sent.read(&schema.ty()) {
        Ok(value) => show(Kind::Object(&schema.attributes), &value),
        // The answer's diagnostic says why.
        Err(_) => json!("(unreadable)"),
    }
}

/// Whether it is there, without what it is.
fn hidden(sent: &wire::DynamicValue) -> Json {
    match sent.msgpack.first() {
        Some(0xc0) => Json::Null,
        Some(0xc7..=0xc9 | 0xd4..=0xd8) => json!("(unknown)"),
        _ => json!(format!("({} bytes)", sent.msgpack.len().max(sent.json.len()))),
    }
}

fn refusal(error: &wire::FunctionError) -> Json {
    json!({ "text": error.text, "function_argument": error.function_argument })
}

/// What of a schema is the identity.
fn identity(sent: Option<&wire::ResourceIdentityData>, schema: Option<&Schema>) -> Json {
    let Some(sent) = sent else { return Json::Null };
    let identity = schema.and_then(|schema| IdentitySchema::of(schema, 0));
    let attributes = identity.map(|identity| identity.attributes);
    let schema = attributes.map(|attributes| Schema { version: 0, description: String::new(), attributes });
    dynamic(sent.identity_data.as_ref(), schema.as_ref(), show)
}

fn raw(sent: Option<&wire::RawState>, schema: Option<&Schema>) -> Json {
    let Some(sent) = sent else { return Json::Null };
    match (serde_json::from_slice::<Json>(&sent.json), schema) {
        (Ok(state), Some(schema)) => show_raw(&schema.attributes, &state),
        (Ok(state), None) => names_of(&state, "(value of another schema)"),
        (Err(_), _) => json!("(unreadable)"),
    }
}

/// The provider's own data may hold anything.
fn private(bytes: &[u8]) -> Json {
    json!(format!("({} bytes)", bytes.len()))
}

fn path(path: &wire::AttributePath) -> Json {
    use wire::attribute_path::step::Selector;
    let step = |step: &wire::attribute_path::Step| match &step.selector {
        Some(Selector::AttributeName(name) | Selector::ElementKeyString(name)) => json!(name),
        Some(Selector::ElementKeyInt(index)) => json!(index),
        None => Json::Null,
    };
    path.steps.iter().map(step).collect()
}

fn diagnostic(found: &wire::Diagnostic) -> Json {
    json!({
        "severity": found.severity().as_str_name(),
        "summary": found.summary,
        "detail": found.detail,
        "attribute": found.attribute.as_ref().map(path),
    })
}

/// Of the fields of an answer, its diagnostics.
macro_rules! told {
    ($answer:ident diagnostics) => {
        return &mut $answer.diagnostics
    };
    ($answer:ident $other:ident) => {};
}

impl Asked for wire::list_resource::Request {
    const RPC: &'static str = "ListResource";

    fn subject(&self) -> Subject<'_> {
        Subject::List(&self.type_name)
    }

    fn fields(&self) -> Vec<(&'static str, Field<'_>)> {
        let (name, limit) = (Field::Text(&self.type_name), Field::Number(&self.limit));
        vec![("type_name", name), ("config", Field::Value(&self.config)), ("limit", limit)]
    }
}

impl Said for wire::list_resource::Event {
    fn fields(&self) -> Vec<(&'static str, Field<'_>)> {
        let (name, identity) = (Field::Text(&self.display_name), Field::Identity(&self.identity));
        let (object, found) = (Field::Value(&self.resource_object), Field::Diagnostics(&self.diagnostic));
        vec![("identity", identity), ("display_name", name), ("resource_object", object), ("diagnostic", found)]
    }

    fn diagnostics(&mut self) -> &mut [wire::Diagnostic] {
        &mut self.diagnostic
    }
}

/// `RPC module: subject, { fields of the request } => { fields of the answer }`.
macro_rules! messages {
    ($($rpc:literal $module:ident: |$message:ident| $subject:expr,
       { $($asked:ident: $as:ident),* } => { $($said:ident: $so:ident),* };)*) => {$(
        impl Asked for wire::$module::Request {
            const RPC: &'static str = $rpc;

            fn subject(&self) -> Subject<'_> {
                let $message = self;
                $subject
            }

            fn fields(&self) -> Vec<(&'static str, Field<'_>)> {
                vec![$((stringify!($asked), Field::$as(&self.$asked))),*]
            }
        }

        impl Said for wire::$module::Response {
            fn fields(&self) -> Vec<(&'static str, Field<'_>)> {
                vec![$((stringify!($said), Field::$so(&self.$said))),*]
            }

            #[allow(unreachable_code)]
            fn diagnostics(&mut self) -> &mut [wire::Diagnostic] {
                $(told!(self $said);)*
                &mut []
            }
        }
    )*};
}

messages! {
    "ValidateProviderConfig" validate_provider_config: |_message| Subject::Provider,
        { config: Value } => { diagnostics: Diagnostics };
    "ConfigureProvider" configure_provider: |_message| Subject::Provider,
        { terraform_version: Text, config: Value } => { diagnostics: Diagnostics };
    "ValidateResourceConfig" validate_resource_config: |message| Subject::Resource(&message.type_name),
        { type_name: Text, config: Value } => { diagnostics: Diagnostics };
    "ValidateDataResourceConfig" validate_data_resource_config: |message| Subject::DataSource(&message.type_name),
        { type_name: Text, config: Value } => { diagnostics: Diagnostics };
    "UpgradeResourceState" upgrade_resource_state: |message| Subject::Upgraded(&message.type_name, message.version),
        { type_name: Text, version: Number, raw_state: State } => { upgraded_state: Value, diagnostics: Diagnostics };
    "MoveResourceState" move_resource_state: |message| Subject::Resource(&message.target_type_name),
        {
            source_provider_address: Text, source_type_name: Text, source_schema_version: Number,
            source_state: Foreign, source_private: Private, source_identity: Foreign, target_type_name: Text
        } => { target_state: Value, target_private: Private, target_identity: Identity, diagnostics: Diagnostics };
    "UpgradeResourceIdentity" upgrade_resource_identity: |message| Subject::Resource(&message.type_name),
        { type_name: Text, version: Number, raw_identity: Foreign }
        => { upgraded_identity: Identity, diagnostics: Diagnostics };
    "ReadResource" read_resource: |message| Subject::Resource(&message.type_name),
        { type_name: Text, current_state: Value, current_identity: Identity, private: Private }
        => { new_state: Value, new_identity: Identity, private: Private, diagnostics: Diagnostics };
    "PlanResourceChange" plan_resource_change: |message| Subject::Resource(&message.type_name),
        {
            type_name: Text, prior_state: Value, config: Value, proposed_new_state: Value,
            prior_identity: Identity, prior_private: Private, planned_private: Private
        } => {
            planned_state: Value, planned_identity: Identity, requires_replace: Paths, planned_private: Private,
            diagnostics: Diagnostics
        };
    "ApplyResourceChange" apply_resource_change: |message| Subject::Resource(&message.type_name),
        {
            type_name: Text, prior_state: Value, config: Value, planned_state: Value, planned_identity: Identity,
            planned_private: Private
        } => { new_state: Value, new_identity: Identity, private: Private, diagnostics: Diagnostics };
    "ImportResourceState" import_resource_state: |message| Subject::Resource(&message.type_name),
        { type_name: Text, id: Text, identity: Identity } => { imported_resources: Imported, diagnostics: Diagnostics };
    "GenerateResourceConfig" generate_resource_config: |message| Subject::Resource(&message.type_name),
        { type_name: Text, state: Value } => { config: Value, diagnostics: Diagnostics };
    "ValidateListResourceConfig" validate_list_resource_config: |message| Subject::List(&message.type_name),
        { type_name: Text, config: Value } => { diagnostics: Diagnostics };
    "ReadDataSource" read_data_source: |message| Subject::DataSource(&message.type_name),
        { type_name: Text, config: Value } => { state: Value, diagnostics: Diagnostics };
    "ValidateEphemeralResourceConfig" validate_ephemeral_resource_config: |message| Subject::Ephemeral(&message.type_name),
        { type_name: Text, config: Passing } => { diagnostics: Diagnostics };
    "OpenEphemeralResource" open_ephemeral_resource: |message| Subject::Ephemeral(&message.type_name),
        { type_name: Text, config: Passing }
        => { renew_at: Time, result: Passing, private: MaybePrivate, diagnostics: Diagnostics };
    "RenewEphemeralResource" renew_ephemeral_resource: |message| Subject::Ephemeral(&message.type_name),
        { type_name: Text, private: MaybePrivate }
        => { renew_at: Time, private: MaybePrivate, diagnostics: Diagnostics };
    "CloseEphemeralResource" close_ephemeral_resource: |message| Subject::Ephemeral(&message.type_name),
        { type_name: Text, private: MaybePrivate } => { diagnostics: Diagnostics };
    "ValidateActionConfig" validate_action_config: |message| Subject::Action(&message.type_name),
        { type_name: Text, config: Passing } => { diagnostics: Diagnostics };
    "PlanAction" plan_action: |message| Subject::Action(&message.action_type),
        { action_type: Text, config: Passing } => { diagnostics: Diagnostics };
    "CallFunction" call_function: |_message| Subject::Function,
        { name: Text, arguments: AllHidden } => { result: Hidden, error: Refusal };
}

impl Asked for wire::invoke_action::Request {
    const RPC: &'static str = "InvokeAction";

    fn subject(&self) -> Subject<'_> {
        Subject::Action(&self.action_type)
    }

    fn fields(&self) -> Vec<(&'static str, Field<'_>)> {
        vec![("action_type", Field::Text(&self.action_type)), ("config", Field::Passing(&self.config))]
    }
}

/// The last event of an action; what it said before is in the log of Terraform.
impl Said for wire::invoke_action::event::Completed {
    fn fields(&self) -> Vec<(&'static str, Field<'_>)> {
        vec![("diagnostics", Field::Diagnostics(&self.diagnostics))]
    }

    fn diagnostics(&mut self) -> &mut [wire::Diagnostic] {
        &mut self.diagnostics
    }
}

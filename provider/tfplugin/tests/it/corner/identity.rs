//! An object with an identity of two parts.

use serde_json::{Value as Json, json};
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::{Call, Create, Diagnostic, Diagnostics, Draft, ImportBy, Model, Resource, Type, Update, Value};

use super::Case;
use super::keeps::forgets;
use super::provider::Framework;
use super::rpc::{Answer, Caller, Outcome, answered, errors, fails, received, same, sent};

/// An object with an identity.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Identified {
    /// Its number.
    #[attr(computed, keep_state, identity)]
    id: String,
    /// Its name.
    #[attr(required, identity = optional)]
    name: String,
}

pub(crate) struct Identity;

impl Resource for Identity {
    type Provider = Framework;
    type Model = Identified;
    const NAME: &'static str = "framework_identity";

    async fn create(&self, change: Create<Identified>, _: &mut Call<Framework>) -> Result<Identified, Diagnostics> {
        Ok(Identified { id: "id-123".to_owned(), name: change.plan.name })
    }

    /// Its name is `tom`, whatever was said.
    async fn read(&self, state: IdentifiedDraft, _: &mut Call<Framework>) -> Result<Option<Identified>, Diagnostics> {
        if state.id.as_deref() != Some("id-123") {
            return Err(Diagnostic::error("Unexpected ID value", "Expected id-123.").at("id").into());
        }
        Ok(Some(Identified { id: "id-123".to_owned(), name: "tom".to_owned() }))
    }

    async fn update(&self, change: Update<Identified>, _: &mut Call<Framework>) -> Result<Identified, Diagnostics> {
        change.plan.settle()
    }

    async fn import(&self, by: ImportBy<'_, Identified>, _: &mut Call<Framework>) -> Result<Identified, Diagnostics> {
        let id = match by {
            ImportBy::Id(id) => id.to_owned(),
            ImportBy::Identity(identity) => identity.id,
        };
        Ok(Identified { id, name: "tom".to_owned() })
    }

    forgets!(Identified);
}

const KIND: &str = "framework_identity";

fn ty() -> Type {
    Identified::schema(0).ty()
}

fn identity(name: &str) -> Value {
    Value::object([("id", "id-123".into()), ("name", name.into())])
}

fn identified(sent: Option<wire::ResourceIdentityData>) -> Answer<Value> {
    received(sent.and_then(|sent| sent.identity_data), &ty())
}

/// What a core creates of this name; the identity is the same as the state.
async fn created(caller: &mut Caller, body: &Json) -> Answer<wire::apply_resource_change::Response> {
    let planned = caller.plan::<Identified>(KIND, &Value::Null, body).await?;
    let request = wire::apply_resource_change::Request {
        type_name: KIND.to_owned(),
        prior_state: sent(&Value::Null, &ty())?,
        config: sent(&super::rpc::object(&Identified::attributes(), body)?, &ty())?,
        planned_state: planned.planned_state,
        planned_private: planned.planned_private,
        planned_identity: planned.planned_identity,
        ..Default::default()
    };
    let made = answered(caller.rpc.apply_resource_change(request).await)?;
    errors(&made.diagnostics).map(|()| made)
}

async fn read(
    caller: &mut Caller,
    state: Option<wire::DynamicValue>,
    identity: Option<wire::ResourceIdentityData>,
) -> Answer<wire::read_resource::Response> {
    let request = wire::read_resource::Request {
        type_name: KIND.to_owned(),
        current_state: state,
        current_identity: identity,
        ..Default::default()
    };
    let answer = answered(caller.rpc.read_resource(request).await)?;
    errors(&answer.diagnostics).map(|()| answer)
}

async fn imported_by_each() -> Outcome {
    let mut caller = Caller::new().await?;
    let made = created(&mut caller, &json!({ "name": "tom" })).await?;
    same("the identity", &identified(made.new_identity.clone())?, &identity("tom"))?;
    same("the state", &received(made.new_state.clone(), &ty())?, &identity("tom"))?;
    let again = read(&mut caller, made.new_state, made.new_identity).await?;
    same("the identity that is read", &identified(again.new_identity)?, &identity("tom"))?;
    let named = wire::ResourceIdentityData { identity_data: sent(&identity("tom"), &ty())? };
    for (id, identity_data) in [("id-123", None), ("", Some(named))] {
        let request = wire::import_resource_state::Request {
            type_name: KIND.to_owned(),
            id: id.to_owned(),
            identity: identity_data,
            ..Default::default()
        };
        let answer = answered(caller.rpc.import_resource_state(request).await)?;
        errors(&answer.diagnostics)?;
        let imported = answer.imported_resources.into_iter().next().ok_or("nothing is imported")?;
        let read = read(&mut caller, imported.state, imported.identity).await?;
        same("what is imported", &received(read.new_state.clone(), &ty())?, &identity("tom"))?;
        same("its identity", &identified(read.new_identity)?, &identity("tom"))?;
        let prior = received(read.new_state, &ty())?;
        let planned = caller.plan::<Identified>(KIND, &prior, &json!({ "name": "tom" })).await?;
        same("the plan", &received(planned.planned_state, &ty())?, &prior)?;
    }
    Ok(())
}

async fn never_changed() -> Outcome {
    let mut caller = Caller::new().await?;
    let made = created(&mut caller, &json!({ "name": "jerry" })).await?;
    fails(read(&mut caller, made.new_state, made.new_identity).await, "Unexpected identity change")
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::calls("TestIdentityResource", imported_by_each()),
        Case::calls("TestIdentityResource_identity_changes", never_changed()),
    ]
}

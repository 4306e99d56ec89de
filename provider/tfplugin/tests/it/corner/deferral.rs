//! A resource whose calls are put off as it is told.

use serde_json::{Value as Json, json};
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::{Call, Create, Deferral, Diagnostic, Diagnostics, ImportBy, Model, Plan, Resource, Update, Value};
use wire::deferred::Reason;

use super::Case;
use super::keeps::forgets;
use super::provider::Framework;
use super::rpc::{Answer, Caller, Outcome, answered, errors, fails, object, received, same, sent};

/// What is put off.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Deferred {
    /// Its plan.
    #[attr(optional)]
    modify_plan_deferral: Option<bool>,
    /// Its read.
    #[attr(optional)]
    read_deferral: Option<bool>,
    /// Must be `test_id`.
    #[attr(optional)]
    id: Option<String>,
}

macro_rules! deferred {
    ($resource:ident, $name:literal) => {
        pub(crate) struct $resource;

        impl Resource for $resource {
            type Provider = Framework;
            type Model = Deferred;
            const NAME: &'static str = $name;

            async fn plan(&self, plan: &mut Plan<Deferred>, call: &mut Call<Framework>) -> Result<(), Diagnostics> {
                if plan.planned.id.known().is_some_and(|id| id != "test_id") {
                    return Err(Diagnostic::error("invalid id value", "id should be test_id.").at("id").into());
                }
                if plan.planned.modify_plan_deferral.known() == Some(&true) && call.can_defer() {
                    return Err(call.defer(Deferral::ConfigurationUnknown));
                }
                if call.provider().waits() && call.can_defer() {
                    return Err(call.defer(Deferral::ProviderUnknown));
                }
                Ok(())
            }

            async fn create(&self, change: Create<Deferred>, _: &mut Call<Framework>) -> Result<Deferred, Diagnostics> {
                Ok(change.plan)
            }

            async fn read(&self, state: Deferred, call: &mut Call<Framework>) -> Result<Option<Deferred>, Diagnostics> {
                if state.read_deferral == Some(true) && call.can_defer() {
                    return Err(call.defer(Deferral::ConfigurationUnknown));
                }
                Ok(Some(state))
            }

            async fn update(&self, change: Update<Deferred>, _: &mut Call<Framework>) -> Result<Deferred, Diagnostics> {
                Ok(change.plan)
            }

            async fn import(
                &self,
                by: ImportBy<'_, Deferred>,
                call: &mut Call<Framework>,
            ) -> Result<Deferred, Diagnostics> {
                let ImportBy::Id(id) = by;
                if id == "deferral-id" && call.can_defer() {
                    return Err(call.defer(Deferral::ConfigurationUnknown));
                }
                Ok(Deferred { modify_plan_deferral: None, read_deferral: None, id: Some(id.to_owned()) })
            }

            forgets!(Deferred);
        }
    };
}

deferred!(Actions, "framework_deferred_action");
deferred!(Planned, "framework_deferred_action_plan_modification");

const KIND: &str = "framework_deferred_action";

async fn caller(settings: &Json) -> Answer<Caller> {
    let capabilities = wire::ClientCapabilities { deferral_allowed: true, ..Default::default() };
    Caller::configured(settings, capabilities).await
}

fn put_off(what: &str, found: Option<wire::Deferred>, expected: Option<Reason>) -> Outcome {
    let found = found.map(|deferred| deferred.reason());
    if found == expected { Ok(()) } else { Err(format!("{what}: expected {expected:?}, found {found:?}")) }
}

/// A plan of a new object is put off for this reason.
async fn planned(kind: &str, settings: Json, body: Json, reason: Option<Reason>) -> Outcome {
    let planned = caller(&settings).await?.plan::<Deferred>(kind, &Value::Null, &body).await?;
    put_off("the plan", planned.deferred, reason)
}

fn waiting() -> Json {
    json!({ "deferral": true })
}

/// The provider waits, but leaves it to each resource.
fn waiting_by_resource() -> Json {
    json!({ "deferral": true, "dummy": "by resource" })
}

async fn provider_deferral() -> Outcome {
    let later = json!({ "id": "test_id", "modify_plan_deferral": true });
    planned(KIND, waiting(), json!({ "id": "test" }), Some(Reason::ProviderConfigUnknown)).await?;
    planned(KIND, waiting(), later, Some(Reason::ProviderConfigUnknown)).await?;
    planned(KIND, json!({}), json!({ "id": "test_id" }), None).await
}

async fn provider_deferral_with_plans() -> Outcome {
    let kind = "framework_deferred_action_plan_modification";
    let body = || json!({ "id": "test_id" });
    let later = json!({ "id": "test_id", "modify_plan_deferral": true });
    fails(planned(kind, waiting_by_resource(), json!({ "id": "test" }), None).await, "invalid id value")?;
    planned(kind, waiting_by_resource(), body(), Some(Reason::ProviderConfigUnknown)).await?;
    planned(kind, waiting_by_resource(), later, Some(Reason::ResourceConfigUnknown)).await?;
    planned(kind, json!({}), body(), None).await
}

async fn plan_deferral() -> Outcome {
    let later = json!({ "id": "test_id", "modify_plan_deferral": true });
    planned(KIND, json!({}), later, Some(Reason::ResourceConfigUnknown)).await?;
    planned(KIND, json!({}), json!({ "id": "test_id" }), None).await
}

async fn read_deferral() -> Outcome {
    let ty = Deferred::schema(0).ty();
    for (later, reason) in [(true, Some(Reason::ResourceConfigUnknown)), (false, None)] {
        let body = json!({ "id": "test_id", "read_deferral": later });
        planned(KIND, json!({}), body.clone(), None).await?;
        let state = object(&Deferred::attributes(), &body)?;
        let mut caller = caller(&json!({})).await?;
        let request = wire::read_resource::Request {
            type_name: KIND.to_owned(),
            current_state: sent(&state, &ty)?,
            client_capabilities: Some(caller.capabilities),
            ..Default::default()
        };
        let answer = answered(caller.rpc.read_resource(request).await)?;
        errors(&answer.diagnostics)?;
        put_off("the read", answer.deferred, reason)?;
        same("the state", &received(answer.new_state, &ty)?, &state)?;
    }
    Ok(())
}

async fn import_deferral() -> Outcome {
    for (id, reason) in [("deferral-id", Some(Reason::ResourceConfigUnknown)), ("test-id", None)] {
        let mut caller = caller(&json!({})).await?;
        let request = wire::import_resource_state::Request {
            type_name: KIND.to_owned(),
            id: id.to_owned(),
            client_capabilities: Some(caller.capabilities),
            ..Default::default()
        };
        let answer = answered(caller.rpc.import_resource_state(request).await)?;
        errors(&answer.diagnostics)?;
        put_off("the import", answer.deferred, reason)?;
    }
    Ok(())
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::calls("TestDeferredActionResource_ProviderDeferral", provider_deferral()),
        Case::calls("TestDeferredActionPlanModificationResource_ProviderDeferral", provider_deferral_with_plans()),
        Case::calls("TestDeferredActionResource_ModifyPlanDeferral", plan_deferral()),
        Case::calls("TestDeferredActionResource_ReadDeferral", read_deferral()),
        Case::calls("TestDeferredActionResource_ImportStateDeferral", import_deferral()),
    ]
}

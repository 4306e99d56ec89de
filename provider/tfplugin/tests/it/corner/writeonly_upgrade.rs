//! A write-only value that the upgrade of a state answers.

use serde_json::{Value as Json, json};
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::{Call, Create, Diagnostics, Model, Resource, Update};

use super::Case;
use super::keeps::forgets;
use super::provider::Framework;
use super::rpc::{Caller, Outcome, answered, errors, object, received, same};
use super::writeonly_import::Greeting;

pub(crate) struct Upgraded;

impl Resource for Upgraded {
    type Provider = Framework;
    type Model = Greeting;
    const NAME: &'static str = "framework_writeonly_upgrade";
    const VERSION: i64 = 1;

    async fn create(&self, change: Create<Greeting>, _: &mut Call<Framework>) -> Result<Greeting, Diagnostics> {
        Ok(change.config)
    }

    async fn read(&self, state: Greeting, _: &mut Call<Framework>) -> Result<Option<Greeting>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(&self, change: Update<Greeting>, _: &mut Call<Framework>) -> Result<Greeting, Diagnostics> {
        Ok(change.config)
    }

    fn upgrade(&self, _: i64, _: Json) -> Result<Json, Diagnostics> {
        Ok(json!({ "string_attr": "world!", "writeonly_string": "this must not come to Terraform" }))
    }

    forgets!(Greeting);
}

const KIND: &str = "framework_writeonly_upgrade";

/// The state of version 0 becomes what the new configuration says, so that nothing is left to do.
pub(super) async fn upgraded() -> Outcome {
    let (mut caller, ty) = (Caller::new().await?, Greeting::schema(1).ty());
    let old = json!({ "string_attr": "hello!", "writeonly_string": null });
    let request = wire::upgrade_resource_state::Request {
        type_name: KIND.to_owned(),
        version: 0,
        raw_state: Some(wire::RawState { json: old.to_string().into(), ..Default::default() }),
    };
    let answer = answered(caller.rpc.upgrade_resource_state(request).await)?;
    errors(&answer.diagnostics)?;
    let state = received(answer.upgraded_state, &ty)?;
    let expected = object(&Greeting::attributes(), &json!({ "string_attr": "world!" }))?;
    same("the upgraded state", &state, &expected)?;
    let body = json!({ "string_attr": "world!", "writeonly_string": "fakepassword" });
    let planned = caller.plan::<Greeting>(KIND, &state, &body).await?;
    same("the plan", &received(planned.planned_state, &ty)?, &expected)
}

pub(super) fn cases() -> Vec<Case> {
    vec![Case::calls("TestWriteOnlyUpgradeResource", upgraded())]
}

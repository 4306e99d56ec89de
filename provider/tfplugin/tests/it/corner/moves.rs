//! Objects that were of another type: a text with an identity, and one with a write-only value.

use serde_json::{Value as Json, json};
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::{
    Call, Create, Diagnostic, Diagnostics, Draft, Model, Moved, Private, Resource, Type, Update, Value,
};

use super::Case;
use super::keeps::forgets;
use super::provider::Framework;
use super::rpc::{Answer, Caller, Outcome, answered, errors, fails, object, received, same};
use super::writeonly_import::Greeting;

/// A text that came from elsewhere.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Text {
    /// The text.
    #[attr(computed, keep_state)]
    moved_random_string: String,
    /// What it is known by.
    #[attr(computed, keep_state, identity)]
    id: String,
}

pub(crate) struct Texts;

impl Resource for Texts {
    type Provider = Framework;
    type Model = Text;
    const NAME: &'static str = "framework_move_state";

    async fn create(&self, _: Create<Text>, _: &mut Call<Framework>) -> Result<Text, Diagnostics> {
        Err(Diagnostic::error("Cannot be created", "It only comes from elsewhere.").into())
    }

    async fn read(&self, state: TextDraft, _: &mut Call<Framework>) -> Result<Option<Text>, Diagnostics> {
        state.settle().map(Some)
    }

    async fn update(&self, change: Update<Text>, _: &mut Call<Framework>) -> Result<Text, Diagnostics> {
        change.plan.settle()
    }

    fn adopt(&self, source: Moved, _: &mut Private) -> Result<Option<TextDraft>, Diagnostics> {
        let text = |json: &Json, name: &str| json[name].as_str().map(str::to_owned);
        Ok(match source.type_name.as_str() {
            "random_string" if source.provider == "registry.terraform.io/hashicorp/random" => {
                let result = text(&source.state, "result");
                Some(TextDraft { moved_random_string: result.clone(), id: result })
            }
            "framework_identity" if source.provider == OWN => {
                // A core that knows no identities has the same in the state.
                let identity = source.identity.unwrap_or(source.state);
                Some(TextDraft { moved_random_string: text(&identity, "name"), id: text(&identity, "id") })
            }
            _ => None,
        })
    }

    forgets!(Text);
}

pub(crate) struct Greetings;

impl Resource for Greetings {
    type Provider = Framework;
    type Model = Greeting;
    const NAME: &'static str = "framework_writeonly_move";

    async fn create(&self, change: Create<Greeting>, _: &mut Call<Framework>) -> Result<Greeting, Diagnostics> {
        Ok(change.config)
    }

    async fn read(&self, state: Greeting, _: &mut Call<Framework>) -> Result<Option<Greeting>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(&self, change: Update<Greeting>, _: &mut Call<Framework>) -> Result<Greeting, Diagnostics> {
        Ok(change.config)
    }

    fn adopt(&self, _: Moved, _: &mut Private) -> Result<Option<Greeting>, Diagnostics> {
        Ok(Some(Greeting::leaking("hello world!")))
    }

    forgets!(Greeting);
}

fn raw(json: &Json) -> Option<wire::RawState> {
    Some(wire::RawState { json: json.to_string().into(), ..Default::default() })
}

/// Moves an object of another type; its state, with its identity where it has one.
async fn moved<M: Model>(
    caller: &mut Caller,
    [provider, from, to]: [&str; 3],
    state: &Json,
    identity: Option<&Json>,
) -> Answer<(Value, Option<wire::DynamicValue>)> {
    let request = wire::move_resource_state::Request {
        source_provider_address: provider.to_owned(),
        source_type_name: from.to_owned(),
        source_state: raw(state),
        source_identity: identity.and_then(raw),
        target_type_name: to.to_owned(),
        ..Default::default()
    };
    let answer = answered(caller.rpc.move_resource_state(request).await)?;
    errors(&answer.diagnostics)?;
    let identity = answer.target_identity.and_then(|identity| identity.identity_data);
    Ok((received(answer.target_state, &M::schema(0).ty())?, identity))
}

/// Nothing is left to do for what was moved.
async fn unchanged<M: Model>(caller: &mut Caller, kind: &str, state: &Value, body: &Json) -> Outcome {
    let planned = caller.plan::<M>(kind, state, body).await?;
    same("the plan", &received(planned.planned_state, &M::schema(0).ty())?, state)
}

fn text(text: &str, id: &str) -> Value {
    Value::object([("moved_random_string", text.into()), ("id", id.into())])
}

fn id(text: &str) -> Value {
    Value::object([("id", text.into())])
}

const OWN: &str = "registry.terraform.io/hashicorp/framework";
const RANDOM: &str = "registry.terraform.io/hashicorp/random";

async fn from_another_provider() -> Outcome {
    let mut caller = Caller::new().await?;
    let ty = Type::Object([("id".to_owned(), Type::String)].into());
    let source = json!({ "id": "abcdefghijkl", "length": 12, "result": "abcdefghijkl" });
    let places = [RANDOM, "random_string", "framework_move_state"];
    let (state, identity) = moved::<Text>(&mut caller, places, &source, None).await?;
    same("the state", &state, &text("abcdefghijkl", "abcdefghijkl"))?;
    same("the identity", &received(identity, &ty)?, &id("abcdefghijkl"))?;
    let others = [RANDOM, "random_pet", "framework_move_state"];
    fails(moved::<Text>(&mut caller, others, &source, None).await, "cannot take over")?;
    unchanged::<Text>(&mut caller, "framework_move_state", &state, &json!({})).await
}

async fn by_identity() -> Outcome {
    let mut caller = Caller::new().await?;
    let ty = Type::Object([("id".to_owned(), Type::String)].into());
    let source = json!({ "id": "id-123", "name": "tom" });
    let places = [OWN, "framework_identity", "framework_move_state"];
    let (state, identity) = moved::<Text>(&mut caller, places, &source, Some(&source)).await?;
    same("the state", &state, &text("tom", "id-123"))?;
    same("the identity", &received(identity, &ty)?, &id("id-123"))?;
    unchanged::<Text>(&mut caller, "framework_move_state", &state, &json!({})).await
}

pub(super) async fn without_write_only() -> Outcome {
    let mut caller = Caller::new().await?;
    let places = ["terraform.io/builtin/terraform", "terraform_data", "framework_writeonly_move"];
    let source = json!({ "id": "1", "input": "hello world!", "output": "hello world!" });
    let (state, _) = moved::<Greeting>(&mut caller, places, &source, None).await?;
    same("the state", &state, &object(&Greeting::attributes(), &json!({ "string_attr": "hello world!" }))?)?;
    let body = json!({ "string_attr": "hello world!", "writeonly_string": "fakepassword" });
    unchanged::<Greeting>(&mut caller, "framework_writeonly_move", &state, &body).await
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::calls("TestMoveStateResource", from_another_provider()),
        Case::calls("TestMoveStateResource_identity", by_identity()),
        Case::calls("TestWriteOnlyMoveResource", without_write_only()),
    ]
}

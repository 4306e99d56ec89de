//! Every kind of attribute and block of an ephemeral resource.

use serde_json::{Value as Json, json};
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::{Call, Diagnostics, Ephemeral, Model, Opened};

use super::Case;
use super::provider::Framework;
use super::rpc::{Caller, Outcome, answered, errors, object, received, same, sent};
use super::schema::{DYNAMICS, Kinds, bodies, structure, with_dynamic};

pub(crate) struct Everything;

impl Ephemeral for Everything {
    type Provider = Framework;
    type Model = Kinds;
    const NAME: &'static str = "framework_schema";

    async fn open(&self, config: Kinds, _: &mut Call<Framework>) -> Result<Opened<Kinds>, Diagnostics> {
        Ok(Opened::new(config))
    }
}

/// What is opened is what is configured, and everything else is null.
async fn opened(body: Json) -> Outcome {
    let (mut caller, ty) = (Caller::new().await?, Kinds::schema(0).ty());
    let config = object(&Kinds::attributes(), &body)?;
    let request = wire::validate_ephemeral_resource_config::Request {
        type_name: "framework_schema".to_owned(),
        config: sent(&config, &ty)?,
    };
    errors(&answered(caller.rpc.validate_ephemeral_resource_config(request).await)?.diagnostics)?;
    let request = wire::open_ephemeral_resource::Request {
        type_name: "framework_schema".to_owned(),
        config: sent(&config, &ty)?,
        ..Default::default()
    };
    let answer = answered(caller.rpc.open_ephemeral_resource(request).await)?;
    errors(&answer.diagnostics)?;
    same("the result", &received(answer.result, &ty)?, &config)?;
    let private = answer.private;
    let request = wire::close_ephemeral_resource::Request { type_name: "framework_schema".to_owned(), private };
    errors(&answered(caller.rpc.close_ephemeral_resource(request).await)?.diagnostics)
}

pub(super) fn cases() -> Vec<Case> {
    let case = |kind: &str, body: Json| Case::calls(format!("TestSchemaEphemeralResource_{kind}"), opened(body));
    let ty = json!(["object", {
        "attribute_one": "string", "attribute_two": "bool", "attribute_three": "number",
        "attribute_four": ["tuple", ["bool", "number"]],
    }]);
    let typed = json!({ "type": ty, "value": structure() });
    let plain = bodies().map(|(kind, first, _)| case(kind, first));
    let dynamic = DYNAMICS.map(|(kind, outer)| case(kind, with_dynamic(outer, typed.clone())));
    [case("basic", json!({}))].into_iter().chain(plain).chain(dynamic).collect()
}

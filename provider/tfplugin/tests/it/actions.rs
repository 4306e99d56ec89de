//! Actions, called as Terraform does.

use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::value::encode;
use tfplugin_rust::{Provider as _, Service, Value};
use wire::invoke_action::event::Type;
use wire::provider_client::ProviderClient;
use wire::provider_server::ProviderServer;

use crate::lab::{Client, Lab, known, unknown};

type Rpc = ProviderClient<ProviderServer<Service<Lab>>>;

/// A configuration of `lab_ring`.
fn bell(name: Value, times: Value, listeners: Value) -> Option<wire::DynamicValue> {
    let catalog = Lab::catalog();
    let (_, schema) = catalog.action_schemas().find(|(name, _)| *name == "lab_ring").expect("the action");
    let config =
        Value::object([("name", name), ("times", times), ("listeners", listeners), ("code", "open sesame".into())]);
    Some(wire::DynamicValue::from(encode(&config, &schema.ty()).expect("it fits")))
}

async fn configured() -> Rpc {
    let mut rpc = ProviderClient::new(ProviderServer::new(Service::new()));
    rpc.configure_provider(Client::configuration()).await.expect("an answer");
    rpc
}

fn details(found: &[wire::Diagnostic]) -> Vec<String> {
    found.iter().map(|found| format!("{}: {}", found.summary, found.detail)).collect()
}

#[tokio::test]
async fn the_schema_of_an_action_computes_nothing() {
    let mut rpc: Rpc = ProviderClient::new(ProviderServer::new(Service::new()));
    let schemas = rpc.get_provider_schema(wire::get_provider_schema::Request {}).await.expect("an answer").into_inner();
    let block = schemas.action_schemas["lab_ring"].schema.clone().and_then(|schema| schema.block).expect("a block");
    assert_eq!(block.description, "Rings a bell.");
    let nested =
        block.attributes.iter().filter_map(|item| item.nested_type.as_ref()).flat_map(|nested| &nested.attributes);
    for item in block.attributes.iter().chain(nested) {
        assert!(!item.computed && (item.required != item.optional), "{}", item.name);
    }
    let metadata = rpc.get_metadata(wire::get_metadata::Request {}).await.expect("an answer").into_inner();
    assert_eq!(metadata.actions.iter().map(|action| action.type_name.as_str()).collect::<Vec<_>>(), ["lab_ring"]);
}

#[tokio::test]
async fn validate_and_plan_name_what_is_wrong() {
    let mut rpc = configured().await;
    for (name, times, valid, planned) in [
        ("bell".into(), Value::Null, "", "Soon: It will ring."),
        (unknown(), unknown(), "", "Soon: It will ring."),
        ("broken".into(), Value::Null, "Broken bell: It does not ring.", "Soon: It will ring."),
        ("bell".into(), known(10), "Invalid times: times must be from 1 to 9", "Too loud: Nobody rings nine times."),
    ] {
        let config = bell(name, times, Value::Null);
        let request =
            wire::validate_action_config::Request { type_name: "lab_ring".to_owned(), config: config.clone() };
        let found = rpc.validate_action_config(request).await.expect("an answer").into_inner().diagnostics;
        let found = details(&found).concat();
        assert!(found.starts_with(valid) && found.is_empty() == valid.is_empty(), "{valid}: {found}");
        let request = wire::plan_action::Request { action_type: "lab_ring".to_owned(), config, ..Default::default() };
        let found = rpc.plan_action(request).await.expect("an answer").into_inner().diagnostics;
        assert_eq!(details(&found), [planned]);
    }
    let request = wire::plan_action::Request { action_type: "lab_none".to_owned(), ..Default::default() };
    let found = rpc.plan_action(request).await.expect("an answer").into_inner().diagnostics;
    assert_eq!(details(&found), ["Unknown action: The provider lab has no action lab_none."]);
}

/// What an action says while it works, and what at its end.
async fn invoke(rpc: &mut Rpc, action: &str, config: Option<wire::DynamicValue>) -> (Vec<String>, Vec<String>) {
    let request = wire::invoke_action::Request { action_type: action.to_owned(), config, ..Default::default() };
    let mut events = rpc.invoke_action(request).await.expect("a stream").into_inner();
    let mut progress = Vec::new();
    while let Some(event) = events.message().await.expect("an event") {
        match event.r#type.expect("a type") {
            Type::Progress(event) => progress.push(event.message),
            Type::Completed(event) => {
                assert!(events.message().await.expect("the end").is_none(), "nothing follows the end");
                return (progress, details(&event.diagnostics));
            }
        }
    }
    panic!("the last event says how it ended");
}

#[tokio::test]
async fn progress_comes_before_the_end() {
    let mut rpc = configured().await;
    let listener = Value::object([("name", "Ann".into()), ("place", Value::Null)]);
    let (progress, end) =
        invoke(&mut rpc, "lab_ring", bell("bell".into(), Value::Null, Value::List(vec![listener]))).await;
    // Defaults are filled in, and no secret gets out.
    let expected =
        ["bell rings, 1 of 2", "bell rings, 2 of 2", "the tower opens with (sensitive value)", "Ann is near"];
    assert_eq!(progress, expected);
    assert_eq!(end, ["Loud: It rang."]);
    for (name, said) in [
        ("fails", "Cracked: It has a crack."),
        ("panics", "Cannot invoke lab_ring: the provider panicked"),
        ("slow", "Cannot invoke lab_ring: out of time: It was not done after 0.05 seconds."),
    ] {
        let (progress, end) = invoke(&mut rpc, "lab_ring", bell(name.into(), known(1), Value::Null)).await;
        assert_eq!(progress[0], format!("{name} rings, 1 of 1"));
        assert!(end.len() == 2 && end[0] == "Loud: It rang." && end[1].starts_with(said), "{name}: {end:?}");
    }
    let (_, end) = invoke(&mut rpc, "lab_none", None).await;
    assert_eq!(end, ["Unknown action: The provider lab has no action lab_none."]);
    let mut bare: Rpc = ProviderClient::new(ProviderServer::new(Service::new()));
    let (_, end) = invoke(&mut bare, "lab_ring", bell("bell".into(), Value::Null, Value::Null)).await;
    assert!(end[0].starts_with("Provider not configured"), "{end:?}");
}

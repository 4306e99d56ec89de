//! Ephemeral resources, in process.

use std::path::Path;

use serde_json::Value as Json;
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::schema::document::{Kind, Page};
use tfplugin_rust::value::{decode, encode};
use tfplugin_rust::{Call, Catalog, Diagnostics, Ephemeral, Model, Opened, Provider as _, Service, Value};
use wire::provider_client::ProviderClient;
use wire::provider_server::ProviderServer;

use crate::client::shut_down;
use crate::lab::{Client, Lab, OPENING, Token, unknown};
use crate::wide::lab;

type Provider = ProviderClient<ProviderServer<Service<Lab>>>;

const NAME: &str = "lab_token";

async fn provider() -> Provider {
    let mut provider = ProviderClient::new(ProviderServer::new(Service::new()));
    provider.configure_provider(Client::configuration()).await.expect("it is configured");
    provider
}

fn token(name: Value, more: &[(&str, Value)]) -> Value {
    let mut config = Value::object(Token::attributes().into_iter().map(|item| (item.name, Value::Null)));
    config.set("name", name);
    for (name, value) in more {
        config.set(name, value.clone());
    }
    config
}

fn sent(config: &Value) -> Option<wire::DynamicValue> {
    Some(wire::DynamicValue::from(encode(config, &Token::schema(0).ty()).expect("it fits")))
}

fn details(found: &[wire::Diagnostic]) -> String {
    found.iter().map(|found| format!("{}: {}", found.summary, found.detail)).collect::<Vec<_>>().join("\n")
}

async fn open(provider: &mut Provider, config: &Value) -> wire::open_ephemeral_resource::Response {
    let (type_name, config) = (NAME.to_owned(), sent(config));
    let request = wire::open_ephemeral_resource::Request { type_name, config, client_capabilities: None };
    provider.open_ephemeral_resource(request).await.expect("an answer").into_inner()
}

async fn renew(provider: &mut Provider, private: Option<Vec<u8>>) -> wire::renew_ephemeral_resource::Response {
    let request = wire::renew_ephemeral_resource::Request { type_name: NAME.to_owned(), private };
    provider.renew_ephemeral_resource(request).await.expect("an answer").into_inner()
}

async fn close(provider: &mut Provider, private: Option<Vec<u8>>) -> String {
    let request = wire::close_ephemeral_resource::Request { type_name: NAME.to_owned(), private };
    details(&provider.close_ephemeral_resource(request).await.expect("an answer").into_inner().diagnostics)
}

fn seconds(time: Option<prost_types::Timestamp>) -> Option<i64> {
    time.map(|time| time.seconds)
}

#[tokio::test]
async fn open_renew_close() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = folder.path().join("ledger");
    let mut provider = provider().await;
    let config = token("renewed".into(), &[("ledger", ledger.display().to_string().into())]);
    let opened = open(&mut provider, &config).await;
    assert!(opened.diagnostics.is_empty(), "{}", details(&opened.diagnostics));
    let result = decode(&opened.result.expect("a result").msgpack, &Token::schema(0).ty()).expect("it fits");
    let mut expected = config.clone();
    expected.set("value", "hush-7".into());
    expected.set("scope", "read".into());
    assert_eq!(result, expected, "the configuration, the default and what was computed");
    assert_eq!(seconds(opened.renew_at), Some(3600));
    let first = renew(&mut provider, opened.private.clone()).await;
    assert_eq!((seconds(first.renew_at), first.diagnostics.len()), (Some(7200), 0));
    let second = renew(&mut provider, first.private).await;
    assert_eq!(seconds(second.renew_at), None, "it counted by its private data");
    assert_eq!(close(&mut provider, opened.private).await, "Closed: It is closed.", "warnings reach the user");
    let ledger = std::fs::read_to_string(ledger).expect("a ledger");
    assert_eq!(ledger.lines().collect::<Vec<_>>(), ["open", "renewal 1", "renewal 2", "close"]);
}

#[tokio::test]
async fn validate_names_the_attribute() {
    let mut provider = ProviderClient::new(ProviderServer::new(Service::<Lab>::new()));
    for (name, scope, expected) in [
        (Value::from("n"), Value::Null, ""),
        (unknown(), unknown(), ""),
        ("bad".into(), Value::Null, "Bad name: No token is bad."),
        ("n".into(), "none".into(), "Invalid scope: scope must be one of `read`, `write`, found `none`."),
        ("".into(), Value::Null, "Invalid name: name must be 1 to 16 long, found a length of 0."),
    ] {
        let (type_name, config) = (NAME.to_owned(), sent(&token(name, &[("scope", scope)])));
        let request = wire::validate_ephemeral_resource_config::Request { type_name, config };
        let answer = provider.validate_ephemeral_resource_config(request).await.expect("an answer").into_inner();
        assert_eq!(details(&answer.diagnostics), expected);
        assert!(answer.diagnostics.iter().all(|found| found.attribute.is_some()), "each is about an attribute");
    }
}

/// Opening a token of this name fails with these words, and what the ledger then says.
async fn check(name: &str, more: &[(&str, Value)], words: &str, lines: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = folder.path().join("ledger");
    let mut config = token(name.into(), more);
    config.set("ledger", ledger.display().to_string().into());
    let opened = open(&mut provider().await, &config).await;
    let said = details(&opened.diagnostics);
    assert!(said.contains(words), "{name}: {said}");
    assert!(!said.contains("hush"), "{name}: no value is told: {said}");
    assert_eq!((opened.result, opened.renew_at, opened.private), (None, None, None), "{name}");
    let ledger = std::fs::read_to_string(ledger).unwrap_or_default();
    assert_eq!(ledger.lines().collect::<Vec<_>>(), lines, "{name}: {said}");
}

#[tokio::test]
async fn what_was_opened_by_a_failed_open_is_closed() {
    check("fail early open", &[], "It failed.", &[]).await;
    check("fail open", &[], "It failed.", &["open", "close"]).await;
    check("panic open", &[], "Cannot open lab_token: the provider panicked", &["open", "close"]).await;
    check(
        "slow open",
        &[],
        "Cannot open lab_token: out of time: It was not done after 0.05 seconds.",
        &["open", "close"],
    )
    .await;
    let timeouts = Value::object([("open", "70ms".into())]);
    let words = "after 0.07 seconds. `timeouts` gives it longer, by `open`.";
    check("slow open", &[("timeouts", timeouts)], words, &["open", "close"]).await;
    let rule = "scope breaks a rule of Terraform: a configured value is planned as it is configured";
    check("liar", &[("scope", "write".into())], rule, &["open", "close"]).await;
    check("unknown", &[], "more breaks a rule of Terraform: a state has no unknown value", &["open", "close"]).await;
}

#[tokio::test]
async fn what_goes_wrong_later_is_said() {
    let mut provider = provider().await;
    for (name, renewal, end) in [
        ("fail renew", "It failed.", "Closed: It is closed."),
        ("panic renew", "Cannot renew lab_token: the provider panicked", "Closed: It is closed."),
        ("slow renew", "Cannot renew lab_token: out of time", "Closed: It is closed."),
        ("fail close", "", "Failed: It failed."),
        ("panic close", "", "Cannot close lab_token: the provider panicked"),
        ("slow close", "", "Cannot close lab_token: out of time"),
    ] {
        let opened = open(&mut provider, &token(name.into(), &[])).await;
        let renewed = renew(&mut provider, opened.private.clone()).await;
        let said = details(&renewed.diagnostics);
        assert_eq!(said.is_empty(), renewal.is_empty(), "{name}: {said}");
        assert!(said.contains(renewal), "{name}: {said}");
        if !renewal.is_empty() {
            assert_eq!((seconds(renewed.renew_at), &renewed.private), (None, &opened.private), "{name}");
        }
        let said = close(&mut provider, opened.private).await;
        assert!(said.contains(end), "{name}: {said}");
    }
    let said = close(&mut provider, Some(b"not ours".to_vec())).await;
    assert!(said.contains("Private data cannot be read"), "{said}");
    let type_name = "lab_brief".to_owned();
    let request = wire::renew_ephemeral_resource::Request { type_name, private: None };
    let answer = provider.renew_ephemeral_resource(request).await.expect("an answer").into_inner();
    let said = details(&answer.diagnostics);
    assert!(said.contains("lab_brief says when it wants to be renewed, but not how"), "{said}");
    let request = wire::close_ephemeral_resource::Request { type_name: "lab_no".to_owned(), private: None };
    let answer = provider.close_ephemeral_resource(request).await.expect("an answer").into_inner();
    assert_eq!(
        details(&answer.diagnostics),
        "Unknown ephemeral resource: The provider lab has no ephemeral resource lab_no."
    );
}

#[tokio::test]
async fn what_is_open_is_closed_after_a_stop() {
    let mut provider = provider().await;
    let opened = open(&mut provider, &token("n".into(), &[])).await;
    let timeouts = Value::object([("open", "60s".into())]);
    let config = token("wait open".into(), &[("timeouts", timeouts)]);
    let mut other = provider.clone();
    let stop = async {
        OPENING.notified().await;
        other.stop_provider(wire::stop_provider::Request {}).await.expect("an answer");
    };
    let (waited, ()) = tokio::join!(open(&mut provider, &config), stop);
    let said = details(&waited.diagnostics);
    assert!(said.contains("stopped on request") && said.contains("It is closed."), "{said}");
    assert_eq!(close(&mut provider, opened.private).await, "Closed: It is closed.");
}

#[tokio::test]
async fn nothing_opens_before_configure_or_while_something_is_unknown() {
    let mut bare = ProviderClient::new(ProviderServer::new(Service::new()));
    let opened = open(&mut bare, &token("n".into(), &[])).await;
    assert!(details(&opened.diagnostics).contains("before configuring"));
    let opened = open(&mut provider().await, &token(unknown(), &[])).await;
    assert!(details(&opened.diagnostics).contains("name: The value is not known yet."));
    let opened = open(&mut provider().await, &token("warned".into(), &[])).await;
    assert_eq!(details(&opened.diagnostics), "Careful: It is a warning.");
    assert!(opened.result.is_some(), "a warning is no error");
}

#[tokio::test]
async fn the_schema_is_the_struct() {
    let mut provider = provider().await;
    let request = wire::get_provider_schema::Request {};
    let schemas =
        provider.get_provider_schema(request).await.expect("an answer").into_inner().ephemeral_resource_schemas;
    let block = schemas[NAME].block.as_ref().expect("a block");
    let names: Vec<_> = block.attributes.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(names, ["name", "scope", "ledger", "value", "more", "timeouts"]);
    let metadata = provider.get_metadata(wire::get_metadata::Request {}).await.expect("an answer").into_inner();
    let listed: Vec<_> = metadata.ephemeral_resources.into_iter().map(|item| item.type_name).collect();
    assert_eq!(listed, ["lab_brief", NAME]);
    let catalog = Lab::catalog();
    let (name, schema) = catalog.ephemeral_schemas().find(|(name, _)| *name == NAME).expect("it is there");
    let page = Page { kind: Kind::Ephemeral, name, schema, example: "ephemeral {}", imports: &[] }.to_markdown();
    assert!(page.contains("# lab_token (Ephemeral Resource)"), "{page}");
    assert!(page.contains("- `value` (String, Sensitive) What to show."), "{page}");
    assert!(!page.contains("Changing this"), "nothing of it is ever changed: {page}");
}

/// What each file of a folder holds, by the call and its direction.
fn dumped(folder: &Path) -> Vec<(String, String)> {
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("text");
        let name = name.rsplitn(3, '-').take(2).collect::<Vec<_>>();
        (format!("{} {}", name[1], name[0]), std::fs::read_to_string(&path).expect("text"))
    };
    folder.read_dir().expect("a folder").map(read).collect()
}

#[tokio::test]
async fn no_dump_has_a_value_of_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_plugin, channel, mut client) = lab(|command| {
        command.env("TF_LOG_SDK_PROTO_DATA_DIR", folder.path());
    })
    .await;
    let config = sent(&token("name-7f3".into(), &[("scope", unknown())]));
    let request =
        wire::open_ephemeral_resource::Request { type_name: NAME.to_owned(), config, client_capabilities: None };
    client.open_ephemeral_resource(request).await.expect("an answer");
    let config = sent(&token("name-7f3".into(), &[]));
    let request =
        wire::open_ephemeral_resource::Request { type_name: NAME.to_owned(), config, client_capabilities: None };
    let private = client.open_ephemeral_resource(request).await.expect("an answer").into_inner().private;
    let request = wire::close_ephemeral_resource::Request { type_name: NAME.to_owned(), private };
    client.close_ephemeral_resource(request).await.expect("an answer");
    let arguments = vec![wire::DynamicValue::from(b"\xa5zq-7x".to_vec())];
    let request = wire::call_function::Request { name: "string".to_owned(), arguments };
    client.call_function(request).await.expect("an answer");
    shut_down(channel).await;
    let files = dumped(folder.path());
    for (name, text) in &files {
        for mark in ["7f3", "hush", "zq-7x"] {
            assert!(!text.contains(mark), "{name}: {text}");
        }
    }
    let file = |name: &str| {
        let texts = files.iter().filter(|(found, _)| found == name).map(|(_, text)| text);
        texts.map(|text| serde_json::from_str::<Json>(text).expect("JSON")).collect::<Vec<_>>()
    };
    let opened = file("OpenEphemeralResource response");
    let result = opened.iter().map(|answer| &answer["result"]).find(|result| !result.is_null()).expect("a result");
    assert_eq!((&result["value"], &result["more"]), (&Json::from("(ephemeral value)"), &Json::Null));
    let asked = file("OpenEphemeralResource request");
    assert!(asked.iter().any(|asked| asked["config"]["scope"] == serde_json::json!({ "(unknown)": {} })), "{asked:?}");
    let called = file("CallFunction request");
    assert_eq!((&called[0]["name"], &called[0]["arguments"][0]), (&"string".into(), &"(6 bytes)".into()));
}

/// An ephemeral resource that no provider may have.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
struct Leaky {
    /// Its parts.
    #[attr(optional)]
    parts: Option<Vec<LeakyPart>>,
}

/// A part of it.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
struct LeakyPart {
    /// What cannot be.
    #[attr(optional, write_only)]
    secret: Option<String>,
}

struct Leak;

impl Ephemeral for Leak {
    type Provider = Lab;
    type Model = Leaky;
    const NAME: &'static str = "leaky";

    async fn open(&self, config: Leaky, _call: &mut Call<Lab>) -> Result<Opened<Leaky>, Diagnostics> {
        Ok(Opened::new(config))
    }
}

#[test]
fn what_no_provider_may_have() {
    let problems = Catalog::new().ephemeral(Leak).ephemeral(Leak).problems();
    let expected = [
        "leaky: the name does not begin with lab_",
        "leaky.parts.secret: nothing of an ephemeral resource is stored, so nothing is write-only",
        "leaky: the name is used twice",
    ];
    assert_eq!(problems, expected);
}

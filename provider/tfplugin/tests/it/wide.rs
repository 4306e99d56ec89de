//! Large messages and panics, through a provider process that serves the tests' own provider.

use std::process::Command;

use serde_json::Value as Json;
use tfplugin_rust::Value;
use tfplugin_rust::generated::tfplugin6 as wire;
use tonic::transport::Channel;
use wire::provider_client::ProviderClient;

use crate::client::{connect_plainly, shut_down};
use crate::lab::{Client, Lab};
use crate::plugin::{Plugin, bare};

const MIB: usize = 1 << 20;

/// Not a test of its own: where this binary is started as a provider, it serves the provider `lab`.
#[test]
fn serve_lab() {
    if std::env::var_os("LAB_SERVES").is_some() {
        let _code = tfplugin_rust::serve::<Lab>();
    }
}

/// The provider `lab` as a process, and a configured connection.
pub(crate) async fn lab(change: impl FnOnce(&mut Command)) -> (Plugin, Channel, ProviderClient<Channel>) {
    let mut command = bare(std::env::current_exe().expect("the test's own path"));
    command.args(["wide::serve_lab", "--exact", "--nocapture"]).env("LAB_SERVES", "1");
    change(&mut command);
    let plugin = Plugin::run(command, "1|");
    let channel = connect_plainly(&plugin.socket()).await.expect("a connection");
    let mut client = ProviderClient::new(channel.clone())
        .max_decoding_message_size(usize::MAX)
        .max_encoding_message_size(usize::MAX);
    client.configure_provider(Client::configuration()).await.expect("an answer");
    (plugin, channel, client)
}

fn plan_of(name: &str, given: &str) -> wire::plan_resource_change::Request {
    Client::kit_plan(&Client::kit([("name", name.into()), ("given", given.into())]))
}

#[tokio::test]
async fn messages_up_to_256_mib_go_both_ways() {
    let (_plugin, _, mut client) = lab(|_| ()).await;
    for (size, accepted) in [(5 * MIB, true), (64 * MIB, true), (257 * MIB, false), (300 * MIB, false), (3, true)] {
        let answer = client.plan_resource_change(plan_of("n", &"x".repeat(size))).await;
        match answer {
            Ok(answer) => {
                let state = Client::kit_of(answer.into_inner().planned_state);
                let Value::String(text) = state.get("given") else { panic!("{size}: a text") };
                assert!(accepted && text.len() == size, "{size}: the whole text came back");
            }
            Err(status) => {
                assert!(!accepted, "{size}: {status}");
                assert_eq!(status.code(), tonic::Code::OutOfRange, "{status}");
                assert!(status.message().contains("268435456"), "it names the limit: {status}");
            }
        }
    }
}

#[tokio::test]
async fn a_panic_ends_its_call_and_nothing_else() {
    let (plugin, channel, mut client) = lab(|command| {
        command.env("TF_LOG", "ERROR");
    })
    .await;
    let answer = client.plan_resource_change(plan_of("panic plan", "x")).await.expect("an answer").into_inner();
    let said = &answer.diagnostics[0].detail;
    assert!(said.contains("kit.rs:") && !said.contains("with a secret"), "it says where, not what: {said}");
    let answer = client.plan_resource_change(plan_of("n", "x")).await.expect("an answer").into_inner();
    assert!(answer.diagnostics.is_empty(), "the provider goes on");
    shut_down(channel).await;
    let log = plugin.ended().log;
    let lines: Vec<Json> = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert_eq!((&lines[0]["@level"], &lines[0]["@message"]), (&"error".into(), &"the provider panicked".into()));
    assert!(lines[0]["place"].as_str().is_some_and(|place| place.contains("kit.rs:")), "{log}");
    assert!(!log.contains("with a secret"), "the message may hold a value: {log}");
}

//! The files of calls that a developer asks for.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value as Json;
use tfplugin_rust::Value;
use tfplugin_rust::generated::tfplugin6 as wire;

use crate::client::shut_down;
use crate::lab::{Client, known};
use crate::wide::lab;

const VARIABLE: &str = "TF_LOG_SDK_PROTO_DATA_DIR";
/// What must be nowhere: a write-only text, sensitive numbers and a sensitive text.
const MARKS: [&str; 4] = ["hush-7f3", "54321", "zq7x", "60606"];

fn secrets() -> Value {
    let vault = Value::object([("code", MARKS[2].into()), ("number", known(60606))]);
    Client::kit([
        ("name", "n".into()),
        ("secret_wo", MARKS[0].into()),
        ("pin", known(54321)),
        ("vault", vault),
        ("map", Value::object([("a", Value::object([("label", "seen".into())]))])),
        ("given", Value::unknown()),
    ])
}

/// The files of a folder, in order: the part of their name after the process's own, and what they hold.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut paths: Vec<_> = folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let mode = path.metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "nobody else reads {}", path.display());
        let name = path.file_stem().and_then(|name| name.to_str()).expect("text");
        let name = name.splitn(3, '-').nth(2).expect("after the start and the process").to_owned();
        (name, std::fs::read_to_string(path).expect("text"))
    };
    paths.iter().map(read).collect()
}

#[tokio::test]
async fn each_call_is_written_without_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let dumps = folder.path().join("made/by/it");
    let (plugin, channel, mut client) = lab(|command| {
        command.env(VARIABLE, &dumps).env("TF_LOG", "TRACE");
    })
    .await;
    let request = Client::kit_plan(&secrets());
    let validated = wire::validate_resource_config::Request {
        type_name: "lab_kit".to_owned(),
        config: request.config.clone(),
        client_capabilities: None,
    };
    let validated = client.validate_resource_config(validated).await.expect("an answer").into_inner();
    assert_eq!(validated.diagnostics.len(), 1, "write-only attributes are not said to be allowed");
    let planned = client.plan_resource_change(request.clone()).await.expect("an answer").into_inner();
    assert!(planned.diagnostics.is_empty(), "{:?}", planned.diagnostics);
    let raw = |version: i64, json: &str| wire::upgrade_resource_state::Request {
        type_name: "lab_kit".to_owned(),
        version,
        raw_state: Some(wire::RawState { json: json.as_bytes().to_vec().into(), ..Default::default() }),
    };
    let state =
        r#"{"name": "n", "pin": 54321, "vault": {"code": "zq7x"}, "old_pin": "zq7x", "few": [{"label": "seen"}]}"#;
    for version in [0, 7] {
        client.upgrade_resource_state(raw(version, state)).await.expect("an answer");
    }
    shut_down(channel).await;
    let log = plugin.ended().log;
    let mode = dumps.metadata().expect("it made the folder").permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "nobody else looks into it");
    let files = files(&dumps);
    for text in files.iter().map(|(_, text)| text).chain([&log, &format!("{validated:?}")]) {
        let found: Vec<_> = MARKS.iter().filter(|mark| text.contains(**mark)).collect();
        assert!(found.is_empty(), "{found:?} in {text}");
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "00000-ConfigureProvider-request",
            "00000-ConfigureProvider-response",
            "00001-ValidateResourceConfig-request",
            "00001-ValidateResourceConfig-response",
            "00002-PlanResourceChange-request",
            "00002-PlanResourceChange-response",
            "00003-UpgradeResourceState-request",
            "00003-UpgradeResourceState-response",
            "00004-UpgradeResourceState-request",
            "00004-UpgradeResourceState-response",
        ]
    );
    let read = |at: usize| serde_json::from_str::<Json>(&files[at].1).expect("JSON");
    let config = &read(4)["config"];
    assert_eq!((&config["name"], &config["map"]["a"]["label"]), (&"n".into(), &"seen".into()), "{config}");
    assert_eq!(config["secret_wo"], "(write-only value)");
    assert_eq!((&config["pin"], &config["vault"]), (&"(sensitive value)".into(), &"(sensitive value)".into()));
    assert_eq!(config["given"], serde_json::json!({"(unknown)": {}}));
    assert_eq!(read(5)["planned_private"], "(11 bytes)");
    assert_eq!(read(3)["diagnostics"][0]["attribute"], serde_json::json!(["secret_wo"]));
    let same = &read(6)["raw_state"];
    assert_eq!((&same["name"], &same["old_pin"]), (&"n".into(), &"(not in the schema)".into()), "{same}");
    assert_eq!(same["few"][0]["label"], "seen");
    assert_eq!(read(8)["raw_state"]["name"], "(value of another schema)");
}

#[tokio::test]
async fn a_dump_that_cannot_be_written_is_said_once_and_fails_nothing() {
    let file = tempfile::NamedTempFile::new().expect("a file, which is no folder");
    let (plugin, channel, mut client) = lab(|command| {
        command.env(VARIABLE, file.path()).env("TF_LOG", "WARN");
    })
    .await;
    let planned = client.plan_resource_change(Client::kit_plan(&secrets())).await.expect("an answer").into_inner();
    assert!(planned.diagnostics.is_empty(), "{:?}", planned.diagnostics);
    shut_down(channel).await;
    let log = plugin.ended().log;
    let lines: Vec<Json> = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert_eq!((&lines[0]["@level"], &lines[0]["folder"]), (&"warn".into(), &file.path().to_str().into()), "{log}");
}

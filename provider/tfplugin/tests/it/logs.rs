//! What a provider process writes to standard error.

use serde_json::Value as Json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::client::{Shown, exchange, exchange_plainly};
use crate::plugin::Plugin;

/// Starts the example with these variables, lets a stranger be refused, ends it: the level and the message of each line.
async fn check(variables: &[(&str, &str)], expected: &[(&str, &str)]) {
    let client = Shown::read("client");
    let plugin = Plugin::start(|command| {
        command.env("PLUGIN_CLIENT_CERT", &client.pem).envs(variables.iter().copied());
    });
    assert!(exchange_plainly(&plugin.socket()).await.is_err());
    exchange(&plugin.socket(), &plugin.certificate(), Some(client)).await.expect("an accepted connection");
    let log = plugin.ended().log;
    let lines: Vec<Json> = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let text =
        |line: &Json, key: &str| line[key].as_str().unwrap_or_else(|| panic!("{key} is no text: {line}")).to_owned();
    let found: Vec<(String, String)> =
        lines.iter().map(|line| (text(line, "@level"), text(line, "@message"))).collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(level, message)| (level.as_str(), message.as_str())).collect();
    assert_eq!(found, expected, "{variables:?}");
    for line in &lines {
        let stamp = text(line, "@timestamp");
        assert!(OffsetDateTime::parse(&stamp, &Rfc3339).is_ok(), "{stamp}");
        assert_eq!(stamp.len(), "2006-01-02T15:04:05.000000Z".len(), "exactly six digits: {stamp}");
        assert_eq!(text(line, "@module"), "tfplugin");
    }
}

#[tokio::test]
async fn the_log_follows_what_terraform_asks_for() {
    const SERVING: (&str, &str) = ("debug", "serving");
    const REFUSED: (&str, &str) = ("warn", "refused a connection");
    for (variables, expected) in [
        (&[] as &[(&str, &str)], &[] as &[(&str, &str)]),
        (&[("TF_LOG", "TRACE")], &[SERVING, REFUSED]),
        (&[("TF_LOG", "JSON")], &[SERVING, REFUSED]),
        (&[("TF_LOG", "debug")], &[SERVING, REFUSED]),
        (&[("TF_LOG", "WARN")], &[REFUSED]),
        (&[("TF_LOG", "ERROR")], &[]),
        (&[("TF_LOG", "TRACE"), ("TF_LOG_PROVIDER", "off")], &[]),
        (&[("TF_LOG_CORE", "TRACE")], &[]),
        (&[("TF_LOG_PROVIDER", "ERROR"), ("TF_LOG_PROVIDER_NOTE", "WARN")], &[REFUSED]),
    ] {
        check(variables, expected).await;
    }
}

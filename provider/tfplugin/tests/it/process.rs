//! A provider process as Terraform starts it: its line, its mutual TLS, what refuses to start.

use std::net::TcpListener;
use std::path::Path;

use crate::client::{Shown, exchange, exchange_plainly, first_words};
use crate::plugin::{COOKIE, Plugin, bare, example};

#[test]
fn a_person_who_starts_it_is_told_what_it_is() {
    for cookie in [None, Some("wrong"), Some("")] {
        let mut command = bare(example());
        if let Some(cookie) = cookie {
            command.env("TF_PLUGIN_MAGIC_COOKIE", cookie);
        }
        let output = command.output().expect("it runs");
        assert_eq!(output.status.code(), Some(1), "{cookie:?}");
        assert!(output.stdout.is_empty(), "{cookie:?}");
        let said = String::from_utf8(output.stderr).expect("text");
        for words in
            ["terraform-provider-note is a Terraform plugin", "`provider \"note\" {}`", "terraform init", "--debug"]
        {
            assert!(said.contains(words), "{words}: {said}");
        }
        assert_eq!(said.lines().count(), 1, "one line and no debug form of an error: {said}");
    }
}

#[test]
fn what_cannot_be_served_is_said() {
    for (name, value, words) in [
        ("PLUGIN_PROTOCOL_VERSIONS", "4,5", "speaks plugin protocols 4,5, this provider speaks 6"),
        ("PLUGIN_CLIENT_CERT", "no certificate", "PLUGIN_CLIENT_CERT is no certificate in PEM"),
        ("PLUGIN_UNIX_SOCKET_DIR", "/nowhere/at/all", "cannot listen on /nowhere/at/all/plugin"),
        ("PLUGIN_UNIX_SOCKET_GROUP", "no-such-group", "no group no-such-group"),
        ("TFPLUGIN_NETWORK", "udp", "TFPLUGIN_NETWORK is `udp`, expected `tcp` or `unix`"),
    ] {
        let output = bare(example()).env("TF_PLUGIN_MAGIC_COOKIE", COOKIE).env(name, value).output().expect("it runs");
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(output.stdout.is_empty(), "{name}");
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(said.contains(words), "{name}: {said}");
    }
}

/// The example with the certificate of the right client, on this network.
fn secured(network: &str) -> Plugin {
    Plugin::start(|command| {
        command.env("PLUGIN_CLIENT_CERT", Shown::read("client").pem).env("TFPLUGIN_NETWORK", network);
    })
}

#[tokio::test]
async fn the_line_and_the_right_certificate() {
    for (network, beginning) in [("unix", "1|6|unix|/"), ("tcp", "1|6|tcp|127.0.0.1:"), ("", "1|6|unix|/")] {
        let plugin = secured(network);
        assert!(plugin.line.starts_with(beginning), "{}", plugin.line);
        assert_eq!((plugin.field(4), plugin.line.split('|').count()), ("grpc", 6));
        let answers = exchange(&plugin.socket(), &plugin.certificate(), Some(Shown::read("client"))).await;
        let answers = answers.expect("an accepted connection");
        assert_eq!(answers.resources, ["note_note"]);
        assert!(answers.serving);
        let ended = plugin.ended();
        assert!(ended.success, "it ends by itself after Shutdown: {ended:?}");
        assert_eq!(ended.out, "", "nothing follows the line");
        assert_eq!(ended.log, "", "nothing is logged where nobody asks for it");
    }
}

#[test]
fn nobody_else_opens_the_socket() {
    use std::os::unix::fs::PermissionsExt;
    let plugin = secured("unix");
    let mode = Path::new(plugin.field(3)).metadata().expect("a socket").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn any_other_client_is_refused() {
    for network in ["unix", "tcp"] {
        let plugin = secured(network);
        let certificate = plugin.certificate();
        let stolen = Shown { scalar: Shown::read("other").scalar, ..Shown::read("client") };
        for (what, shown) in
            [("another certificate", Some(Shown::read("other"))), ("another key", Some(stolen)), ("none", None)]
        {
            // In TLS 1.3 a client learns at its first read that it was refused.
            let refused = first_words(&plugin.socket(), &certificate, shown).await.expect_err(what);
            assert!(refused.to_string().contains("alert"), "{network}, {what}: refused by the handshake: {refused}");
        }
        let spoken = first_words(&plugin.socket(), &certificate, Some(Shown::read("client"))).await;
        assert!(spoken.expect("the right one is spoken to") > 0);
        assert!(exchange_plainly(&plugin.socket()).await.is_err(), "{network}: plain text must be refused");
        let right = exchange(&plugin.socket(), &certificate, Some(Shown::read("client"))).await;
        assert!(right.is_ok(), "{network}: the right one is still served");
    }
}

#[tokio::test]
async fn the_port_is_one_that_terraform_allows() {
    let held = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = held.local_addr().expect("an address").port();
    let start = |least: u16, most: u16| {
        let mut command = bare(example());
        command.env("TF_PLUGIN_MAGIC_COOKIE", COOKIE).env("TFPLUGIN_NETWORK", "tcp");
        command.env("PLUGIN_MIN_PORT", least.to_string()).env("PLUGIN_MAX_PORT", most.to_string());
        command
    };
    let output = start(taken, taken).output().expect("it runs");
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.contains(&format!("cannot listen on 127.0.0.1, ports {taken} to {taken}")), "{said}");
    let plugin = Plugin::run(start(taken, taken.saturating_add(1000)), "1|");
    let port: u16 = plugin.field(3).rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    assert!((taken + 1..=taken.saturating_add(1000)).contains(&port), "{port} is the next after {taken}");
    assert!(exchange_plainly(&plugin.socket()).await.expect("an accepted connection").serving);
}

#[tokio::test]
async fn without_a_certificate_it_serves_plainly() {
    let plugin = Plugin::start(|command| {
        command.env("PLUGIN_MULTIPLEX_GRPC", "true");
    });
    assert_eq!((plugin.field(5), plugin.field(6)), ("", "false"), "one connection per client is said");
    let answers = exchange_plainly(&plugin.socket()).await.expect("an accepted connection");
    assert_eq!(answers.resources, ["note_note"]);
}

#[tokio::test]
async fn two_at_once_do_not_meet() {
    let plugins = [Plugin::start(|_| ()), Plugin::start(|_| ())];
    assert_ne!(plugins[0].socket(), plugins[1].socket());
    for plugin in &plugins {
        assert!(exchange_plainly(&plugin.socket()).await.expect("an accepted connection").serving);
    }
}

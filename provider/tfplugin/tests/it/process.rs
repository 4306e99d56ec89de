//! A provider process as Terraform starts it: its line, its mutual TLS, its end.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::client::{Shown, exchange};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

fn example() -> PathBuf {
    let test = std::env::current_exe().expect("the test's own path");
    let target = test.parent().and_then(|deps| deps.parent()).expect("the target folder");
    target.join("examples/note")
}

fn command() -> Command {
    let mut command = Command::new(example());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in
        ["TF_PLUGIN_MAGIC_COOKIE", "PLUGIN_PROTOCOL_VERSIONS", "PLUGIN_CLIENT_CERT", "TF_LOG", "TF_LOG_PROVIDER"]
    {
        command.env_remove(name);
    }
    command
}

/// A running provider with the fields of its line; killed when dropped.
struct Plugin {
    child: Child,
    fields: Vec<String>,
    _folder: tempfile::TempDir,
}

impl Plugin {
    fn start(certificate: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = command();
        command.env("TF_PLUGIN_MAGIC_COOKIE", COOKIE).env("PLUGIN_PROTOCOL_VERSIONS", "6,5");
        command.env("PLUGIN_UNIX_SOCKET_DIR", folder.path());
        if let Some(pem) = certificate {
            command.env("PLUGIN_CLIENT_CERT", pem);
        }
        let mut child = command.spawn().expect("the example is built with the tests");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("standard output")).read_line(&mut line).expect("a line");
        let fields = line.trim_end().split('|').map(str::to_owned).collect();
        Self { child, fields, _folder: folder }
    }

    fn socket(&self) -> PathBuf {
        PathBuf::from(&self.fields[3])
    }

    fn certificate(&self) -> Vec<u8> {
        STANDARD_NO_PAD.decode(&self.fields[5]).expect("base64")
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_person_who_starts_it_is_told_what_it_is() {
    let output = command().output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.contains("terraform-provider-note is a Terraform plugin"), "{said}");
}

#[test]
fn another_protocol_is_refused() {
    let output = command()
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "4,5")
        .output()
        .expect("it runs");
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
}

#[tokio::test]
async fn the_line_and_the_right_certificate() {
    let expected = Shown::read("client");
    let mut plugin = Plugin::start(Some(&expected.pem));
    assert_eq!(plugin.fields[..3], ["1", "6", "unix"]);
    assert_eq!(plugin.fields[4], "grpc");
    let answers =
        exchange(&plugin.socket(), &plugin.certificate(), Some(expected)).await.expect("an accepted connection");
    assert_eq!(answers.resources, ["note_note"]);
    assert!(answers.serving);
    let status = plugin.child.wait().expect("it ends by itself after Shutdown");
    assert!(status.success());
    assert!(!plugin.socket().exists(), "the socket is removed");
    let mut rest = String::new();
    plugin.child.stdout.as_mut().expect("standard output").read_to_string(&mut rest).expect("text");
    assert_eq!(rest, "", "nothing follows the line");
}

#[tokio::test]
async fn any_other_client_is_refused() {
    let expected = Shown::read("client");
    let plugin = Plugin::start(Some(&expected.pem));
    let certificate = plugin.certificate();
    let stolen = Shown { scalar: Shown::read("other").scalar, ..Shown::read("client") };
    for (what, shown) in
        [("another certificate", Some(Shown::read("other"))), ("another key", Some(stolen)), ("none", None)]
    {
        assert!(exchange(&plugin.socket(), &certificate, shown).await.is_err(), "{what} must be refused");
    }
    assert!(crate::client::exchange_plainly(&plugin.socket()).await.is_err(), "plain text must be refused");
    assert!(exchange(&plugin.socket(), &certificate, Some(expected)).await.is_ok(), "the right one is still served");
}

#[tokio::test]
async fn without_a_certificate_it_serves_plainly() {
    let plugin = Plugin::start(None);
    assert_eq!(plugin.fields[5], "");
    let answers = crate::client::exchange_plainly(&plugin.socket()).await.expect("an accepted connection");
    assert_eq!(answers.resources, ["note_note"]);
}

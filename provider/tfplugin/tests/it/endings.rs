//! What ends a provider process and what does not.

use rustix::process::Signal;
use serde_json::Value as Json;

use crate::client::{Socket, exchange_plainly, look};
use crate::plugin::{Plugin, bare, example};

#[tokio::test]
async fn an_interrupt_is_left_to_terraform() {
    let plugin = Plugin::start(|_| ());
    for _ in 0..3 {
        plugin.signal(Signal::INT);
        assert!(look(&plugin.socket()).await.expect("it still serves").serving);
    }
    exchange_plainly(&plugin.socket()).await.expect("it still serves");
    assert!(plugin.ended().success);
}

#[tokio::test]
async fn a_termination_is_clean() {
    let plugin = Plugin::start(|_| ());
    assert!(look(&plugin.socket()).await.expect("it serves").serving);
    plugin.signal(Signal::TERM);
    assert!(plugin.ended().success);
}

#[tokio::test]
async fn it_does_not_outlive_its_parent() {
    let mut shell = bare("sh");
    shell.args(["-c", "\"$0\" & wait"]).arg(example());
    let mut plugin = Plugin::run(shell, "1|");
    assert!(look(&plugin.socket()).await.expect("it serves").serving);
    assert_ne!(plugin.own_pid().map(rustix::process::Pid::as_raw_pid), Some(plugin.child.id() as i32));
    plugin.child.kill().expect("the shell is killed");
    let _status = plugin.child.wait().expect("the shell has ended");
    assert_eq!(plugin.ended().out, "");
}

/// Starts a debugged provider on this network, looks at it twice, and interrupts it.
async fn check_debugged(network: &str) {
    let mut command = bare(example());
    command.arg("--debug").env("PLUGIN_CLIENT_CERT", "is not looked at").env("TFPLUGIN_NETWORK", network);
    let mut plugin = Plugin::run(command, "TF_REATTACH_PROVIDERS=");
    let text = plugin.line.trim_start_matches("TF_REATTACH_PROVIDERS='").trim_end_matches('\'');
    let said: Json = serde_json::from_str(text).expect("JSON");
    let said = &said["example.com/notes/note"];
    assert_eq!((&said["Protocol"], &said["ProtocolVersion"]), (&"grpc".into(), &6.into()));
    assert_eq!((&said["Pid"], &said["Test"]), (&plugin.child.id().into(), &true.into()));
    let text = |key: &str| said["Addr"][key].as_str().expect("text").to_owned();
    let socket = Socket { network: text("Network"), address: text("String") };
    assert_eq!(socket.network, network);
    for terraform in 0..2 {
        let answers = look(&socket).await.expect("an accepted connection without TLS");
        assert_eq!(answers.resources, ["note_note"], "client {terraform}");
    }
    // The fields of a handshake line, so that the end is seen in the same way.
    plugin.line = format!("1|6|{network}|{}", socket.address);
    plugin.signal(Signal::INT);
    assert!(plugin.ended().success);
}

#[tokio::test]
async fn a_debugger_serves_until_it_is_interrupted() {
    check_debugged("unix").await;
    check_debugged("tcp").await;
}

// Another thread closes the connection while this one waits for the end.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_port_it_ends_with_its_last_client() {
    let plugin = Plugin::start(|command| {
        command.env("TFPLUGIN_NETWORK", "tcp");
    });
    // The client's end hangs up; nobody asks for a Shutdown and the parent lives.
    assert!(look(&plugin.socket()).await.expect("it serves").serving);
    assert!(plugin.ended().success);
}

//! A program that is called as the runtime is: the tests run it in the runtime's place. It answers every connection
//! with the file `answer` of its bundle, and does not start where that says `fail`.

use std::io::Write as _;
use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::ExitCode;

use monai_supervisor::{Folder, supervise};
use rustix::process::{Signal, set_parent_process_death_signal};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["supervise", "--attached", folder] => supervise(&Folder::at(Path::new(folder))).unwrap_or_else(|error| {
            eprintln!("{error}");
            ExitCode::FAILURE
        }),
        ["serve", bundle, "--settings", _, "--supervised"] => serve(bundle),
        _ => ExitCode::from(2),
    }
}

fn serve(bundle: &str) -> ExitCode {
    set_parent_process_death_signal(Some(Signal::TERM)).expect("the death signal is set");
    let answer = std::fs::read_to_string(Path::new(bundle).join("answer")).expect("the bundle has an answer");
    if answer == "fail" {
        return ExitCode::from(3);
    }
    let listener = TcpListener::from(std::io::stdin().as_fd().try_clone_to_owned().expect("stdin is the socket"));
    let notify = std::env::var("NOTIFY_SOCKET").expect("the supervisor names its socket");
    UnixDatagram::unbound().and_then(|socket| socket.send_to(b"READY=1", notify)).expect("the supervisor listens");
    for mut stream in listener.incoming().flatten() {
        let _ = stream.write_all(answer.as_bytes());
    }
    ExitCode::SUCCESS
}

//! A program that is called as the runtime is and serves one line: the tests of the supervisor run it in the runtime's
//! place. The file `behaviour` in its bundle says whether it serves, fails, or lingers once it is told to stop.

use std::io::Write as _;
use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::thread;

use monai_supervisor::{Folder, supervise};
use rustix::process::{Signal, set_parent_process_death_signal};
use signal_hook::consts::SIGTERM;
use signal_hook::iterator::Signals;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["supervise", "--attached", folder] => supervise(&Folder::at(Path::new(folder))).unwrap_or_else(|error| {
            eprintln!("{error}");
            ExitCode::FAILURE
        }),
        ["serve", bundle, "--settings", settings, "--supervised"] => serve(bundle, settings),
        _ => ExitCode::from(2),
    }
}

/// Answers every connection with the name of its settings file, until SIGTERM.
fn serve(bundle: &str, settings: &str) -> ExitCode {
    set_parent_process_death_signal(Some(Signal::TERM)).expect("the death signal is set");
    let behaviour = std::fs::read_to_string(Path::new(bundle).join("behaviour")).ok();
    if behaviour.as_deref() == Some("fail") {
        println!("the model cannot be loaded");
        return ExitCode::from(3);
    }
    let mut signals = Signals::new([SIGTERM]).expect("signals are watched");
    let socket = std::io::stdin().as_fd().try_clone_to_owned().expect("standard input is the socket");
    let listener = TcpListener::from(socket);
    let answering = Arc::new(Mutex::new(()));
    let ending = Arc::clone(&answering);
    let notify = std::env::var("NOTIFY_SOCKET").expect("the supervisor names its socket");
    let tell = move |message: &[u8]| UnixDatagram::unbound().and_then(|socket| socket.send_to(message, &notify));
    tell(b"READY=1").expect("the supervisor listens");
    let lingers = behaviour.as_deref() == Some("linger");
    thread::spawn(move || {
        signals.forever().next();
        // Whoever was accepted is answered first.
        let _end = ending.lock();
        if lingers {
            // As with a request that takes long: nothing new is answered, and the end comes by a signal.
            let _ = tell(b"STOPPING=1");
            loop {
                thread::park();
            }
        }
        std::process::exit(0);
    });
    println!("ready");
    loop {
        let mut ready = [rustix::event::PollFd::new(&listener, rustix::event::PollFlags::IN)];
        if rustix::event::poll(&mut ready, None).is_err() {
            continue;
        }
        let _answering = answering.lock();
        listener.set_nonblocking(true).expect("the socket can be set");
        if let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.write_all(settings.as_bytes());
        }
    }
}

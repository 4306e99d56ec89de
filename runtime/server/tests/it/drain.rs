//! Stopping, over real sockets.

use std::net::{SocketAddr, TcpListener};

use monai_server::{Stop, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::fake::{Fixture, KEY};

pub(crate) fn start(fixture: &Fixture) -> (SocketAddr, Stop, JoinHandle<bool>) {
    let (address, stop, ended, _) = start_telling(fixture);
    (address, stop, ended)
}

/// The same with what hears that no connection brings a new request.
fn start_telling(fixture: &Fixture) -> (SocketAddr, Stop, JoinHandle<bool>, oneshot::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let (stop, server) = (Stop::new(), fixture.server.clone());
    let (told, (tell, closed)) = (stop.clone(), oneshot::channel());
    let serving = serve(listener, server, told, move || _ = tell.send(()));
    (address, stop, tokio::spawn(async move { serving.await.expect("it serves") }), closed)
}

async fn exchange(address: SocketAddr, text: String) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it accepts");
    stream.write_all(text.as_bytes()).await.expect("it reads");
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply).await;
    String::from_utf8_lossy(&reply).into_owned()
}

fn post(body: &str) -> String {
    let length = body.len();
    format!(
        "POST /v1/predict HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {KEY}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_requests_finish_and_idle_connections_close() {
    let fixture = Fixture::new(&[]);
    let (address, stop, ended, closed) = start_telling(&fixture);
    let mut idle = TcpStream::connect(address).await.expect("it accepts");
    idle.write_all(b"GET /v2/health/live HTTP/1.1\r\nhost: a\r\n\r\n").await.expect("it reads");
    let mut alive = [0; 12];
    idle.read_exact(&mut alive).await.expect("it answers");
    assert_eq!(&alive, b"HTTP/1.1 200");
    let running = tokio::spawn(exchange(address, post("wait")));
    let gate = std::sync::Arc::clone(&fixture.gate);
    tokio::task::spawn_blocking(move || gate.wait_for_arrivals(1)).await.expect("the job runs");
    stop.now();
    idle.read_to_end(&mut Vec::new()).await.expect("an idle connection is closed");
    assert!(!ended.is_finished(), "the server waits for the running request");
    closed.await.expect("it is told while the running request goes on");
    assert!(TcpStream::connect(address).await.is_err(), "no new connection is taken");
    fixture.gate.open_for(1);
    let reply = running.await.expect("no panic");
    assert!(reply.starts_with("HTTP/1.1 200") && reply.ends_with("wait"), "{reply}");
    assert!(ended.await.expect("no panic"), "all requests finished");
}

#[tokio::test]
async fn a_request_on_the_way_at_the_stop_is_answered() {
    let fixture = Fixture::new(&[]);
    let (address, stop, ended, mut closed) = start_telling(&fixture);
    let mut early = TcpStream::connect(address).await.expect("it accepts");
    // The listener accepts in order: once the second connection is answered, the first is in the server's hands.
    let health = "GET /v2/health/ready HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_owned();
    assert!(exchange(address, health.clone()).await.starts_with("HTTP/1.1 200"));
    stop.now();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(closed.try_recv().is_err(), "a connection may still bring its request");
    early.write_all(post("an image").as_bytes()).await.expect("it reads");
    let mut reply = String::new();
    early.read_to_string(&mut reply).await.expect("it answers and closes");
    assert!(reply.starts_with("HTTP/1.1 200") && reply.ends_with("an image"), "{reply}");
    closed.await.expect("it is told");
    assert!(ended.await.expect("no panic"), "all requests finished");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drain_that_takes_too_long_ends() {
    let fixture = Fixture::new(&[("drain", "50ms")]);
    let (address, stop, ended) = start(&fixture);
    let _running = tokio::spawn(exchange(address, post("wait")));
    let gate = std::sync::Arc::clone(&fixture.gate);
    tokio::task::spawn_blocking(move || gate.wait_for_arrivals(1)).await.expect("the job runs");
    stop.now();
    assert!(!ended.await.expect("no panic"), "the server tells that a request was cut");
    fixture.gate.open_for(1);
}

#[tokio::test]
async fn what_is_not_http_is_refused_and_the_next_request_is_answered() {
    let fixture = Fixture::new(&[]);
    let (address, stop, ended) = start(&fixture);
    let bomb = format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(20_000));
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000));
    for (name, text, expected) in [
        ("noise", "\0\u{1}\u{2}noise\r\n\r\n".to_owned(), "HTTP/1.1 400"),
        ("a header bomb", bomb, "HTTP/1.1 431"),
        ("a long path", long, "HTTP/1.1 4"),
    ] {
        let reply = exchange(address, text).await;
        assert!(reply.starts_with(expected), "{name}: {reply}");
        let good = exchange(address, post("an image").replace("host: a", "host: a\r\nconnection: close")).await;
        assert!(good.starts_with("HTTP/1.1 200"), "after {name}: {good}");
    }
    stop.now();
    assert!(ended.await.expect("no panic"));
}

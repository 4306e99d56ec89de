//! A client that is refused while it still sends gets its answer, over real sockets.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::drain::start;
use crate::fake::{Fixture, KEY};

/// More than the buffers of a connection hold.
const LENGTH: usize = 12 << 20;

async fn check(head: &str, sends_body: bool, status: &str) {
    let fixture = Fixture::new(&[]);
    let (address, stop, ended) = start(&fixture);
    let mut stream = TcpStream::connect(address).await.expect("it accepts");
    let head = format!("POST /v1/predict HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{head}\r\n");
    stream.write_all(head.as_bytes()).await.expect("it reads the head");
    if sends_body {
        stream.write_all(&vec![b'a'; LENGTH]).await.expect("it reads the body");
    }
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.expect("it answers and closes");
    assert!(reply.starts_with(&format!("HTTP/1.1 {status}")), "{head}: {reply}");
    stop.now();
    assert!(ended.await.expect("no panic"));
}

#[tokio::test]
async fn a_refused_client_gets_its_answer() {
    let (key, length) = (format!("authorization: Bearer {KEY}\r\n"), format!("content-length: {LENGTH}\r\n"));
    check(&length, true, "401").await;
    check(&format!("{key}{length}"), true, "413").await;
    check(&format!("{key}{length}content-type: application/json\r\n"), true, "415").await;
}

#[tokio::test]
async fn a_body_that_was_not_asked_for_is_not_awaited() {
    let head = format!("authorization: Bearer {KEY}\r\ncontent-length: {LENGTH}\r\nexpect: 100-continue\r\n");
    check(&head, false, "413").await;
}

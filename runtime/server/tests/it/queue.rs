//! Overload is refused.

use crate::fake::{Fixture, predict, request};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_runs_one_waits_and_the_third_is_refused() {
    let fixture = std::sync::Arc::new(Fixture::new(&[]));
    let send = |body: &'static str| {
        let fixture = std::sync::Arc::clone(&fixture);
        tokio::spawn(async move { fixture.send(predict(body)).await })
    };
    let first = send("wait");
    let gate = std::sync::Arc::clone(&fixture.gate);
    tokio::task::spawn_blocking(move || gate.wait_for_arrivals(1)).await.expect("the first runs");
    // Two more for one place: one of them waits, the other is refused at once.
    let (mut left, mut right) = (send("wait"), send("wait"));
    let (refused, waiting) = tokio::select! {
        reply = &mut left => (reply, right),
        reply = &mut right => (reply, left),
    };
    let refused = refused.expect("no panic");
    assert_eq!((refused.status, &refused.json()["code"]), (429, &"overloaded".into()));
    assert_eq!(refused.header("retry-after"), "5");
    fixture.gate.open_for(2);
    assert_eq!(first.await.expect("no panic").status, 200);
    assert_eq!(waiting.await.expect("no panic").status, 200);
}

#[tokio::test]
async fn a_server_that_loads_is_live_but_not_ready() {
    let fixture = Fixture::loading(&[]);
    for (method, path, status) in [
        ("GET", "/v2/health/live", 200),
        ("GET", "/v2/health/ready", 503),
        ("GET", "/v1/model", 503),
        ("POST", "/v1/predict", 503),
    ] {
        let reply = fixture.send(request(method, path, &[], "an image")).await;
        assert_eq!(reply.status, status, "{path}");
        if path.starts_with("/v1/") {
            assert_eq!((&reply.json()["code"], reply.header("retry-after")), (&"not_ready".into(), "5"));
        }
    }
}

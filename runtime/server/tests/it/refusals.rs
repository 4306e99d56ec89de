//! Bad requests: status, code and words, and a good request after each.

use axum::body::Body;
use axum::http::Request;

use crate::fake::{DIGEST, Fixture, predict, request};

async fn check(fixture: &Fixture, name: &str, bad: Request<Body>, status: u16, code: &str, words: &[&str]) {
    let reply = fixture.send(bad).await;
    assert_eq!(reply.status, status, "{name}: {}", reply.body);
    let body = reply.json();
    assert_eq!(body["code"], code, "{name}");
    let keys: Vec<_> = body.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["code", "message", "help", "request_id"], "{name}");
    assert_eq!(body["request_id"], reply.header("x-request-id"), "{name}");
    for word in words {
        assert!(reply.body.contains(word), "{name}: {} lacks `{word}`", reply.body);
    }
    let good = fixture.send(predict("an image")).await;
    assert_eq!((good.status, good.body.as_str()), (200, "an image"), "after {name}");
}

#[tokio::test]
async fn bad_requests_are_refused_and_the_next_good_one_is_answered() {
    let fixture = Fixture::new(&[]);
    let post = |headers: &[(&str, &str)], body: &'static str| request("POST", "/v1/predict", headers, body);
    let many: Vec<String> = (0..100).map(|number| format!("x-bomb-{number}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "1")).collect();
    let long = "a".repeat(20_000);
    let over = "a".repeat(1025);
    let unannounced = Body::from_stream(tokio_stream::iter([Ok::<_, std::io::Error>(over.clone())]));
    for (name, bad, status, code, words) in [
        ("no body", predict(""), 400, "malformed", vec!["0 bytes"]),
        ("truncated gzip", predict("truncated"), 400, "malformed", vec!["gzip stream ends early"]),
        ("no image", predict("text"), 415, "unsupported_media_type", vec!["no NIfTI header"]),
        ("a flat image", predict("flat"), 422, "unsuitable_input", vec!["`image`", "3 spatial dimensions", "got 2"]),
        ("a bomb", predict("bomb"), 413, "body_too_large", vec!["1099511627776", "1048576"]),
        ("an answer beyond max_memory", predict("memory"), 413, "body_too_large", vec!["1099511627776", "of memory"]),
        ("a body over the limit", predict(over), 413, "body_too_large", vec!["1024 bytes", "max_volume"]),
        ("an unannounced body over the limit", predict(unannounced), 413, "body_too_large", vec!["1024 bytes"]),
        (
            "an announced length over the limit",
            post(&[("content-length", "99999999999")], "a"),
            413,
            "body_too_large",
            vec!["1024 bytes"],
        ),
        (
            "JSON",
            post(&[("content-type", "application/json; charset=utf-8")], "{}"),
            415,
            "unsupported_media_type",
            vec!["application/gzip"],
        ),
        (
            "an encoded body",
            post(&[("content-encoding", "gzip")], "a"),
            415,
            "unsupported_media_type",
            vec!["Content-Encoding"],
        ),
        (
            "another result",
            post(&[("accept", "image/png")], "a"),
            406,
            "not_acceptable",
            vec!["application/gzip", "application/x-nifti"],
        ),
        ("many headers", post(&many, "a"), 431, "headers_too_large", vec!["at most 64 headers"]),
        ("long headers", post(&[("x-bomb", &long)], "a"), 431, "headers_too_large", vec!["16384 bytes"]),
        ("an unknown route", request("GET", "/v1/nothing", &[], ""), 404, "not_found", vec!["POST /v1/predict"]),
        ("another method", request("GET", "/v1/predict", &[], ""), 405, "method_not_allowed", vec!["takes POST"]),
        ("a fault", predict("fault"), 500, "internal", vec!["other requests are not affected"]),
        ("a panic", predict("panic"), 500, "internal", vec!["request id"]),
    ] {
        check(&fixture, name, bad, status, code, &words).await;
    }
    assert!(!fixture.send(predict("fault")).await.body.contains("device"), "a fault's text is for the log");
}

#[tokio::test]
async fn every_answer_names_the_model() {
    let fixture = Fixture::new(&[]);
    for (request, status) in [(predict("an image"), 200), (predict("flat"), 422), (predict("panic"), 500)] {
        let reply = fixture.send(request).await;
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("x-monai-model"), "echo");
        assert_eq!(reply.header("x-monai-model-version"), "1.2.3");
        assert_eq!(reply.header("x-monai-bundle-digest"), DIGEST);
        assert_eq!(reply.header("x-monai-runtime-version"), env!("CARGO_PKG_VERSION"));
    }
    let reply = fixture.send(predict("an image")).await;
    assert_eq!(reply.header("server-timing"), "decode;dur=2.0");
    assert_eq!(reply.header("content-type"), "application/gzip");
    let reply = fixture.send(request("GET", "/v1/model", &[], "")).await;
    assert_eq!((reply.status, &reply.json()["digest"]), (200, &DIGEST.into()));
    assert_eq!(reply.json()["labels"]["1"], "CSF");
}

#[tokio::test]
async fn a_slow_result_is_a_gateway_timeout() {
    let fixture = Fixture::new(&[("timeout", "1s")]);
    let reply = fixture.send(predict("wait")).await;
    assert_eq!((reply.status, &reply.json()["code"]), (504, &"timeout".into()));
    assert!(reply.body.contains("1s"), "{}", reply.body);
    fixture.gate.open_for(1);
    assert_eq!(fixture.send(predict("an image")).await.status, 200);
}

#[tokio::test]
async fn a_body_that_never_ends_is_a_request_timeout() {
    let fixture = Fixture::new(&[("timeout", "1s")]);
    let endless = Body::from_stream(tokio_stream::pending::<Result<String, std::io::Error>>());
    let reply = fixture.send(predict(endless)).await;
    assert_eq!((reply.status, &reply.json()["code"]), (408, &"body_timeout".into()));
}

#[tokio::test]
async fn a_request_id_is_taken_over_only_where_it_can_carry_nothing_else() {
    let fixture = Fixture::new(&[]);
    for (given, kept) in [
        ("7f3a9c52-0b6e-4d18-9a27-5e1c8b40d6f3", Some("7f3a9c520b6e4d189a275e1c8b40d6f3")),
        ("DOE^JANE", None),
        ("", None),
    ] {
        let reply = fixture.send(request("GET", "/v2/health/live", &[("x-request-id", given)], "")).await;
        let found = reply.header("x-request-id");
        assert_eq!(found.len(), 32, "{given}");
        assert!(kept.is_none_or(|kept| found == kept) && found != given, "{given}: {found}");
    }
}

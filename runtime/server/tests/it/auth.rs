//! Who gets in.

use monai_spec::{ApiKey, Auth, Secret};

use crate::fake::{Fixture, KEY, request};

async fn status(fixture: &Fixture, path: &str, authorization: &[&str]) -> u16 {
    let mut request = request(if path == "/v1/predict" { "POST" } else { "GET" }, path, &[("authorization", "")], "a");
    request.headers_mut().remove("authorization");
    for value in authorization {
        request.headers_mut().append("authorization", value.parse().expect("a header value"));
    }
    let reply = fixture.send(request).await;
    if reply.status == 401 {
        assert_eq!(reply.header("www-authenticate"), "Bearer");
        assert_eq!(reply.json()["code"], "unauthenticated");
        assert!(!reply.body.contains(KEY), "an answer never repeats a key");
    }
    reply.status
}

#[tokio::test]
async fn only_the_health_routes_are_open() {
    let fixture = Fixture::new(&[]);
    for (path, open) in [
        ("/v2/health/live", true),
        ("/v2/health/ready", true),
        ("/v1/model", false),
        ("/v1/predict", false),
        ("/v1/nothing", false),
        ("/", false),
        ("/v2/health/live/", false),
        ("/v2/health//ready", false),
    ] {
        assert_eq!(status(&fixture, path, &[]).await, if open { 200 } else { 401 }, "{path}");
    }
}

#[tokio::test]
async fn only_a_whole_known_key_gets_in() {
    let fixture = Fixture::new(&[]);
    let (good, lower) = (format!("Bearer {KEY}"), format!("bearer {KEY}"));
    let (short, long) = (format!("Bearer {}", &KEY[1..]), format!("Bearer {KEY}0"));
    let (basic, spaced) = (format!("Basic {KEY}"), format!("Bearer  {KEY}"));
    for (values, expected) in [
        (vec![good.as_str()], 200),
        (vec![lower.as_str()], 200),
        (vec![short.as_str()], 401),
        (vec![long.as_str()], 401),
        (vec![basic.as_str()], 401),
        (vec![spaced.as_str()], 401),
        (vec!["Bearer "], 401),
        (vec!["Bearer"], 401),
        (vec![KEY], 401),
        (vec![good.as_str(), good.as_str()], 401),
    ] {
        assert_eq!(status(&fixture, "/v1/model", &values).await, expected, "{values:?}");
    }
}

#[tokio::test]
async fn keys_rotate_without_a_restart() {
    let fixture = Fixture::new(&[]);
    let fresh = "fedcba9876543210fedcba9876543210";
    let secret = Secret::parse("clinic", fresh).expect("strong enough");
    let key = ApiKey::seal("clinic", &secret, [9; 16]).expect("a good id");
    fixture.server.set_auth(Auth::api_keys(vec![key]).expect("one key"));
    assert_eq!(status(&fixture, "/v1/model", &[&format!("Bearer {KEY}")]).await, 401);
    assert_eq!(status(&fixture, "/v1/model", &[&format!("Bearer {fresh}")]).await, 200);
    fixture.server.set_auth(Auth::Anonymous);
    assert_eq!(status(&fixture, "/v1/model", &[]).await, 200);
}

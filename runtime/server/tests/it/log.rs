//! One ECS line per request, with nothing of the patient in it.

use serde_json::Value;

use crate::fake::{DIGEST, Fixture, KEY, predict, request};

const MARK: &str = "DOE-JANE-19700101";

fn lines(fixture: &Fixture) -> Vec<Value> {
    fixture.lines.text().lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

#[tokio::test]
async fn a_request_is_one_line_of_ecs() {
    let fixture = Fixture::new(&[]);
    let reply = fixture.send(predict("an image")).await;
    let lines = lines(&fixture);
    let [line] = &lines[..] else { panic!("one request, one line: {lines:?}") };
    for (key, expected) in [
        ("log.level", Value::from("info")),
        ("event.action", "request".into()),
        ("event.outcome", "success".into()),
        ("http.request.id", reply.header("x-request-id").into()),
        ("http.request.method", "POST".into()),
        ("http.request.body.bytes", 8.into()),
        ("http.response.body.bytes", 8.into()),
        ("http.response.status_code", 200.into()),
        ("url.path", "/v1/predict".into()),
        ("user.id", "clinic".into()),
        ("service.name", "monai".into()),
    ] {
        assert_eq!(line[key], expected, "{key}");
    }
    assert_eq!(line["labels"]["bundle_digest"], DIGEST);
    assert_eq!(line["monai.stages"]["decode"], 2_000_000);
    assert!(line["event.duration"].as_u64().is_some_and(|time| time > 0));
    let time = line["@timestamp"].as_str().expect("a text");
    assert!(time::OffsetDateTime::parse(time, &time::format_description::well_known::Rfc3339).is_ok(), "{time}");
}

#[tokio::test]
async fn what_a_client_sends_never_reaches_the_log_or_a_refusal() {
    let fixture = Fixture::new(&[("log_level", "debug")]);
    let path = format!("/v1/{MARK}?name={MARK}");
    let requests = [
        request("GET", &path, &[("x-request-id", MARK)], ""),
        request(MARK, "/v1/predict", &[], ""),
        request("POST", "/v1/predict", &[("content-type", MARK), ("accept", "*/*")], MARK),
        request("POST", "/v1/predict", &[("accept", MARK)], MARK),
        request("POST", "/v1/predict", &[("content-encoding", MARK)], MARK),
        request("POST", "/v1/predict", &[("authorization", MARK)], MARK),
        request("GET", &format!("/v2/health/live?{MARK}"), &[("user-agent", MARK)], MARK),
    ];
    let count = requests.len();
    for request in requests {
        let reply = fixture.send(request).await;
        assert!(!reply.body.contains(MARK), "{}", reply.body);
    }
    let text = fixture.lines.text();
    assert_eq!(text.lines().count(), count, "{text}");
    assert!(!text.contains(MARK) && !text.contains(KEY), "{text}");
}

#[tokio::test]
async fn the_level_decides_what_is_logged() {
    for (level, expected) in [
        ("error", vec![500]),
        ("warn", vec![404, 500]),
        ("info", vec![200, 404, 500]),
        ("debug", vec![200, 404, 500, 200]),
    ] {
        let fixture = Fixture::new(&[("log_level", level)]);
        for (method, path, body) in [
            ("POST", "/v1/predict", "an image"),
            ("GET", "/v1/nothing", ""),
            ("POST", "/v1/predict", "fault"),
            ("GET", "/v2/health/live", ""),
        ] {
            fixture.send(request(method, path, &[], body)).await;
        }
        let found: Vec<_> = lines(&fixture).iter().map(|line| line["http.response.status_code"].clone()).collect();
        assert_eq!(found, expected, "{level}");
    }
}

#[tokio::test]
async fn a_fault_is_named_in_the_log() {
    let fixture = Fixture::new(&[]);
    fixture.send(predict("fault")).await;
    assert_eq!(lines(&fixture)[0]["error.message"], "the device is gone");
    assert_eq!(lines(&fixture)[0]["error.code"], "internal");
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_its_line() {
    let fixture = Fixture::new(&[]);
    let endless = axum::body::Body::from_stream(tokio_stream::pending::<Result<String, std::io::Error>>());
    let gone = tokio::time::timeout(std::time::Duration::from_millis(1), fixture.send(predict(endless))).await;
    assert!(gone.is_err());
    let lines = lines(&fixture);
    assert_eq!(lines.len(), 1);
    assert!(lines[0]["message"].as_str().is_some_and(|text| text.contains("the client went away")));
}

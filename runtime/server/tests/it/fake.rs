//! A model that answers with the bytes it got, and misbehaves where they say so.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use monai_server::{Answer, Inference, Log, Part, Refusal, Server, app};
use monai_spec::api::{Channels, Compute, Limits, ModelCard, ResultKind};
use monai_spec::{ApiKey, Auth, Digest, Secret, Settings};
use tower::ServiceExt;

pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const DIGEST: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000001";

/// A gate that jobs with the body `wait` pass one by one, and a count of those that reached it.
#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<(usize, usize)>,
    changed: Condvar,
}

impl Gate {
    pub(crate) fn open_for(&self, jobs: usize) {
        self.state.lock().expect("no test panics here").1 += jobs;
        self.changed.notify_all();
    }

    pub(crate) fn wait_for_arrivals(&self, jobs: usize) {
        let state = self.state.lock().expect("no test panics here");
        drop(self.changed.wait_while(state, |state| state.0 < jobs).expect("no test panics here"));
    }

    fn pass(&self) {
        let mut state = self.state.lock().expect("no test panics here");
        state.0 += 1;
        self.changed.notify_all();
        let mut state = self.changed.wait_while(state, |state| state.1 == 0).expect("no test panics here");
        state.1 -= 1;
    }
}

pub(crate) struct Echo {
    card: ModelCard,
    gate: Arc<Gate>,
}

impl Inference for Echo {
    fn predict(&self, parts: Vec<Part>) -> Result<Answer, Refusal> {
        let named = |part: &Part| part.name.as_ref().map(|name| format!("{name}={} ", part.bytes.escape_ascii()));
        let image = match &parts[..] {
            [Part { name: None, bytes }] => bytes.clone(),
            parts => parts.iter().filter_map(named).collect::<String>().into(),
        };
        match &image[..] {
            b"panic" => panic!("as the test asked"),
            b"truncated" => Err(Refusal::Malformed("the gzip stream ends early".into())),
            b"text" => Err(Refusal::UnknownFormat("found no NIfTI header".into())),
            b"flat" => Err(Refusal::Unsuitable {
                input: "image".into(),
                expected: "3 spatial dimensions".into(),
                got: "2".into(),
            }),
            b"bomb" => Err(Refusal::TooLarge { size: 1 << 40, limit: 1 << 20 }),
            b"memory" => Err(Refusal::TooMuchMemory { needed: 1 << 40, limit: 1 << 20 }),
            b"fault" => Err(Refusal::Fault("the device is gone".into())),
            b"wait" => {
                self.gate.pass();
                Ok(Answer { body: image, stages: Vec::new() })
            }
            _ => Ok(Answer { body: image, stages: vec![("decode", Duration::from_millis(2))] }),
        }
    }

    fn model(&self) -> &ModelCard {
        &self.card
    }

    fn result(&self) -> ResultKind {
        ResultKind::Nifti
    }
}

fn card() -> ModelCard {
    let channels = |name: &str, count| Channels {
        name: name.into(),
        kind: None,
        modality: Some("MR".into()),
        channels: count,
        spatial_dims: 3,
        parts: Vec::new(),
    };
    ModelCard {
        name: "echo".into(),
        version: "1.2.3".into(),
        digest: Digest::parse(DIGEST).expect("a digest"),
        runtime_version: "0.1.0".into(),
        description: None,
        intended_use: None,
        network: "Echo".into(),
        inputs: vec![channels("image", 1)],
        beside: Vec::new(),
        outputs: vec![channels("pred", 4)],
        labels: BTreeMap::from([(1, "CSF".into())]),
        compute: Compute { device: "cpu".into(), precision: "fp32".into(), mirror: Vec::new() },
        limits: Limits { max_volume_bytes: 1024, timeout_ms: 1000, in_flight: 1, queue_depth: 1 },
    }
}

/// Keys that let [`KEY`] in as `clinic`.
pub(crate) fn keys() -> Auth {
    let secret = Secret::parse("clinic", KEY).expect("strong enough");
    Auth::api_keys(vec![ApiKey::seal("clinic", &secret, [3; 16]).expect("a good id")]).expect("one key")
}

/// What the server wrote to its log.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no test panics here").clone()).expect("the log is UTF-8")
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no test panics here").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(crate) struct Fixture {
    pub(crate) server: Server,
    pub(crate) gate: Arc<Gate>,
    pub(crate) lines: Lines,
}

impl Fixture {
    /// A ready server with small limits, changed by `settings` (keys and values).
    pub(crate) fn new(settings: &[(&str, &str)]) -> Fixture {
        let fixture = Fixture::loading(settings);
        let echo = Echo { card: card(), gate: Arc::clone(&fixture.gate) };
        fixture.server.model_loaded(Arc::new(echo));
        fixture
    }

    pub(crate) fn loading(settings: &[(&str, &str)]) -> Fixture {
        let defaults = [("max_volume", "1KiB"), ("queue_depth", "1"), ("timeout", "10s")];
        let texts = defaults.iter().chain(settings).map(|(key, text)| ((*key).into(), (*text).into())).collect();
        let settings = Settings::from_texts(&texts, keys()).expect("good settings");
        let lines = Lines::default();
        Fixture { server: Server::loading(settings, Log::to(lines.clone())), gate: Arc::default(), lines }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        Reply::of(app(self.server.clone()), request).await
    }
}

/// A test that fails before it opens the gate must not leave a job behind that its runtime waits for.
impl Drop for Fixture {
    fn drop(&mut self) {
        self.gate.open_for(usize::MAX / 2);
    }
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    async fn of(app: Router, request: Request<Body>) -> Reply {
        let answer = app.oneshot(request).await.expect("the router is infallible");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.into_body().collect().await.expect("the body is in memory").to_bytes();
        Reply { status, headers, body: String::from_utf8(bytes.to_vec()).expect("the fake answers in text") }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// A request with the right key.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let mut builder = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "authorization") {
        builder = builder.header("authorization", format!("Bearer {KEY}"));
    }
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body.into()).expect("a good request")
}

/// `POST /v1/predict` with the right key.
pub(crate) fn predict(body: impl Into<Body>) -> Request<Body> {
    request("POST", "/v1/predict", &[], body)
}

//! The log: one ECS JSON object per line. Only what this module writes gets there; no path as sent, no header, no body.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use monai_spec::settings::LogLevel;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Where log lines go, and from which level on. Clones share the writer.
#[derive(Clone)]
pub struct Log {
    writer: Arc<Mutex<dyn Write + Send>>,
    level: LogLevel,
}

impl Log {
    /// A log on standard output.
    pub fn stdout() -> Log {
        Log::to(std::io::stdout())
    }

    /// A log on any writer.
    pub fn to(writer: impl Write + Send + 'static) -> Log {
        Log { writer: Arc::new(Mutex::new(writer)), level: LogLevel::Info }
    }

    /// The same log from `level` on.
    pub fn at(&self, level: LogLevel) -> Log {
        Log { writer: Arc::clone(&self.writer), level }
    }

    /// Writes one line about the process itself: `action` in a word, `message` for people.
    pub fn event(&self, level: LogLevel, action: &str, message: &str) {
        let mut line = head(level, message);
        line.insert("event.action".into(), action.into());
        self.write(level, line);
    }

    pub(crate) fn write(&self, level: LogLevel, line: Map<String, Value>) {
        if level > self.level {
            return;
        }
        let mut text = Value::Object(line).to_string();
        text.push('\n');
        let mut writer = self.writer.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // A reader that is gone (the supervisor was killed) must not end a request.
        let _ = writer.write_all(text.as_bytes()).and_then(|()| writer.flush());
    }
}

/// One request's line, written when it is dropped: also where the client went away before the answer.
pub(crate) struct Line {
    pub(crate) log: Log,
    pub(crate) start: std::time::Instant,
    pub(crate) request_id: String,
    pub(crate) method: String,
    /// The route's own pattern, never the path as sent.
    pub(crate) route: &'static str,
    pub(crate) model: Option<(String, String, String)>,
    pub(crate) outcome: Option<Outcome>,
}

/// What is known once there is an answer.
pub(crate) struct Outcome {
    pub(crate) status: u16,
    pub(crate) code: Option<&'static str>,
    pub(crate) fault: Option<String>,
    pub(crate) caller: Option<String>,
    pub(crate) request_bytes: Option<usize>,
    pub(crate) response_bytes: Option<u64>,
    pub(crate) stages: Vec<(&'static str, Duration)>,
}

impl Drop for Line {
    fn drop(&mut self) {
        let status = self.outcome.as_ref().map(|outcome| outcome.status);
        let level = match status {
            Some(500..) => LogLevel::Error,
            Some(400..) | None => LogLevel::Warn,
            Some(_) if self.route.starts_with("/v2/health/") => LogLevel::Debug,
            Some(_) => LogLevel::Info,
        };
        let message = match status {
            Some(status) => format!("{} {} {status}", self.method, self.route),
            None => format!("{} {}: the client went away", self.method, self.route),
        };
        let mut line = head(level, &message);
        let mut put = |key: &str, value: Value| line.insert(key.to_owned(), value);
        put("event.action", "request".into());
        put("event.outcome", if status.is_some_and(|status| status < 400) { "success" } else { "failure" }.into());
        put("event.duration", nanoseconds(self.start.elapsed()));
        put("http.request.id", self.request_id.as_str().into());
        put("http.request.method", self.method.as_str().into());
        put("url.path", self.route.into());
        if let Some((name, version, digest)) = &self.model {
            put("labels", json!({ "model": name, "model_version": version, "bundle_digest": digest }));
        }
        if let Some(outcome) = &self.outcome {
            put("http.response.status_code", outcome.status.into());
            for (key, bytes) in [
                ("http.request.body.bytes", outcome.request_bytes.map(|bytes| bytes as u64)),
                ("http.response.body.bytes", outcome.response_bytes),
            ] {
                bytes.map(|bytes| put(key, bytes.into()));
            }
            outcome.caller.as_ref().map(|caller| put("user.id", caller.as_str().into()));
            outcome.code.map(|code| put("error.code", code.into()));
            outcome.fault.as_ref().map(|fault| put("error.message", fault.as_str().into()));
            if !outcome.stages.is_empty() {
                let stages = outcome.stages.iter().map(|(name, time)| ((*name).to_owned(), nanoseconds(*time)));
                put("monai.stages", Value::Object(stages.collect()));
            }
        }
        self.log.write(level, line);
    }
}

fn nanoseconds(time: Duration) -> Value {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).into()
}

fn head(level: LogLevel, message: &str) -> Map<String, Value> {
    let now = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
    let head = json!({
        "@timestamp": now,
        "log.level": level.word(),
        "message": message,
        "ecs.version": "8.17.0",
        "service.name": "monai",
        "service.version": env!("CARGO_PKG_VERSION"),
    });
    match head {
        Value::Object(head) => head,
        _ => Map::new(),
    }
}

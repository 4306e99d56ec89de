//! Settings of the runtime, parsed once into a type that cannot be wrong.

mod schema;
mod table;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use table::*;

use crate::{Auth, Error, keys, quantity};

/// Which requests are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Faults of the server.
    Error,
    /// Refused requests as well.
    Warn,
    /// Answered requests as well.
    Info,
    /// Health probes as well.
    Debug,
}

impl LogLevel {
    /// The word that a settings document and a log line use.
    pub fn word(self) -> &'static str {
        match self {
            LogLevel::Error => "error",
            LogLevel::Warn => "warn",
            LogLevel::Info => "info",
            LogLevel::Debug => "debug",
        }
    }
}

/// How the server runs. Written as an object of the keys in [`ALL`] and `auth`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>", into = "Map<String, Value>")]
pub struct Settings {
    /// Address that the server listens on.
    pub address: IpAddr,
    /// TCP port that the server listens on.
    pub port: u16,
    /// What runs the network: one of the words of [`DEVICE`].
    pub device: String,
    /// How the factors of the network's products are held: one of the words of [`PRECISION`].
    pub precision: String,
    /// Threads of one inference; 0 takes one per processor.
    pub threads: usize,
    /// Spatial axes along which the network sees the image mirrored too, in every combination.
    pub mirror: Vec<usize>,
    /// Largest body and largest image, in bytes.
    pub max_volume: u64,
    /// Most bytes of memory that one answer may take, beside the weights.
    pub max_memory: u64,
    /// How long a request may take, waiting included.
    pub timeout: Duration,
    /// How many requests run at once.
    pub target_in_flight: usize,
    /// How many requests wait beyond those that run.
    pub queue_depth: usize,
    /// How long requests that run may take to finish when the server stops.
    pub drain: Duration,
    /// Which requests are logged.
    pub log_level: LogLevel,
    /// Who may call.
    pub auth: Auth,
}

impl Settings {
    /// Where the server listens.
    pub fn socket(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port)
    }

    /// Reads the values that are written; the others take their defaults. Unknown keys are errors.
    pub fn from_texts(texts: &BTreeMap<String, String>, auth: Auth) -> Result<Settings, Error> {
        let known: Vec<&str> = ALL.iter().map(|setting| setting.key).collect();
        if let Some(key) = texts.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(keys::unknown("the settings", key, &known));
        }
        let text = |setting: Setting| {
            let text = texts.get(setting.key).map_or(setting.default, String::as_str);
            setting.check(text).map(|()| text)
        };
        let number = |setting: Setting| text(setting).map(|text| text.parse::<u64>().expect("the table checked it"));
        let size = |setting| text(setting).map(|text| quantity::size(text).expect("the table checked it"));
        let duration = |setting| text(setting).map(|text| quantity::duration(text).expect("the table checked it"));
        Ok(Settings {
            address: text(ADDRESS)?.parse().expect("the table checked it"),
            port: number(PORT)? as u16,
            device: text(DEVICE)?.to_owned(),
            precision: text(PRECISION)?.to_owned(),
            threads: number(THREADS)? as usize,
            mirror: mirror_axes(text(MIRROR)?),
            max_volume: size(MAX_VOLUME)?,
            max_memory: size(MAX_MEMORY)?,
            timeout: duration(TIMEOUT)?,
            target_in_flight: number(TARGET_IN_FLIGHT)? as usize,
            queue_depth: number(QUEUE_DEPTH)? as usize,
            drain: duration(DRAIN)?,
            log_level: match text(LOG_LEVEL)? {
                "error" => LogLevel::Error,
                "warn" => LogLevel::Warn,
                "info" => LogLevel::Info,
                _ => LogLevel::Debug,
            },
            auth,
        })
    }

    /// Every setting as text, in the order of [`ALL`].
    pub fn texts(&self) -> [(&'static str, String); 13] {
        [
            (ADDRESS.key, self.address.to_string()),
            (PORT.key, self.port.to_string()),
            (DEVICE.key, self.device.clone()),
            (PRECISION.key, self.precision.clone()),
            (THREADS.key, self.threads.to_string()),
            (MIRROR.key, mirror_text(&self.mirror)),
            (MAX_VOLUME.key, quantity::size_text(self.max_volume)),
            (MAX_MEMORY.key, quantity::size_text(self.max_memory)),
            (TIMEOUT.key, quantity::duration_text(self.timeout)),
            (TARGET_IN_FLIGHT.key, self.target_in_flight.to_string()),
            (QUEUE_DEPTH.key, self.queue_depth.to_string()),
            (DRAIN.key, quantity::duration_text(self.drain)),
            (LOG_LEVEL.key, self.log_level.word().to_owned()),
        ]
    }
}

/// The axes that a value of [`MIRROR`] names.
pub fn mirror_axes(text: &str) -> Vec<usize> {
    text.split(',').filter_map(|axis| axis.parse().ok()).collect()
}

fn mirror_text(axes: &[usize]) -> String {
    match axes {
        [] => MIRROR.default.to_owned(),
        axes => axes.iter().map(usize::to_string).collect::<Vec<_>>().join(","),
    }
}

impl TryFrom<Map<String, Value>> for Settings {
    type Error = Error;

    fn try_from(mut object: Map<String, Value>) -> Result<Settings, Error> {
        let auth = object
            .remove("auth")
            .ok_or_else(|| Error::MissingKey { key: "auth".into(), place: "the settings".into() })?;
        let reason = |error: serde_json::Error| Error::Document { document: "`auth`", reason: error.to_string() };
        let known = ["anonymous", "api_keys"];
        auth.as_object().map_or(Ok(()), |auth| keys::refuse_unknown("`auth`", auth, &known))?;
        let auth: Auth = serde_json::from_value(auth).map_err(reason)?;
        let mut known: Vec<&str> = ALL.iter().map(|setting| setting.key).collect();
        known.push("auth");
        keys::refuse_unknown("the settings", &object, &known)?;
        let text = |(key, value): (String, Value)| match value {
            Value::String(text) => Ok((key, text)),
            Value::Number(number) => Ok((key, number.to_string())),
            other => {
                let setting = ALL.iter().find(|setting| setting.key == key).expect("unknown keys are refused above");
                Err(Error::Value { key, found: other.to_string(), expected: setting.expected() })
            }
        };
        let texts = object.into_iter().map(text).collect::<Result<_, _>>()?;
        Settings::from_texts(&texts, auth)
    }
}

impl From<Settings> for Map<String, Value> {
    fn from(settings: Settings) -> Self {
        let mut object: Map<String, Value> =
            settings.texts().into_iter().map(|(key, text)| (key.to_owned(), Value::String(text))).collect();
        object.insert("auth".into(), serde_json::to_value(settings.auth).expect("`auth` is plain data"));
        object
    }
}

//! Log lines as Terraform reads them: JSON on standard error.

use std::io::Write as _;
use std::sync::atomic::{AtomicU8, Ordering};

use serde_json::{Map, Value as Json, json};
use time::OffsetDateTime;
use time::macros::format_description;

/// How important a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Everything.
    Trace = 0,
    /// For those who look for a fault.
    Debug = 1,
    /// What happens.
    Info = 2,
    /// What may go wrong.
    Warn = 3,
    /// What went wrong.
    Error = 4,
}

/// Terraform splits longer lines, of which no part would be JSON.
const LONGEST: usize = 60_000;

const OFF: u8 = 5;
static LEAST: AtomicU8 = AtomicU8::new(OFF);

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// The least level that these settings ask for, most special first; none where logging is off.
fn least<'a>(settings: impl IntoIterator<Item = Option<&'a str>>) -> u8 {
    let chosen = settings.into_iter().flatten().find(|text| !text.is_empty()).unwrap_or("");
    match chosen.to_ascii_lowercase().as_str() {
        "" | "off" => OFF,
        "debug" => Level::Debug as u8,
        "info" => Level::Info as u8,
        "warn" => Level::Warn as u8,
        "error" => Level::Error as u8,
        // Terraform itself takes JSON and everything that it does not know as trace.
        _ => Level::Trace as u8,
    }
}

/// Takes the level from `TF_LOG_PROVIDER_<NAME>`, `TF_LOG_PROVIDER` or `TF_LOG`, the first that is set.
pub(crate) fn init(provider: &str) {
    let names = [
        format!("TF_LOG_PROVIDER_{}", provider.to_ascii_uppercase().replace('-', "_")),
        "TF_LOG_PROVIDER".to_owned(),
        "TF_LOG".to_owned(),
    ];
    let found: Vec<Option<String>> = names.iter().map(|name| std::env::var(name).ok()).collect();
    LEAST.store(least(found.iter().map(Option::as_deref)), Ordering::Relaxed);
}

/// Whether a line of this level is written.
pub fn enabled(level: Level) -> bool {
    level as u8 >= LEAST.load(Ordering::Relaxed)
}

/// Writes a line where the level is asked for. `module` says who speaks; no field may hold a secret or patient data.
pub fn write<const N: usize>(level: Level, module: &str, message: &str, fields: [(&str, Json); N]) {
    if enabled(level) {
        let now = OffsetDateTime::now_utc();
        let mut text = line(level, module, message, fields, now).to_string();
        if text.len() > LONGEST {
            // Each character takes at most six bytes in JSON.
            let end =
                (0..=message.len().min(LONGEST / 8)).rev().find(|end| message.is_char_boundary(*end)).unwrap_or(0);
            text = line(level, module, &message[..end], [("cut", true.into())], now).to_string();
        }
        let mut out = std::io::stderr().lock();
        let _ = writeln!(out, "{text}");
    }
}

fn line<const N: usize>(
    level: Level,
    module: &str,
    message: &str,
    fields: [(&str, Json); N],
    now: OffsetDateTime,
) -> Json {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");
    let mut entries = Map::new();
    // Terraform crashes where one of its own three keys is not text.
    entries.insert("@level".to_owned(), json!(level.name()));
    entries.insert("@message".to_owned(), json!(message));
    entries.insert("@timestamp".to_owned(), json!(now.format(format).unwrap_or_default()));
    entries.insert("@module".to_owned(), json!(module));
    for (key, value) in fields {
        if !key.starts_with('@') {
            entries.insert(key.to_owned(), value);
        }
    }
    Json::Object(entries)
}

/// Writes a debug line without fields.
pub fn debug(module: &str, message: &str) {
    write(Level::Debug, module, message, []);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(settings: [Option<&str>; 3], expected: u8) {
        assert_eq!(least(settings), expected, "{settings:?}");
    }

    #[test]
    fn the_most_special_setting_wins() {
        check([None, None, None], OFF);
        check([None, None, Some("WARN")], Level::Warn as u8);
        check([None, Some("info"), Some("TRACE")], Level::Info as u8);
        check([Some("ERROR"), Some("info"), Some("TRACE")], Level::Error as u8);
        check([None, None, Some("JSON")], Level::Trace as u8);
        check([None, Some("off"), Some("TRACE")], OFF);
        check([Some(""), None, Some("debug")], Level::Debug as u8);
    }

    #[test]
    fn terraform_reads_the_line() {
        let now = OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_123_456_789).expect("a time");
        let line = line(Level::Warn, "provider", "slow", [("seconds", json!(3)), ("@message", json!(7))], now);
        let expected = json!({"@level": "warn", "@message": "slow", "@timestamp": "2023-11-14T22:13:20.123456Z", "@module": "provider", "seconds": 3});
        assert_eq!(line, expected);
    }
}

//! Points in time.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Spelling, by_meaning};

/// A date and time with its offset (RFC 3339). Spellings of the same instant are the same, to the nanosecond:
/// `2024-01-01T01:00:00+01:00` is `2024-01-01T00:00:00Z`.
#[derive(Debug, Clone)]
pub struct Timestamp {
    text: String,
    instant: OffsetDateTime,
}

by_meaning!(Timestamp, instant);

impl Timestamp {
    /// The instant, with the offset that was written.
    pub fn instant(&self) -> OffsetDateTime {
        self.instant
    }
}

impl Spelling for Timestamp {
    const EXPECTED: &'static str = "a date and time such as `2024-01-31T12:00:00Z`";

    fn parse(text: &str) -> Option<Self> {
        Some(Self { text: text.to_owned(), instant: OffsetDateTime::parse(text, &Rfc3339).ok()? })
    }

    fn as_str(&self) -> &str {
        &self.text
    }

    fn canonical(&self) -> String {
        self.instant.unix_timestamp_nanos().to_string()
    }
}

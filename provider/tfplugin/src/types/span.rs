//! Lengths of time as users write them.

use std::time::Duration;

use super::{Spelling, by_meaning};

/// A length of time such as `90s`, `20m` or `1h30m`, as Go's `time.ParseDuration` reads them, but never negative: `90s` is
/// `1m30s`. What is finer than a nanosecond is left out.
#[derive(Debug, Clone)]
pub struct Span {
    text: String,
    duration: Duration,
}

by_meaning!(Span, duration);

/// A hundred years: no operation takes longer.
const LONGEST: Duration = Duration::from_secs(100 * 31_557_600);

impl Span {
    /// The length.
    pub fn duration(&self) -> Duration {
        self.duration
    }
}

impl Spelling for Span {
    const EXPECTED: &'static str = "a length of time such as `90s`, `20m` or `1h30m`";

    /// Reads numbers with units `h`, `m`, `s`, `ms`, `us`, `ns`; `None` where it is anything else or over a hundred years.
    fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut total: u128 = 0;
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let unit = rest.find(|char: char| !char.is_ascii_digit() && char != '.')?;
            let end = rest[unit..].find(|char: char| char.is_ascii_digit() || char == '.');
            let end = end.map_or(rest.len(), |length| unit + length);
            total = total.checked_add(nanoseconds(&rest[..unit], &rest[unit..end])?)?;
            rest = &rest[end..];
        }
        let duration = Duration::from_nanos(u64::try_from(total).ok()?);
        (duration <= LONGEST).then(|| Self { text: text.to_owned(), duration })
    }

    fn as_str(&self) -> &str {
        &self.text
    }

    fn canonical(&self) -> String {
        self.duration.as_nanos().to_string()
    }
}

/// A decimal number of a unit, in nanoseconds.
fn nanoseconds(number: &str, unit: &str) -> Option<u128> {
    let size: u128 = match unit {
        "h" => 3_600_000_000_000,
        "m" => 60_000_000_000,
        "s" => 1_000_000_000,
        "ms" => 1_000_000,
        "us" | "µs" | "μs" => 1000,
        "ns" => 1,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.len() + fraction.len() == 0 || fraction.contains('.') {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u128>().ok()? };
    // Fifteen digits are finer than a nanosecond of any unit.
    let fraction = &fraction[..fraction.len().min(15)];
    let parts = if fraction.is_empty() { 0 } else { fraction.parse::<u128>().ok()? };
    whole.checked_mul(size)?.checked_add(parts * size / 10u128.pow(fraction.len() as u32))
}

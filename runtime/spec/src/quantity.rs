//! Durations and sizes as people write them: `90s`, `10m`, `600MiB`.

use std::time::Duration;

const DURATIONS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
const SIZES: [(&str, u64); 7] = [
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// Reads a whole number followed by `ms`, `s`, `m` or `h`. `None` for anything else, and for an overflow.
pub fn duration(text: &str) -> Option<Duration> {
    scaled(text, &DURATIONS).map(Duration::from_millis)
}

/// Reads a whole number of bytes followed by `B`, `KB`, `MB`, `GB`, `KiB`, `MiB` or `GiB`.
pub fn size(text: &str) -> Option<u64> {
    scaled(text, &SIZES)
}

/// Writes a duration with the largest unit that holds it exactly; parts below a millisecond are dropped.
pub fn duration_text(value: Duration) -> String {
    text(u64::try_from(value.as_millis()).unwrap_or(u64::MAX), &DURATIONS)
}

/// Writes a size with the largest binary unit that holds it exactly.
pub fn size_text(bytes: u64) -> String {
    text(bytes, &[SIZES[0], SIZES[4], SIZES[5], SIZES[6]])
}

fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let scale = units.iter().find(|(name, _)| *name == unit)?.1;
    number.parse::<u64>().ok()?.checked_mul(scale)
}

fn text(value: u64, units: &[(&str, u64)]) -> String {
    let fits = |&&(_, scale): &&(&str, u64)| value >= scale && value.is_multiple_of(scale);
    let (name, scale) = units.iter().rev().find(fits).unwrap_or(&units[0]);
    format!("{}{name}", value / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written() {
        for (text, seconds) in [("90s", Some(90)), ("10m", Some(600)), ("2h", Some(7200)), ("10", None), ("-1s", None)]
        {
            assert_eq!(duration(text), seconds.map(Duration::from_secs), "{text}");
        }
        assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(duration("99999999999999999999h"), None);
        assert_eq!(duration_text(Duration::from_secs(600)), "10m");
        assert_eq!(duration_text(Duration::from_millis(1500)), "1500ms");
        assert_eq!(duration_text(Duration::ZERO), "0ms");
    }

    #[test]
    fn sizes_are_read_and_written() {
        for (text, bytes) in [
            ("600MiB", Some(600 << 20)),
            ("1GB", Some(1_000_000_000)),
            ("7B", Some(7)),
            ("MiB", None),
            ("1.5GiB", None),
        ] {
            assert_eq!(size(text), bytes, "{text}");
        }
        assert_eq!(size_text(600 << 20), "600MiB");
        assert_eq!(size_text(1000), "1000B");
    }
}

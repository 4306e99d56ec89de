//! Numbers of any size, without loss.

use std::cmp::Ordering;
use std::fmt;

/// Powers of ten that a number may span; more is refused, so that a short text cannot ask for gigabytes.
const LARGEST_EXPONENT: i64 = 4096;

/// A decimal number of any precision, or an infinity. Equal numbers compare and hash as equal however they were written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number(Repr);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Repr {
    /// `digits * 10^exponent`; digits have no zero at either end; zero has no digits.
    Finite {
        negative: bool,
        digits: String,
        exponent: i64,
    },
    Infinite {
        negative: bool,
    },
}

impl PartialOrd for Repr {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Repr {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |repr: &Repr| match repr {
            Repr::Finite { digits, .. } if digits.is_empty() => 0,
            Repr::Finite { negative, .. } | Repr::Infinite { negative } => {
                if *negative {
                    -1
                } else {
                    1
                }
            }
        };
        let (left, right) = (sign(self), sign(other));
        if left != right || left == 0 {
            return left.cmp(&right);
        }
        let size = match (self, other) {
            (Repr::Infinite { .. }, Repr::Infinite { .. }) => Ordering::Equal,
            (Repr::Infinite { .. }, Repr::Finite { .. }) => Ordering::Greater,
            (Repr::Finite { .. }, Repr::Infinite { .. }) => Ordering::Less,
            (Repr::Finite { digits: a, exponent: x, .. }, Repr::Finite { digits: b, exponent: y, .. }) => {
                let point = |digits: &str, exponent: i64| digits.len() as i64 + exponent;
                point(a, *x).cmp(&point(b, *y)).then_with(|| a.cmp(b))
            }
        };
        if left < 0 { size.reverse() } else { size }
    }
}

impl Number {
    /// Reads decimal text: digits, at most one point, an optional exponent. `None` where it is anything else or spans
    /// more than 4096 powers of ten.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        if matches!(rest, "Inf" | "inf" | "Infinity") {
            return Some(Self(Repr::Infinite { negative }));
        }
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], rest[at + 1..].parse::<i64>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.len() + fraction.len() == 0 || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit())
        {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        let kept = digits.trim_end_matches('0');
        if kept.is_empty() {
            return Some(Self(Repr::Finite { negative: false, digits: String::new(), exponent: 0 }));
        }
        let exponent = exponent.checked_sub(fraction.len() as i64)?.checked_add((digits.len() - kept.len()) as i64)?;
        let point = exponent.checked_add(kept.len() as i64)?;
        if exponent < -LARGEST_EXPONENT || point > LARGEST_EXPONENT {
            return None;
        }
        Some(Self(Repr::Finite { negative, digits: kept.to_owned(), exponent }))
    }

    /// The exact value of a binary floating-point number, digit by digit; `None` for NaN.
    pub fn exact(value: f64) -> Option<Self> {
        if value.is_nan() {
            None
        } else if value.is_infinite() {
            Some(Self(Repr::Infinite { negative: value < 0.0 }))
        } else {
            Self::parse(&format!("{value:.1074}"))
        }
    }

    /// The shortest decimal that reads back as this floating-point number (0.1 is one tenth); `None` for NaN.
    pub fn shortest(value: f64) -> Option<Self> {
        if value.is_infinite() { Self::exact(value) } else { Self::parse(&format!("{value}")) }
    }

    /// This number as `i64`, where it is whole and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Finite { exponent, .. } if *exponent >= 0 && *exponent <= 18 => self.to_string().parse().ok(),
            _ => None,
        }
    }

    /// This number as `u64`, where it is whole and fits.
    pub fn as_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Finite { exponent, .. } if *exponent >= 0 && *exponent <= 19 => self.to_string().parse().ok(),
            _ => None,
        }
    }

    /// The nearest `f64`; an infinity where it is out of range.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::Infinite { negative: true } => f64::NEG_INFINITY,
            Repr::Infinite { negative: false } => f64::INFINITY,
            Repr::Finite { negative, digits, exponent } => {
                let sign = if *negative { "-" } else { "" };
                let digits = if digits.is_empty() { "0" } else { digits };
                format!("{sign}{digits}e{exponent}").parse().unwrap_or(f64::NAN)
            }
        }
    }

    /// The `f64` that is exactly this number, if there is one.
    pub fn as_exact_f64(&self) -> Option<f64> {
        let value = self.to_f64();
        (Self::exact(value).as_ref() == Some(self)).then_some(value)
    }

    /// Whether this is an infinity.
    pub fn is_infinite(&self) -> bool {
        matches!(self.0, Repr::Infinite { .. })
    }
}

impl fmt::Display for Number {
    /// Plain decimal text without an exponent, as Terraform writes it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (negative, digits, exponent) = match &self.0 {
            Repr::Infinite { negative } => return out.write_str(if *negative { "-Inf" } else { "Inf" }),
            Repr::Finite { negative, digits, exponent } => (*negative, digits, *exponent),
        };
        if digits.is_empty() {
            return out.write_str("0");
        }
        let sign = if negative { "-" } else { "" };
        if exponent >= 0 {
            return write!(out, "{sign}{digits}{}", "0".repeat(exponent as usize));
        }
        let point = digits.len() as i64 + exponent;
        if point > 0 {
            let (whole, fraction) = digits.split_at(point as usize);
            write!(out, "{sign}{whole}.{fraction}")
        } else {
            write!(out, "{sign}0.{}{digits}", "0".repeat(-point as usize))
        }
    }
}

macro_rules! from_integer {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Number {
            fn from(value: $kind) -> Self {
                let text = value.to_string();
                let (negative, all) = match text.strip_prefix('-') {
                    Some(rest) => (true, rest),
                    None => (false, text.as_str()),
                };
                let all = all.trim_start_matches('0');
                let digits = all.trim_end_matches('0');
                let exponent = (all.len() - digits.len()) as i64;
                Self(Repr::Finite { negative, digits: digits.to_owned(), exponent })
            }
        }
    )*};
}

from_integer!(i32, i64, u16, u32, u64, usize);

//! Numbers of any size, without loss.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

/// Powers of ten that a number may span; more is refused, so that a short text cannot ask for gigabytes.
const LARGEST_EXPONENT: i64 = 4096;

/// A decimal number of any precision, or an infinity. Equal numbers compare and hash as equal however they were written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number(Repr);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Repr {
    /// Every whole number that fits.
    Whole(i64),
    /// Any other.
    Finite(Box<Decimal>),
    Infinite {
        negative: bool,
    },
}

/// `digits * 10^exponent`; digits have no zero at either end, and there is at least one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl PartialOrd for Repr {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Repr {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |repr: &Repr| match repr {
            Repr::Whole(value) => value.signum(),
            Repr::Infinite { negative } => {
                if *negative {
                    -1
                } else {
                    1
                }
            }
            Repr::Finite(decimal) => {
                if decimal.negative {
                    -1
                } else {
                    1
                }
            }
        };
        let size = match (self, other) {
            (Repr::Whole(left), Repr::Whole(right)) => return left.cmp(right),
            (left, right) if sign(left) != sign(right) => return sign(left).cmp(&sign(right)),
            (Repr::Infinite { .. }, Repr::Infinite { .. }) => Ordering::Equal,
            (Repr::Infinite { .. }, _) => Ordering::Greater,
            (_, Repr::Infinite { .. }) => Ordering::Less,
            (left, right) => {
                let ((a, x), (b, y)) = (left.decimal(), right.decimal());
                let point = |digits: &str, exponent: i64| digits.len() as i64 + exponent;
                point(&a, x).cmp(&point(&b, y)).then_with(|| a.cmp(&b))
            }
        };
        if sign(self) < 0 { size.reverse() } else { size }
    }
}

impl Repr {
    /// Digits without a zero at either end, and the exponent; no digits for zero and for infinities.
    fn decimal(&self) -> (Cow<'_, str>, i64) {
        match self {
            Self::Whole(value) => {
                let all = value.unsigned_abs().to_string();
                let digits = all.trim_matches('0');
                (Cow::Owned(digits.to_owned()), (all.len() - digits.len()) as i64)
            }
            Self::Finite(decimal) => (Cow::Borrowed(&decimal.digits), decimal.exponent),
            Self::Infinite { .. } => (Cow::Borrowed(""), 0),
        }
    }

    /// A number of these digits, which have no zero at either end.
    fn new(negative: bool, digits: String, exponent: i64) -> Self {
        // 19 digits always fit `i128`.
        let fits = exponent >= 0 && digits.len() as i64 + exponent <= 19;
        let whole = fits.then(|| digits.parse::<i128>().ok()?.checked_mul(10_i128.pow(exponent as u32))).flatten();
        let whole = whole.and_then(|size| i64::try_from(if negative { -size } else { size }).ok());
        whole.map_or_else(|| Self::Finite(Box::new(Decimal { negative, digits, exponent })), Self::Whole)
    }
}

impl Number {
    /// Reads decimal text: digits, at most one point, an optional exponent. `None` where it is anything else or spans
    /// more than 4096 powers of ten.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(value) = text.parse() {
            return Some(Self(Repr::Whole(value)));
        }
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
            return Some(Self(Repr::Whole(0)));
        }
        let exponent = exponent.checked_sub(fraction.len() as i64)?.checked_add((digits.len() - kept.len()) as i64)?;
        let point = exponent.checked_add(kept.len() as i64)?;
        if exponent < -LARGEST_EXPONENT || point > LARGEST_EXPONENT {
            return None;
        }
        Some(Self(Repr::new(negative, kept.to_owned(), exponent)))
    }

    /// The exact value of a binary floating-point number, digit by digit; `None` for NaN.
    pub fn exact(value: f64) -> Option<Self> {
        if value.is_nan() {
            None
        } else if value.is_infinite() {
            Some(Self(Repr::Infinite { negative: value < 0.0 }))
        } else {
            whole(value).or_else(|| short(value)).or_else(|| Self::parse(&format!("{value:.1074}")))
        }
    }

    /// The shortest decimal that reads back as this floating-point number (0.1 is one tenth); `None` for NaN.
    pub fn shortest(value: f64) -> Option<Self> {
        if value.is_infinite() { Self::exact(value) } else { whole(value).or_else(|| Self::parse(&format!("{value}"))) }
    }

    /// This number as `i64`, where it is whole and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Whole(value) => Some(value),
            Repr::Finite(_) | Repr::Infinite { .. } => None,
        }
    }

    /// This number as `u64`, where it is whole and fits.
    pub fn as_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Whole(value) => u64::try_from(*value).ok(),
            Repr::Finite(decimal) if (0..=19).contains(&decimal.exponent) => self.to_string().parse().ok(),
            _ => None,
        }
    }

    /// The nearest `f64`; an infinity where it is out of range.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::Infinite { negative: true } => f64::NEG_INFINITY,
            Repr::Infinite { negative: false } => f64::INFINITY,
            Repr::Whole(value) => *value as f64,
            Repr::Finite(decimal) => {
                let Decimal { negative, digits, exponent } = decimal.as_ref();
                let sign = if *negative { "-" } else { "" };
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
            Repr::Whole(value) => return write!(out, "{value}"),
            Repr::Finite(decimal) => (decimal.negative, &decimal.digits, decimal.exponent),
        };
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

/// A floating-point number that is whole and fits.
fn whole(value: f64) -> Option<Number> {
    // 2^63 is the first that does not fit.
    let fits = value.fract() == 0.0 && value.abs() < 9_223_372_036_854_775_808.0;
    fits.then_some(Number(Repr::Whole(value as i64)))
}

/// The exact value of a floating-point number with few binary places.
fn short(value: f64) -> Option<Number> {
    let bits = value.to_bits();
    let (power, fraction) = ((bits >> 52) & 0x7ff, bits & ((1 << 52) - 1));
    if power == 0 {
        return None;
    }
    let mantissa = fraction | (1 << 52);
    let places = 1075 - power as i64 - i64::from(mantissa.trailing_zeros());
    // 53 bits times 5^32 fit 128 bits; an odd number times a power of five has no zero at its end.
    let fives = (1..=32).contains(&places).then(|| 5_u128.pow(places as u32))?;
    let digits = u128::from(mantissa >> mantissa.trailing_zeros()) * fives;
    Some(Number(Repr::new(value < 0.0, digits.to_string(), -places)))
}

macro_rules! from_integer {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Number {
            fn from(value: $kind) -> Self {
                Self(Repr::Whole(i64::from(value)))
            }
        }
    )*};
}

from_integer!(i32, i64, u16, u32);

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        let large = || Self::parse(&value.to_string()).expect("an integer is decimal text");
        i64::try_from(value).map_or_else(|_| large(), Self::from)
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self::from(value as u64)
    }
}

//! Amounts of resources.

use super::{Spelling, by_meaning};
use crate::value::Number;

/// An amount as Kubernetes' `resource.Quantity` writes it: a decimal number with a power of ten (`n`, `u`, `m`, `k`, `M`,
/// `G`, `T`, `P`, `E`, or an exponent such as `e3`) or of 1024 (`Ki` to `Ei`). `1000m` is `1` and `2048Mi` is `2Gi`. As
/// there, what is finer than a billionth is rounded away from zero, and nothing is above 2⁶³ − 1.
#[derive(Debug, Clone)]
pub struct Quantity {
    text: String,
    number: Number,
}

by_meaning!(Quantity, number);

/// The finest power of ten that counts.
const NANO: i64 = -9;

impl Quantity {
    /// The amount in units, such as cores or bytes.
    pub fn number(&self) -> &Number {
        &self.number
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number.cmp(&other.number)
    }
}

impl Spelling for Quantity {
    const EXPECTED: &'static str = "a quantity such as `500m`, `2` or `1.5Gi`";

    fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let end = rest.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(rest.len());
        let (whole, fraction) = rest[..end].split_once('.').unwrap_or((&rest[..end], ""));
        if whole.len() + fraction.len() == 0 || fraction.contains('.') {
            return None;
        }
        let (tens, factor) = scale(&rest[end..])?;
        let digits = times(&format!("{whole}{fraction}"), factor);
        let (digits, exponent) = rounded(digits, tens.checked_sub(fraction.len() as i64)?);
        let magnitude = Number::parse(&format!("{digits}e{exponent}"))?.min(Number::from(i64::MAX));
        let number = if negative { Number::parse(&format!("-{magnitude}"))? } else { magnitude };
        Some(Self { text: text.to_owned(), number })
    }

    fn as_str(&self) -> &str {
        &self.text
    }

    fn canonical(&self) -> String {
        self.number.to_string()
    }
}

/// The power of ten and the factor that a suffix stands for.
fn scale(suffix: &str) -> Option<(i64, u64)> {
    let tens = match suffix {
        "n" => -9,
        "u" => -6,
        "m" => -3,
        "" => 0,
        "k" => 3,
        "M" => 6,
        "G" => 9,
        "T" => 12,
        "P" => 15,
        "E" => 18,
        "Ki" => return Some((0, 1 << 10)),
        "Mi" => return Some((0, 1 << 20)),
        "Gi" => return Some((0, 1 << 30)),
        "Ti" => return Some((0, 1 << 40)),
        "Pi" => return Some((0, 1 << 50)),
        "Ei" => return Some((0, 1 << 60)),
        exponent => exponent.strip_prefix(['e', 'E'])?.parse().ok()?,
    };
    Some((tens, 1))
}

/// A whole number, as its decimal digits, so many times.
fn times(digits: &str, factor: u64) -> String {
    let mut carry = 0u128;
    let mut product: Vec<u8> = Vec::with_capacity(digits.len() + 20);
    let mut place = |carry: &mut u128| {
        product.push(b'0' + (*carry % 10) as u8);
        *carry /= 10;
    };
    for digit in digits.bytes().rev() {
        carry += u128::from(digit - b'0') * u128::from(factor);
        place(&mut carry);
    }
    while carry > 0 {
        place(&mut carry);
    }
    product.iter().rev().map(|digit| char::from(*digit)).collect()
}

/// `digits * 10^exponent`, rounded up where it is finer than a billionth.
fn rounded(digits: String, exponent: i64) -> (String, i64) {
    let Ok(surplus) = usize::try_from(NANO.saturating_sub(exponent)) else { return (digits, exponent) };
    let kept = digits.len().saturating_sub(surplus);
    let (kept, lost) = digits.split_at(kept);
    if lost.bytes().all(|digit| digit == b'0') {
        return (format!("0{kept}"), NANO);
    }
    let ones = kept.len() - kept.trim_end_matches('9').len();
    let (head, tail) = kept.split_at(kept.len() - ones);
    let head = match head.as_bytes().split_last() {
        Some((last, more)) => more.iter().chain([&(last + 1)]).map(|digit| char::from(*digit)).collect(),
        None => "1".to_owned(),
    };
    (format!("{head}{}", "0".repeat(tail.len())), NANO)
}

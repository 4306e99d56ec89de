//! A number of things, or a part of all of them.

use super::{Spelling, by_meaning};

/// A whole number such as `3`, or a whole percentage such as `25%`, as Kubernetes' `IntOrString` has them.
#[derive(Debug, Clone)]
pub struct IntOrPercent {
    text: String,
    share: Share,
}

/// What an [`IntOrPercent`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Share {
    /// So many.
    Int(u32),
    /// So many of a hundred.
    Percent(u32),
}

by_meaning!(IntOrPercent, share);

impl IntOrPercent {
    /// What it says.
    pub fn share(&self) -> Share {
        self.share
    }

    /// How many that is of `total` things, a part of one counted as one.
    pub fn of(&self, total: u32) -> u64 {
        match self.share {
            Share::Int(count) => count.into(),
            Share::Percent(percent) => (u64::from(percent) * u64::from(total)).div_ceil(100),
        }
    }
}

impl Spelling for IntOrPercent {
    const EXPECTED: &'static str = "a whole number such as `3` or a percentage such as `25%`";

    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_suffix('%').unwrap_or(text);
        let number = digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        let share = if digits.len() == text.len() { Share::Int(number) } else { Share::Percent(number) };
        Some(Self { text: text.to_owned(), share })
    }

    fn as_str(&self) -> &str {
        &self.text
    }

    fn canonical(&self) -> String {
        match self.share {
            Share::Int(count) => count.to_string(),
            Share::Percent(percent) => format!("{percent}%"),
        }
    }
}

//! Names that an API writes in letters of its own choice.

use unicode_normalization::UnicodeNormalization;

use super::{Spelling, by_meaning};

/// A text in which large and small letters are the same, each by its own small letter in Unicode.
#[derive(Debug, Clone)]
pub struct CaseInsensitive {
    text: String,
    small: String,
}

by_meaning!(CaseInsensitive, small);

impl CaseInsensitive {
    /// The text in small letters.
    pub fn to_small(&self) -> &str {
        &self.small
    }
}

impl From<&str> for CaseInsensitive {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), small: text.chars().flat_map(char::to_lowercase).nfc().collect() }
    }
}

impl Spelling for CaseInsensitive {
    const EXPECTED: &'static str = "a text, in large or small letters";

    fn parse(text: &str) -> Option<Self> {
        Some(Self::from(text))
    }

    fn as_str(&self) -> &str {
        &self.text
    }

    fn canonical(&self) -> String {
        self.small.clone()
    }
}

use std::fmt;
use std::sync::Arc;

/// Where something of a bundle is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// File, relative to the bundle.
    pub file: Arc<str>,
    /// Line, from 1; `None` where a whole file is meant.
    pub line: Option<u32>,
}

impl Place {
    /// A whole file.
    pub fn file(file: &str) -> Place {
        Place { file: file.into(), line: None }
    }

    /// A line of the same file.
    pub(crate) fn at(&self, line: u32) -> Place {
        Place { file: Arc::clone(&self.file), line: Some(line) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "`{}` line {line}", self.file),
            None => write!(formatter, "`{}`", self.file),
        }
    }
}

/// Text of a bundle for a message: at most 200 characters, and none that steers a terminal.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars().take(200) {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

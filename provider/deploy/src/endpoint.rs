//! The wanted endpoint.

use std::fmt;
use std::path::PathBuf;

use monai_spec::{Digest, Settings};

use crate::Error;

/// An endpoint's name: a DNS label, so that it can name objects and folders everywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// Takes 1 to 63 lower-case letters, digits and `-`, beginning and ending with a letter or digit.
    pub fn parse(text: &str) -> Result<Name, Error> {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let good =
            (1..=63).contains(&text.len()) && text.chars().all(inner) && !text.starts_with('-') && !text.ends_with('-');
        if good { Ok(Name(text.to_owned())) } else { Err(Error::Name { found: text.to_owned() }) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A file or folder with the digest that the plan pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// Where it lies before the apply.
    pub source: PathBuf,
    /// What it must be when it is copied.
    pub digest: Digest,
}

/// What a user wants: this model, with this runtime, served so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name.
    pub name: Name,
    /// The runtime's binary.
    pub runtime: Pinned,
    /// The bundle's folder.
    pub bundle: Pinned,
    /// How the server runs.
    pub settings: Settings,
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn names_are_dns_labels() {
        let long = "a".repeat(64);
        for (text, good) in [
            ("spleen-ct", true),
            ("a", true),
            ("3d", true),
            (&long[..63], true),
            (&long, false),
            ("", false),
            ("-a", false),
            ("a-", false),
            ("Spleen", false),
            ("a/b", false),
            ("..", false),
            ("a_b", false),
        ] {
            assert_eq!(Name::parse(text).is_ok(), good, "{text}");
        }
    }
}

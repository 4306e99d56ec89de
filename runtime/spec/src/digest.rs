//! Content digests.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Error;

/// A SHA-256 digest, written `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Digest(String);

impl Digest {
    /// Reads `sha256:<64 hexadecimal digits>`.
    pub fn parse(text: &str) -> Result<Digest, Error> {
        let digits = text.strip_prefix("sha256:").unwrap_or_default();
        let hexadecimal = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        if digits.len() == 64 && digits.chars().all(hexadecimal) {
            return Ok(Digest(text.to_owned()));
        }
        Err(Error::Value {
            key: "digest".into(),
            found: format!("`{text}`"),
            expected: "`sha256:` followed by 64 lower-case hexadecimal digits".into(),
        })
    }

    /// The digest of 32 bytes that SHA-256 gave.
    pub fn of_sha256(bytes: [u8; 32]) -> Digest {
        Digest(format!("sha256:{}", hex::encode(bytes)))
    }

    /// The 64 hexadecimal digits alone.
    pub fn hexadecimal(&self) -> &str {
        &self.0["sha256:".len()..]
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Digest {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        Digest::parse(&text)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

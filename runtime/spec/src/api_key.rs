//! Bearer API keys: the secret stays with the client, the server keeps a salted HMAC.

use std::collections::BTreeSet;
use std::fmt;

use hmac::{Hmac, Mac};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use crate::Error;

/// What one client sends after `Authorization: Bearer`. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Bits that a secret must be able to hold.
    pub const MINIMUM_BITS: u32 = 128;

    /// Takes `text` as the secret of key `id`. It must hold 128 bit by its length and alphabet (32 hexadecimal digits,
    /// 22 letters and digits), have at least eight different characters, and only characters that RFC 6750 allows.
    pub fn parse(id: &str, text: &str) -> Result<Secret, Error> {
        let refuse = |reason: String| Err(Error::ApiKey { id: id.to_owned(), reason });
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
        if !text.chars().all(allowed) {
            return refuse("may hold only letters, digits and `-._~+/=` (RFC 6750)".into());
        }
        if text.len() > 512 {
            return refuse(format!("has {} characters, at most 512 are allowed", text.len()));
        }
        let per_character = if text.chars().all(|c| c.is_ascii_hexdigit()) { 4.0 } else { 62_f64.log2() };
        let bits = (text.len() as f64 * per_character) as u32;
        if bits < Self::MINIMUM_BITS {
            return refuse(format!("holds at most {bits} bit, at least {} are required", Self::MINIMUM_BITS));
        }
        let different = text.chars().collect::<BTreeSet<_>>().len();
        if different < 8 {
            return refuse(format!("has only {different} different characters; use a random one"));
        }
        Ok(Secret(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(redacted)")
    }
}

/// One client's key as the server keeps it: who it is, and `HMAC-SHA-256(salt, secret)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// Names the client in logs: 1 to 63 letters, digits, `-`, `_` and `.`.
    pub id: String,
    /// 16 random bytes, hexadecimal.
    pub salt: String,
    /// 32 bytes, hexadecimal.
    pub digest: String,
}

impl ApiKey {
    /// Keeps `secret` under `id`. `salt` must be fresh random bytes.
    pub fn seal(id: &str, secret: &Secret, salt: [u8; 16]) -> Result<ApiKey, Error> {
        check_id(id)?;
        let digest = hmac(&salt, secret.0.as_bytes());
        Ok(ApiKey { id: id.to_owned(), salt: hex::encode(salt), digest: hex::encode(digest) })
    }

    /// Whether `presented` is this key's secret. The time does not depend on how much of it is right.
    pub fn matches(&self, presented: &[u8]) -> Choice {
        let salt = hex::decode(&self.salt).unwrap_or_default();
        let expected = hex::decode(&self.digest).unwrap_or_default();
        hmac(&salt, presented)[..].ct_eq(&expected)
    }

    /// Refuses a key whose id, salt or digest does not have its form.
    pub fn check(&self) -> Result<(), Error> {
        check_id(&self.id)?;
        for (name, text, bytes) in [("salt", &self.salt, 16), ("digest", &self.digest, 32)] {
            if hex::decode(text).map(|decoded| decoded.len()) != Ok(bytes) {
                let reason = format!("its {name} must be {bytes} bytes in hexadecimal");
                return Err(Error::ApiKey { id: self.id.clone(), reason });
            }
        }
        Ok(())
    }
}

fn check_id(id: &str) -> Result<(), Error> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if (1..=63).contains(&id.len()) && id.chars().all(allowed) {
        return Ok(());
    }
    let reason = "an id has 1 to 63 letters, digits, `-`, `_` and `.`".to_owned();
    Err(Error::ApiKey { id: id.to_owned(), reason })
}

fn hmac(salt: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(salt).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_secrets_are_refused_without_being_shown() {
        for (secret, words) in [
            ("0123456789abcdef0123456789abcde", Some("holds at most 124 bit, at least 128")),
            ("0123456789abcdef0123456789abcdef", None),
            ("Zk3vQ9rT1mYb7XcN5wLh2", Some("holds at most 125 bit")),
            ("Zk3vQ9rT1mYb7XcN5wLh2p", None),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Some("only 1 different characters")),
            ("Zk3vQ9rT1mYb7XcN5wLh2p with space", Some("may hold only letters")),
            ("", Some("holds at most 0 bit")),
        ] {
            let outcome = Secret::parse("clinic", secret);
            match words {
                None => assert!(outcome.is_ok(), "{secret}"),
                Some(words) => {
                    let text = outcome.expect_err(secret).to_string();
                    assert!(text.contains(words) && text.contains("clinic"), "{text}");
                    assert!(secret.is_empty() || !text.contains(secret), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_sealed_key_knows_its_secret_and_no_other() {
        let secret = Secret::parse("a", "0123456789abcdef0123456789abcdef").expect("strong");
        let key = ApiKey::seal("a", &secret, [7; 16]).expect("a good id");
        assert!(bool::from(key.matches(b"0123456789abcdef0123456789abcdef")));
        assert!(!bool::from(key.matches(b"0123456789abcdef0123456789abcdee")));
        assert!(!bool::from(key.matches(b"")));
        assert_eq!(format!("{secret:?}"), "Secret(redacted)");
        assert_ne!(key, ApiKey::seal("a", &secret, [8; 16]).expect("a good id"), "the salt matters");
    }

    #[test]
    fn the_digest_is_hmac_sha_256_as_rfc_4231_defines_it() {
        let digest = hmac(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex::encode(digest), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}

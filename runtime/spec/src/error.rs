//! What can be wrong with a document of this crate.

/// A setting, key or document that cannot be used. No variant carries a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A key that nothing reads.
    #[error("unknown key `{key}` in {place}{}", hint(.nearest))]
    UnknownKey {
        /// The key as written.
        key: String,
        /// Where it was written.
        place: String,
        /// The known key that is closest to it.
        nearest: Option<String>,
    },
    /// A key that must be written.
    #[error("{place} lacks the key `{key}`")]
    MissingKey {
        /// The key.
        key: String,
        /// Where it belongs.
        place: String,
    },
    /// A value that its setting does not allow.
    #[error("`{key}`: found {found}, expected {expected}")]
    Value {
        /// The setting.
        key: String,
        /// The value as written.
        found: String,
        /// What the setting allows.
        expected: String,
    },
    /// A secret that cannot be used as an API key. The secret itself is not shown.
    #[error("API key `{id}`: {reason}")]
    ApiKey {
        /// The key's id.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An `auth` that says neither or both of its two forms.
    #[error("`auth`: {0}")]
    Auth(&'static str),
    /// A document that does not have its form.
    #[error("{document}: {reason}")]
    Document {
        /// Which document.
        document: &'static str,
        /// What is wrong, with its place in the text.
        reason: String,
    },
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|known| format!("; did you mean `{known}`?")).unwrap_or_default()
}

//! What can be wrong with a wanted endpoint.

/// An endpoint that cannot be brought about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A name that is no DNS label.
    #[error(
        "the name `{found}` must have 1 to 63 lower-case letters, digits and `-`, and begin and end with a letter or digit"
    )]
    Name {
        /// The name as written.
        found: String,
    },
    /// Settings that the platform cannot honour.
    #[error(transparent)]
    Settings(monai_spec::Error),
}

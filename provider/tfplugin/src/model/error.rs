use crate::path::Step;
use crate::value::Value;
use crate::{Diagnostic, Path};

/// Why a value does not fit a Rust type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is unknown and the type has no place for that.
    #[error("{path} is not known yet")]
    Unknown {
        /// Where.
        path: Path,
    },
    /// It is null and the type has no place for that.
    #[error("{path} is not set")]
    Null {
        /// Where.
        path: Path,
    },
    /// It is of another kind or out of range.
    #[error("{path}: {reason}")]
    Wrong {
        /// Where.
        path: Path,
        /// What was found and what was expected.
        reason: String,
    },
}

impl ReadError {
    /// A value that does not fit, at the root of what is read.
    pub fn wrong(reason: impl Into<String>) -> Self {
        Self::Wrong { path: Path::root(), reason: reason.into() }
    }

    /// The error for a value that has not the expected kind.
    pub fn expected(kind: &str, value: &Value) -> Self {
        match value {
            Value::Null => Self::Null { path: Path::root() },
            Value::Unknown(_) => Self::Unknown { path: Path::root() },
            _ => Self::wrong(format!("expected {kind}")),
        }
    }

    /// The error for a text that is none of those that are allowed.
    pub fn not_one_of(allowed: &[&str], found: &str) -> Self {
        Self::wrong(format!("expected one of {}, found {found:?}", allowed.join(", ")))
    }

    /// The same error one step deeper.
    pub fn within(self, step: Step) -> Self {
        match self {
            Self::Unknown { path } => Self::Unknown { path: path.within(step) },
            Self::Null { path } => Self::Null { path: path.within(step) },
            Self::Wrong { path, reason } => Self::Wrong { path: path.within(step), reason },
        }
    }

    /// What is said where the provider has not computed all that it should.
    pub(crate) fn unsettled(self) -> Diagnostic {
        match self {
            Self::Null { path } => {
                let detail = format!("The provider gave no value for {path}. This is a fault of the provider.");
                Diagnostic::error("Missing computed value", detail).at(path)
            }
            error => error.into(),
        }
    }
}

impl From<ReadError> for Diagnostic {
    fn from(error: ReadError) -> Self {
        let (path, detail) = match error {
            ReadError::Unknown { path } => (path, "The value is not known yet.".to_owned()),
            ReadError::Null { path } => (path, "The value is not set.".to_owned()),
            ReadError::Wrong { path, reason } => (path, reason),
        };
        let place = if path.steps().is_empty() { "the configuration".to_owned() } else { path.to_string() };
        Self::error("Invalid value", format!("{place}: {detail}")).at(path)
    }
}

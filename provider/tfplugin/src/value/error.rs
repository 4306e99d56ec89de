//! What is wrong with bytes or JSON that should be a value.

/// Why bytes are not a value of the type that the schema says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The bytes end too early.
    #[error("the value ends too early at byte {at}: {needed} more are needed, {left} are left")]
    Truncated {
        /// Position.
        at: usize,
        /// Bytes or elements that were announced.
        needed: usize,
        /// Bytes that are left.
        left: usize,
    },
    /// A byte that begins no MessagePack token.
    #[error("byte {at} begins no MessagePack token")]
    Marker {
        /// Position.
        at: usize,
    },
    /// Text that is not UTF-8.
    #[error("the text at byte {at} is not UTF-8")]
    NotUtf8 {
        /// Position.
        at: usize,
    },
    /// Another kind of value than the schema says.
    #[error("{path}: expected {expected}, found {found}")]
    Mismatch {
        /// Attribute path.
        path: String,
        /// The type that the schema says.
        expected: &'static str,
        /// The kind that was found.
        found: &'static str,
    },
    /// An attribute that the schema does not have.
    #[error("{path}: no attribute is called {name}")]
    Attribute {
        /// Path of the object.
        path: String,
        /// The name.
        name: String,
    },
    /// Text that is no number.
    #[error("{path}: the number cannot be read")]
    Number {
        /// Attribute path.
        path: String,
    },
    /// The type beside a dynamic value cannot be read.
    #[error("{path}: the type of the dynamic value cannot be read")]
    DynamicType {
        /// Attribute path.
        path: String,
    },
    /// Dynamic values within dynamic values without end.
    #[error("{path}: values lie more than {limit} deep in each other")]
    TooDeep {
        /// Attribute path.
        path: String,
        /// How deep they may lie.
        limit: usize,
    },
    /// Bytes after the value.
    #[error("{count} bytes follow the value")]
    Trailing {
        /// How many.
        count: usize,
    },
    /// Not JSON.
    #[error("the value is not JSON: {reason}")]
    Json {
        /// What the reader of JSON says.
        reason: String,
    },
}

impl CodecError {
    /// The same error, found one step deeper. Paths are put together on the way out, as most values have no error.
    pub(super) fn within(mut self, step: &str) -> Self {
        match &mut self {
            Self::TooDeep { path, .. } => step.clone_into(path),
            Self::Mismatch { path, .. }
            | Self::Attribute { path, .. }
            | Self::Number { path }
            | Self::DynamicType { path } => {
                if !path.is_empty() {
                    path.insert(0, '.');
                }
                path.insert_str(0, step);
            }
            Self::Truncated { .. }
            | Self::Marker { .. }
            | Self::NotUtf8 { .. }
            | Self::Trailing { .. }
            | Self::Json { .. } => {}
        }
        self
    }

    /// The same error, of the whole value where it has no path.
    pub(super) fn rooted(self) -> Self {
        match &self {
            Self::Mismatch { path, .. }
            | Self::Attribute { path, .. }
            | Self::Number { path }
            | Self::DynamicType { path }
                if path.is_empty() =>
            {
                self.within("the value")
            }
            _ => self,
        }
    }
}

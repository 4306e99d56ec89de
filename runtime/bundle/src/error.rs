use std::io;

/// Why a bundle could not be read or resolved.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of the bundle could not be read.
    #[error("`{file}` cannot be read: {source}")]
    Read {
        /// File, relative to the bundle.
        file: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A document is not JSON or YAML as MONAI reads it.
    #[error("`{file}` line {line}, column {column}: {reason}")]
    Syntax {
        /// File, relative to the bundle.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// Found and expected.
        reason: String,
    },
    /// A mapping names the same key twice.
    #[error("`{file}` line {line}, column {column}: duplicate key `{key}`")]
    DuplicateKey {
        /// File, relative to the bundle.
        file: String,
        /// Line of the second appearance, from 1.
        line: usize,
        /// Column of the second appearance, from 1.
        column: usize,
        /// The key.
        key: String,
    },
    /// The folder or a file does not have the layout of a bundle.
    #[error("`{file}`: {reason}")]
    Layout {
        /// File or folder.
        file: String,
        /// Found and expected.
        reason: String,
    },
    /// A field of the metadata is missing or has the wrong kind.
    #[error("`{file}`, `{id}`: {reason}")]
    Metadata {
        /// File, relative to the bundle.
        file: String,
        /// Id of the field.
        id: String,
        /// Found and expected.
        reason: String,
    },
    /// A key of a later config file cannot be merged into the earlier ones.
    #[error("`{file}`, `{id}`: cannot be merged: {reason}")]
    Merge {
        /// The later file.
        file: String,
        /// The key as written.
        id: String,
        /// Found and expected.
        reason: String,
    },
    /// A `%` macro or a relative id cannot be replaced.
    #[error("`{file}`, `{id}`: macro `{text}`: {reason}")]
    Macro {
        /// File that holds the macro.
        file: String,
        /// Id that holds the macro.
        id: String,
        /// The macro as written.
        text: String,
        /// Why it cannot be replaced.
        reason: String,
    },
    /// A reference names an id that the config does not have.
    #[error("`{file}`, `{id}`: `@{reference}` is not defined in the config")]
    Missing {
        /// File that holds the reference.
        file: String,
        /// Id that holds the reference.
        id: String,
        /// The id that is missing.
        reference: String,
    },
    /// References lead back to where they started.
    #[error("`{file}`, `{id}`: circular reference: {chain}")]
    Circular {
        /// File that holds the last reference of the circle.
        file: String,
        /// Id that holds the last reference of the circle.
        id: String,
        /// The ids of the circle in order.
        chain: String,
    },
    /// A `$` expression is outside the closed language or fails.
    #[error("`{file}`, `{id}`: expression `{expression}`: {reason}")]
    Expression {
        /// File that holds the expression.
        file: String,
        /// Id of the expression.
        id: String,
        /// The expression as written, cut after 200 characters.
        expression: String,
        /// Why it is refused.
        reason: String,
    },
    /// A component's own keys (`_target_`, `_mode_` and so on) are wrong.
    #[error("`{file}`, `{id}`: {reason}")]
    Component {
        /// File that holds the component.
        file: String,
        /// Id of the component.
        id: String,
        /// Found and expected.
        reason: String,
    },
    /// A document, a chain of references or a result exceeds a bound.
    #[error("`{file}`, `{id}`: {reason}")]
    Limit {
        /// File in question.
        file: String,
        /// Id in question, empty for a whole document.
        id: String,
        /// The bound.
        reason: String,
    },
}

impl Error {
    /// The file at fault, relative to the bundle where it lies inside.
    pub fn file(&self) -> &str {
        match self {
            Error::Read { file, .. }
            | Error::Syntax { file, .. }
            | Error::DuplicateKey { file, .. }
            | Error::Layout { file, .. }
            | Error::Metadata { file, .. }
            | Error::Merge { file, .. }
            | Error::Macro { file, .. }
            | Error::Missing { file, .. }
            | Error::Circular { file, .. }
            | Error::Expression { file, .. }
            | Error::Component { file, .. }
            | Error::Limit { file, .. } => file,
        }
    }

    /// The id at fault; empty when a whole file is at fault.
    pub fn id(&self) -> &str {
        match self {
            Error::Read { .. } | Error::Syntax { .. } | Error::Layout { .. } => "",
            Error::DuplicateKey { key, .. } => key,
            Error::Metadata { id, .. }
            | Error::Merge { id, .. }
            | Error::Macro { id, .. }
            | Error::Missing { id, .. }
            | Error::Circular { id, .. }
            | Error::Expression { id, .. }
            | Error::Component { id, .. }
            | Error::Limit { id, .. } => id,
        }
    }

    /// What is wrong, without file and id.
    pub fn reason(&self) -> String {
        match self {
            Error::Read { source, .. } => format!("cannot be read: {source}"),
            Error::Syntax { line, column, reason, .. } => format!("line {line}, column {column}: {reason}"),
            Error::DuplicateKey { line, column, key, .. } => {
                format!("line {line}, column {column}: duplicate key `{key}`")
            }
            Error::Layout { reason, .. }
            | Error::Metadata { reason, .. }
            | Error::Component { reason, .. }
            | Error::Limit { reason, .. } => reason.clone(),
            Error::Merge { reason, .. } => format!("cannot be merged: {reason}"),
            Error::Macro { text, reason, .. } => format!("macro `{text}`: {reason}"),
            Error::Missing { reference, .. } => format!("`@{reference}` is not defined in the config"),
            Error::Circular { chain, .. } => format!("circular reference: {chain}"),
            Error::Expression { expression, reason, .. } => format!("expression `{expression}`: {reason}"),
        }
    }
}

use std::io;
use std::sync::Arc;

use crate::place::Place;

/// Why a bundle could not be read or resolved.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A file of the bundle could not be read.
    #[error("{place} cannot be read: {source}")]
    Read {
        /// The file.
        place: Place,
        /// What the operating system said.
        source: Arc<io::Error>,
    },
    /// A document is not JSON or YAML as MONAI reads it.
    #[error("{place}, column {column}: {reason}")]
    Syntax {
        /// The line.
        place: Place,
        /// Column in characters, from 1.
        column: usize,
        /// Found and expected.
        reason: String,
    },
    /// A mapping names the same key twice.
    #[error("{place}, column {column}: duplicate key `{key}`")]
    DuplicateKey {
        /// The line of the second appearance.
        place: Place,
        /// Column of the second appearance, from 1.
        column: usize,
        /// The key.
        key: String,
    },
    /// The folder or a file does not have the layout of a bundle.
    #[error("{place}: {reason}")]
    Layout {
        /// File or folder.
        place: Place,
        /// Found and expected.
        reason: String,
    },
    /// A field of the metadata is missing or has the wrong kind.
    #[error("{place}, `{id}`: {reason}")]
    Metadata {
        /// Where the field is written.
        place: Place,
        /// Id of the field.
        id: String,
        /// Found and expected.
        reason: String,
    },
    /// A key of a later config file cannot be merged into the earlier ones.
    #[error("{place}{}: cannot be merged: {reason}", named(id))]
    Merge {
        /// Where the key is written.
        place: Place,
        /// The id that the key writes.
        id: String,
        /// Found and expected.
        reason: String,
    },
    /// A `%` macro or a relative id cannot be replaced.
    #[error("{place}, `{id}`: macro `{text}`: {reason}")]
    Macro {
        /// Where the macro is written.
        place: Place,
        /// Id that holds the macro.
        id: String,
        /// The macro as written, cut after 200 characters.
        text: String,
        /// Why it cannot be replaced.
        reason: String,
    },
    /// A reference names an id that the config does not have.
    #[error("{place}, `{id}`: {}", missing(reference, nearest.as_deref()))]
    Missing {
        /// Where the reference is written.
        place: Place,
        /// Id that holds the reference.
        id: String,
        /// The id that is missing.
        reference: String,
        /// The nearest id that there is.
        nearest: Option<String>,
    },
    /// References lead back to where they started.
    #[error("{place}, `{id}`: circular reference: {chain}")]
    Circular {
        /// Where the last reference of the circle is written.
        place: Place,
        /// Id that holds the last reference of the circle.
        id: String,
        /// The ids of the circle in order.
        chain: String,
    },
    /// A `$` expression is outside the closed language or fails.
    #[error("{place}, `{id}`: expression `{expression}`: {reason}")]
    Expression {
        /// Where the expression is written.
        place: Place,
        /// Id of the expression.
        id: String,
        /// The expression as written, cut after 200 characters.
        expression: String,
        /// Why it is refused.
        reason: String,
    },
    /// A component's own keys (`_target_`, `_mode_` and so on) are wrong.
    #[error("{place}, `{id}`: {reason}")]
    Component {
        /// Where the component is written.
        place: Place,
        /// Id of the component.
        id: String,
        /// Found and expected.
        reason: String,
    },
    /// A document, a chain of references or a result exceeds a bound.
    #[error("{place}{}: {reason}", named(id))]
    Limit {
        /// Where the item is written.
        place: Place,
        /// Id in question, empty for a whole document.
        id: String,
        /// The bound.
        reason: String,
    },
}

fn named(id: &str) -> String {
    if id.is_empty() { String::new() } else { format!(", `{id}`") }
}

fn missing(reference: &str, nearest: Option<&str>) -> String {
    let hint = nearest.map(|nearest| format!("; did you mean `@{nearest}`?")).unwrap_or_default();
    format!("`@{reference}` is not defined in the config{hint}")
}

impl Error {
    /// Where the fault is written.
    pub fn place(&self) -> &Place {
        match self {
            Error::Read { place, .. }
            | Error::Syntax { place, .. }
            | Error::DuplicateKey { place, .. }
            | Error::Layout { place, .. }
            | Error::Metadata { place, .. }
            | Error::Merge { place, .. }
            | Error::Macro { place, .. }
            | Error::Missing { place, .. }
            | Error::Circular { place, .. }
            | Error::Expression { place, .. }
            | Error::Component { place, .. }
            | Error::Limit { place, .. } => place,
        }
    }

    /// The file at fault, relative to the bundle where it lies inside.
    pub fn file(&self) -> &str {
        &self.place().file
    }

    /// The line at fault, from 1, where one is known.
    pub fn line(&self) -> Option<u32> {
        self.place().line
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

    /// What is wrong, without place and id.
    pub fn reason(&self) -> String {
        match self {
            Error::Read { source, .. } => format!("cannot be read: {source}"),
            Error::Syntax { column, reason, .. } => format!("column {column}: {reason}"),
            Error::DuplicateKey { column, key, .. } => format!("column {column}: duplicate key `{key}`"),
            Error::Layout { reason, .. }
            | Error::Metadata { reason, .. }
            | Error::Component { reason, .. }
            | Error::Limit { reason, .. } => reason.clone(),
            Error::Merge { reason, .. } => format!("cannot be merged: {reason}"),
            Error::Macro { text, reason, .. } => format!("macro `{text}`: {reason}"),
            Error::Missing { reference, nearest, .. } => missing(reference, nearest.as_deref()),
            Error::Circular { chain, .. } => format!("circular reference: {chain}"),
            Error::Expression { expression, reason, .. } => format!("expression `{expression}`: {reason}"),
        }
    }
}

//! How long operations may take.

use std::time::Duration;

use tokio::time::Instant;

use crate::value::Value;
use crate::{Model, Span, Spelling};

/// How long each operation may take at most.
#[derive(Debug, Clone, PartialEq, Eq, Default, Model)]
#[attr(given)]
pub struct Timeouts {
    /// Time limit of create.
    #[attr(optional)]
    pub create: Option<Span>,
    /// Time limit of read.
    #[attr(optional)]
    pub read: Option<Span>,
    /// Time limit of update.
    #[attr(optional)]
    pub update: Option<Span>,
    /// Time limit of delete.
    #[attr(optional)]
    pub delete: Option<Span>,
}

/// The limits where the configuration's attribute `timeouts` says nothing.
#[derive(Debug, Clone, Copy)]
pub struct TimeLimits {
    /// Of create.
    pub create: Duration,
    /// Of read.
    pub read: Duration,
    /// Of update.
    pub update: Duration,
    /// Of delete.
    pub delete: Duration,
}

impl TimeLimits {
    /// Twenty minutes for create and update, ten for delete, five for read.
    pub const DEFAULT: Self = Self {
        create: Duration::from_secs(1200),
        read: Duration::from_secs(300),
        update: Duration::from_secs(1200),
        delete: Duration::from_secs(600),
    };
}

/// When one operation must be done: the only limit that it has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) duration: Duration,
    pub(crate) end: Instant,
    /// The operation whose limit the attribute or block `timeouts` sets, where there is one.
    pub(crate) setting: Option<&'static str>,
}

impl Limit {
    /// A limit that no configuration changes.
    pub(crate) fn fixed(duration: Duration) -> Self {
        let now = Instant::now();
        Self { duration, end: now.checked_add(duration).unwrap_or(now), setting: None }
    }

    /// The limit that `timeouts` of the object gives for an operation, else `default`.
    pub(crate) fn of(object: &Value, operation: &'static str, default: Duration) -> Self {
        let duration = match object.get("timeouts").get(operation) {
            Value::String(text) => Span::parse(text).map_or(default, |span| span.duration()),
            _ => default,
        };
        let settable = matches!(object, Value::Map(entries) if entries.contains_key("timeouts"));
        Self { setting: settable.then_some(operation), ..Self::fixed(duration) }
    }
}

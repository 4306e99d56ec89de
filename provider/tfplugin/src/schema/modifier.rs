//! What a plan does with an attribute beyond what the configuration says.

use std::fmt;
use std::sync::Arc;

use crate::Path;
use crate::model::{Convert, Typed};
use crate::value::Value;

/// What a computed value is planned as when the resource changes.
///
/// In a list or set of nested attributes a value is kept only where the list or set has a [`key`](super::Attribute::key):
/// without one nothing says which element of the state an element of the plan is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Keep {
    /// Known after apply.
    #[default]
    Recompute,
    /// What the state says, null as well.
    State,
    /// What the state says, unless that is null.
    NonNullState,
    /// What the state says, null as well, unless one of these changes. The paths begin at the object that the attribute
    /// is in.
    StateUnless(Vec<Path>),
}

/// Whether a change needs a new resource.
#[derive(Debug, Clone, Default)]
pub enum Replace {
    /// It is changed in place.
    #[default]
    Never,
    /// Any change does.
    Always,
    /// A change by the configuration does; one computed by the provider does not.
    IfConfigured,
    /// A change for which the condition holds does.
    If(Condition),
}

impl Replace {
    /// A change from the first value, that of the state, to the second, the planned one, for which this holds. It is
    /// asked only where they differ. Either may be null, the planned one unknown.
    pub fn when(condition: impl Fn(&Value, &Value) -> bool + Send + Sync + 'static) -> Self {
        Self::If(Condition(Arc::new(condition)))
    }

    /// The same with both as the field's type in a plan.
    pub fn when_planned<T: Typed>(
        condition: impl Fn(&T::Planned, &T::Planned) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::when(move |prior, planned| match (T::Planned::read(prior), T::Planned::read(planned)) {
            (Ok(prior), Ok(planned)) => condition(&prior, &planned),
            // What does not fit the type is refused where the whole plan is read.
            _ => false,
        })
    }
}

type Holds = dyn Fn(&Value, &Value) -> bool + Send + Sync;

/// A condition on the value of the state and the planned one.
#[derive(Clone)]
pub struct Condition(Arc<Holds>);

impl Condition {
    pub(crate) fn holds(&self, prior: &Value, planned: &Value) -> bool {
        (self.0)(prior, planned)
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Condition")
    }
}

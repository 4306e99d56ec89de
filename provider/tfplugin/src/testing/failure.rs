//! Why a test failed.

use std::fmt;

use super::Action;

/// A step that did not go as it says.
#[derive(thiserror::Error)]
#[error("step {step}, {act}: {fault}")]
pub struct Failure {
    /// Which one, from 1.
    pub step: usize,
    /// What it does.
    pub act: String,
    /// What went wrong.
    #[source]
    pub fault: Fault,
}

/// What went wrong in a step.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The test itself cannot be run: a configuration or a check that does not fit the schema.
    #[error("{place} cannot be read: {reason}")]
    Read {
        /// The address and the path.
        place: String,
        /// Why.
        reason: String,
    },
    /// An operation failed that must succeed.
    #[error("cannot {act}: {said}")]
    Refused {
        /// What was done.
        act: String,
        /// What the provider or the core said.
        said: String,
    },
    /// An operation succeeded that must fail.
    #[error("it succeeded, expected a failure that says {words:?}")]
    Accepted {
        /// What it must say.
        words: String,
    },
    /// An operation failed for another reason than the expected one.
    #[error("it failed, expected {words:?}, found {said:?}")]
    Said {
        /// What it must say.
        words: String,
        /// What it says.
        said: String,
    },
    /// A value is not as it must be.
    #[error("{place}: expected {expected}, found {found}")]
    Value {
        /// The address and the path, and whether in the plan or in the state.
        place: String,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// Another change is planned than must be.
    #[error("the plan of {address}: expected {expected}, found {found}")]
    Planned {
        /// The address.
        address: String,
        /// What must be planned.
        expected: Action,
        /// What is planned.
        found: Action,
    },
    /// A plan has changes where there is nothing left to do.
    #[error("the plan {when} is not empty: {address}, {found}: {differences}")]
    NotEmpty {
        /// Which plan.
        when: &'static str,
        /// The address of the first change.
        address: String,
        /// What is planned.
        found: Action,
        /// The attributes that differ.
        differences: String,
    },
    /// Something is in the state after all was destroyed.
    #[error("destroyed, and still in the state: {addresses}")]
    Left {
        /// Their addresses.
        addresses: String,
    },
    /// The real core cannot be run.
    #[error("cannot run the core: {reason}")]
    Run {
        /// Why.
        reason: String,
    },
}

impl fmt::Debug for Failure {
    /// As a test shows the error that it returns.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

//! What carries out the steps: this crate in process, or a real core.

use std::collections::BTreeMap;

use super::configuration::{Address, Configuration};
use super::{Action, Fault};
use crate::value::Value;

/// What a plan changes.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) action: Action,
    /// What is there, null where nothing is.
    pub(super) before: Value,
    /// What will be there, null where nothing will be.
    pub(super) after: Value,
}

/// Changes by address.
pub(super) type Changes = BTreeMap<Address, Change>;

/// Objects by address.
pub(super) type Objects = BTreeMap<Address, Value>;

/// How a plan is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// After everything was read.
    Refreshed,
    /// Of the state as it is.
    Unread,
    /// Of the end of everything.
    Destroy,
}

pub(super) trait Engine {
    /// Plans, and keeps the plan for [`Engine::apply`].
    async fn plan(&mut self, configuration: &Configuration, mode: Mode) -> Result<Changes, Fault>;

    /// Carries out the last plan.
    async fn apply(&mut self, configuration: &Configuration) -> Result<(), Fault>;

    /// Reads everything and writes it into the state.
    async fn refresh(&mut self, configuration: &Configuration) -> Result<(), Fault>;

    /// Takes an object out of the state and finds it anew by its id.
    async fn import(&mut self, configuration: &Configuration, address: &Address, id: &str) -> Result<(), Fault>;

    /// What the state has.
    fn objects(&mut self) -> Result<Objects, Fault>;
}

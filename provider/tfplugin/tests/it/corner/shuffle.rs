//! Stands for the providers `random` and `time`: its result is not known before it is created.

use tfplugin_rust::{Call, Create, Diagnostics, Draft, Model, Resource, Update};

use super::keeps::forgets;
use super::provider::Framework;

/// Texts in another order.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Shuffled {
    /// The texts.
    #[attr(required, replace)]
    input: Vec<String>,
    /// The same in another order.
    #[attr(computed, keep_state)]
    result: Vec<String>,
}

pub(crate) struct Shuffle;

impl Resource for Shuffle {
    type Provider = Framework;
    type Model = Shuffled;
    const NAME: &'static str = "framework_shuffle";

    async fn create(&self, change: Create<Shuffled>, _: &mut Call<Framework>) -> Result<Shuffled, Diagnostics> {
        let input = change.plan.input;
        Ok(Shuffled { result: input.iter().rev().cloned().collect(), input })
    }

    async fn read(&self, state: ShuffledDraft, _: &mut Call<Framework>) -> Result<Option<Shuffled>, Diagnostics> {
        state.settle().map(Some)
    }

    async fn update(&self, change: Update<Shuffled>, _: &mut Call<Framework>) -> Result<Shuffled, Diagnostics> {
        change.plan.settle()
    }

    forgets!(Shuffled);
}

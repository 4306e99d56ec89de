//! Stands for the provider `echo`, which stores what it is configured with.

use tfplugin_rust::{Call, Create, Diagnostics, Draft, Model, Resource, Update};

use super::keeps::forgets;
use super::provider::Framework;

/// What the provider was told.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Echoed {
    /// The provider's `dummy`.
    #[attr(computed, keep_state)]
    data: String,
}

pub(crate) struct Echo;

impl Resource for Echo {
    type Provider = Framework;
    type Model = Echoed;
    const NAME: &'static str = "framework_echo";

    async fn create(&self, _: Create<Echoed>, call: &mut Call<Framework>) -> Result<Echoed, Diagnostics> {
        Ok(Echoed { data: call.provider().store().to_owned() })
    }

    async fn read(&self, state: EchoedDraft, _: &mut Call<Framework>) -> Result<Option<Echoed>, Diagnostics> {
        state.settle().map(Some)
    }

    async fn update(&self, change: Update<Echoed>, _: &mut Call<Framework>) -> Result<Echoed, Diagnostics> {
        change.plan.settle()
    }

    forgets!(Echoed);
}

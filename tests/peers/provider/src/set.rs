use tfplugin_rust::{Call, Create, Diagnostics, Draft, Model, Resource, Set, Update};

use crate::Bench;

/// An object with a set of nested objects.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Rules {
    /// Its id.
    #[attr(computed, keep_state)]
    id: String,
    /// Its name.
    #[attr(required)]
    name: String,
    /// Its rules, in no order.
    #[attr(required)]
    rules: Set<Rule>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Model)]
struct Rule {
    /// The rule's name.
    #[attr(required)]
    name: String,
    /// The port that it opens.
    #[attr(required)]
    port: i64,
    /// Whom it lets in.
    #[attr(optional)]
    source: Option<String>,
    /// Whether it counts.
    #[attr(default = true)]
    enabled: bool,
}

pub(crate) struct SetResource;

impl Resource for SetResource {
    type Provider = Bench;
    type Model = Rules;
    const NAME: &'static str = "bench_set";

    async fn create(&self, change: Create<Rules>, _call: &mut Call<Bench>) -> Result<Rules, Diagnostics> {
        let id = format!("set-{}", change.plan.name);
        RulesDraft { id: Some(id), ..change.plan }.settle()
    }

    async fn read(&self, state: RulesDraft, _call: &mut Call<Bench>) -> Result<Option<Rules>, Diagnostics> {
        state.settle().map(Some)
    }

    async fn update(&self, change: Update<Rules>, _call: &mut Call<Bench>) -> Result<Rules, Diagnostics> {
        change.plan.settle()
    }

    async fn delete(&self, _state: RulesDraft, _call: &mut Call<Bench>) -> Result<(), Diagnostics> {
        Ok(())
    }
}

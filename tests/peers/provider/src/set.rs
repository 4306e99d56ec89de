use tfplugin_rust::{Attr, Call, Create, Diagnostics, Model, Resource, Set, Update};

use crate::Bench;

/// An object with a set of nested objects.
#[derive(Debug, Clone, Model)]
pub(crate) struct Rules {
    /// Its id.
    #[attr(computed, keep)]
    id: Attr<String>,
    /// Its name.
    #[attr(required)]
    name: Attr<String>,
    /// Its rules, in no order.
    #[attr(required)]
    rules: Attr<Set<Rule>>,
}

/// A rule.
#[derive(Debug, Clone, Model)]
struct Rule {
    /// The rule's name.
    #[attr(required)]
    name: Attr<String>,
    /// The port that it opens.
    #[attr(required)]
    port: Attr<i64>,
    /// Whom it lets in.
    #[attr(optional)]
    source: Attr<String>,
    /// Whether it counts.
    #[attr(default = true)]
    enabled: Attr<bool>,
}

pub(crate) struct SetResource;

impl Resource for SetResource {
    type Provider = Bench;
    type Model = Rules;
    const NAME: &'static str = "bench_set";

    async fn create(&self, change: Create<Rules>, _call: &mut Call<Bench>) -> Result<Rules, Diagnostics> {
        let id = format!("set-{}", change.plan.name.known().map_or("", String::as_str));
        Ok(Rules { id: id.into(), ..change.plan })
    }

    async fn read(&self, state: Rules, _call: &mut Call<Bench>) -> Result<Option<Rules>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(&self, change: Update<Rules>, _call: &mut Call<Bench>) -> Result<Rules, Diagnostics> {
        Ok(change.plan)
    }

    async fn delete(&self, _state: Rules, _call: &mut Call<Bench>) -> Result<(), Diagnostics> {
        Ok(())
    }
}

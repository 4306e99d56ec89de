use std::collections::{BTreeMap, BTreeSet};

use tfplugin_rust::{Attr, Call, Create, Diagnostics, Model, Resource, Update};

use crate::Bench;

/// An object with attributes of every ordinary kind.
#[derive(Debug, Clone, Model)]
pub(crate) struct Item {
    /// Its id.
    #[attr(computed, keep)]
    id: Attr<String>,
    /// Its name.
    #[attr(required, replace, length = 1..=64)]
    name: Attr<String>,
    /// What it is for.
    #[attr(optional)]
    description: Attr<String>,
    /// How it works.
    #[attr(default = "standard", one_of = ["standard", "fast"])]
    mode: Attr<String>,
    /// Whether it works.
    #[attr(default = true)]
    enabled: Attr<bool>,
    /// How large it is.
    #[attr(required)]
    size: Attr<i64>,
    /// How much of it is used.
    #[attr(optional)]
    ratio: Attr<f64>,
    /// Its tags.
    #[attr(optional)]
    tags: Attr<BTreeMap<String, String>>,
    /// Where it is, the best first.
    #[attr(optional)]
    zones: Attr<Vec<String>>,
    /// Who may change it.
    #[attr(optional)]
    owners: Attr<BTreeSet<String>>,
    /// What it may use.
    #[attr(optional)]
    limits: Attr<Limits>,
}

/// What an item may use.
#[derive(Debug, Clone, Model)]
struct Limits {
    /// Cores.
    #[attr(required)]
    cpu: Attr<i64>,
    /// Bytes.
    #[attr(required)]
    memory: Attr<i64>,
}

pub(crate) struct ItemResource;

impl Resource for ItemResource {
    type Provider = Bench;
    type Model = Item;
    const NAME: &'static str = "bench_item";

    async fn create(&self, change: Create<Item>, _call: &mut Call<Bench>) -> Result<Item, Diagnostics> {
        let id = format!("item-{}", change.plan.name.known().map_or("", String::as_str));
        Ok(Item { id: id.into(), ..change.plan })
    }

    async fn read(&self, state: Item, _call: &mut Call<Bench>) -> Result<Option<Item>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(&self, change: Update<Item>, _call: &mut Call<Bench>) -> Result<Item, Diagnostics> {
        Ok(change.plan)
    }

    async fn delete(&self, _state: Item, _call: &mut Call<Bench>) -> Result<(), Diagnostics> {
        Ok(())
    }
}

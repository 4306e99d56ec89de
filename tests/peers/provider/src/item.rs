use std::collections::{BTreeMap, BTreeSet};

use tfplugin_rust::{Call, Create, Diagnostics, Draft, Model, Resource, Update};

use crate::Bench;

/// An object with attributes of every ordinary kind.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Item {
    /// Its id.
    #[attr(computed, keep_state)]
    id: String,
    /// Its name.
    #[attr(required, replace, length = 1..=64)]
    name: String,
    /// What it is for.
    #[attr(optional)]
    description: Option<String>,
    /// How it works.
    #[attr(default = "standard", one_of = ["standard", "fast"])]
    mode: String,
    /// Whether it works.
    #[attr(default = true)]
    enabled: bool,
    /// How large it is.
    #[attr(required)]
    size: i64,
    /// How much of it is used.
    #[attr(optional)]
    ratio: Option<f64>,
    /// Its tags.
    #[attr(optional)]
    tags: Option<BTreeMap<String, String>>,
    /// Where it is, the best first.
    #[attr(optional)]
    zones: Option<Vec<String>>,
    /// Who may change it.
    #[attr(optional)]
    owners: Option<BTreeSet<String>>,
    /// What it may use.
    #[attr(optional)]
    limits: Option<Limits>,
}

/// What an item may use.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
struct Limits {
    /// Cores.
    #[attr(required)]
    cpu: i64,
    /// Bytes.
    #[attr(required)]
    memory: i64,
}

pub(crate) struct ItemResource;

impl Resource for ItemResource {
    type Provider = Bench;
    type Model = Item;
    const NAME: &'static str = "bench_item";

    async fn create(&self, change: Create<Item>, _call: &mut Call<Bench>) -> Result<Item, Diagnostics> {
        let id = format!("item-{}", change.plan.name);
        ItemDraft { id: Some(id), ..change.plan }.settle()
    }

    async fn read(&self, state: ItemDraft, _call: &mut Call<Bench>) -> Result<Option<Item>, Diagnostics> {
        state.settle().map(Some)
    }

    async fn update(&self, change: Update<Item>, _call: &mut Call<Bench>) -> Result<Item, Diagnostics> {
        change.plan.settle()
    }

    async fn delete(&self, _state: ItemDraft, _call: &mut Call<Bench>) -> Result<(), Diagnostics> {
        Ok(())
    }
}

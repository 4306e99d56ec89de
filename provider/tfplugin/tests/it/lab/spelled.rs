//! The resource `lab_spelled`: its API answers everything in another spelling than it was given.

use std::collections::BTreeMap;

use tfplugin_rust::types::{Address, CaseInsensitive, Cidr, IntOrPercent, JsonText, Quantity, Share, Timestamp};
use tfplugin_rust::{Call, Create, Diagnostics, Model, Resource, Set, Span, Spelling, Update};

use super::thing::Lab;

/// What can be spelled in many ways.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Spelled {
    /// Memory.
    #[attr(required)]
    memory: Quantity,
    /// A wait.
    #[attr(optional)]
    wait: Option<Span>,
    /// A policy.
    #[attr(optional)]
    policy: Option<JsonText>,
    /// A network.
    #[attr(optional)]
    network: Option<Cidr>,
    /// A host.
    #[attr(optional)]
    host: Option<Address>,
    /// A region.
    #[attr(optional)]
    region: Option<CaseInsensitive>,
    /// A time.
    #[attr(optional)]
    since: Option<Timestamp>,
    /// How many may be gone.
    #[attr(optional)]
    spare: Option<IntOrPercent>,
    /// A factor.
    #[attr(optional)]
    factor: Option<f64>,
    /// In order.
    #[attr(optional)]
    list: Option<Vec<Quantity>>,
    /// Without order.
    #[attr(optional)]
    set: Option<Set<Quantity>>,
    /// By name.
    #[attr(optional)]
    map: Option<BTreeMap<String, Quantity>>,
    /// In order of orders.
    #[attr(optional)]
    lists: Option<Vec<Vec<Quantity>>>,
    /// Nested: one.
    #[attr(optional)]
    single: Option<Nested>,
    /// Nested: in order.
    #[attr(optional)]
    many: Option<Vec<Nested>>,
    /// Nested: without order.
    #[attr(optional)]
    few: Option<Set<Nested>>,
    /// Nested: by name.
    #[attr(optional)]
    named: Option<BTreeMap<String, Nested>>,
    /// Blocks without order.
    #[attr(block)]
    block: Set<Nested>,
    /// Of an object type.
    #[attr(optional, plain)]
    plain: Option<Vec<Scale>>,
    /// A secret.
    #[attr(optional, sensitive)]
    secret: Option<JsonText>,
    /// What it is known by.
    #[attr(computed, keep_state)]
    id: String,
}

/// What is nested.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Nested {
    /// Memory.
    #[attr(required)]
    memory: Quantity,
    /// Deeper.
    #[attr(optional)]
    deep: Option<Deep>,
    /// Its number.
    #[attr(computed)]
    serial: u64,
}

/// What is nested deeper.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Deep {
    /// Sizes, without order.
    #[attr(optional)]
    sizes: Option<Set<Quantity>>,
    /// A wait.
    #[attr(optional)]
    wait: Option<Span>,
}

/// A part of an object type.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Scale {
    /// A factor.
    #[attr(required)]
    factor: f64,
}

pub(crate) struct Spelleds;

fn spelled<T: Spelling>(text: impl Into<String>) -> T {
    let text = text.into();
    T::parse(&text).unwrap_or_else(|| panic!("{text} is {}", T::EXPECTED))
}

fn quantity(quantity: Quantity) -> Quantity {
    spelled(quantity.number().to_string())
}

fn span(span: Span) -> Span {
    spelled(format!("{}ns", span.duration().as_nanos()))
}

fn all(quantities: Vec<Quantity>) -> Vec<Quantity> {
    quantities.into_iter().map(quantity).collect()
}

/// The API does not keep the order of a set.
fn set(Set(mut quantities): Set<Quantity>) -> Set<Quantity> {
    quantities.reverse();
    Set(all(quantities))
}

fn json(json: JsonText) -> JsonText {
    spelled(json.canonical())
}

fn nested(share: NestedDraft) -> Nested {
    let deep = share.deep.map(|deep| Deep { sizes: deep.sizes.map(set), wait: deep.wait.map(span) });
    let serial = share.memory.number().as_u64().unwrap_or_default();
    Nested { memory: quantity(share.memory), deep, serial }
}

fn made(given: SpelledDraft) -> Spelled {
    let reversed = |Set(mut items): Set<NestedDraft>| {
        items.reverse();
        Set(items.into_iter().map(nested).collect())
    };
    Spelled {
        memory: quantity(given.memory),
        wait: given.wait.map(span),
        policy: given.policy.map(json),
        network: given.network.map(|network| spelled(network.canonical())),
        host: given.host.map(|host| spelled(host.canonical())),
        region: given.region.map(|region| region.as_str().to_uppercase().as_str().into()),
        since: given.since.map(|since| {
            let utc = since.instant().to_offset(time::UtcOffset::UTC);
            spelled(utc.format(&time::format_description::well_known::Rfc3339).expect("a time"))
        }),
        spare: given.spare.map(|spare| {
            spelled(match spare.share() {
                Share::Int(count) => format!("{count:03}"),
                Share::Percent(percent) => format!("{percent:03}%"),
            })
        }),
        factor: given.factor,
        list: given.list.map(all),
        set: given.set.map(set),
        map: given.map.map(|map| map.into_iter().map(|(name, item)| (name, quantity(item))).collect()),
        lists: given.lists.map(|lists| lists.into_iter().map(all).collect()),
        single: given.single.map(nested),
        many: given.many.map(|many| many.into_iter().map(nested).collect()),
        few: given.few.map(reversed),
        named: given.named.map(|named| named.into_iter().map(|(name, item)| (name, nested(item))).collect()),
        block: reversed(given.block),
        plain: given.plain,
        secret: given.secret.map(json),
        id: "spelled".to_owned(),
    }
}

impl Resource for Spelleds {
    type Provider = Lab;
    type Model = Spelled;
    const NAME: &'static str = "lab_spelled";

    async fn create(&self, change: Create<Spelled>, _: &mut Call<Lab>) -> Result<Spelled, Diagnostics> {
        Ok(made(change.plan))
    }

    async fn read(&self, state: SpelledDraft, _: &mut Call<Lab>) -> Result<Option<Spelled>, Diagnostics> {
        Ok(Some(made(state)))
    }

    async fn update(&self, change: Update<Spelled>, _: &mut Call<Lab>) -> Result<Spelled, Diagnostics> {
        Ok(made(change.plan))
    }

    async fn delete(&self, _: SpelledDraft, _: &mut Call<Lab>) -> Result<(), Diagnostics> {
        Ok(())
    }
}

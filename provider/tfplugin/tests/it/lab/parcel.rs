//! The resource `lab_parcel`: the words of `#[attr(..)]` that change plans and check values.

use std::collections::BTreeMap;

use tfplugin_rust::{Attr, Call, Create, Diagnostics, Model, Resource, Set, Update};

use super::thing::Lab;

/// A parcel.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Parcel {
    /// Its name.
    #[attr(required, characters = "a-z0-9-", pattern = "^[a-z]")]
    name: String,
    /// Its size.
    #[attr(default = 1u64, at_least = 1u64, replace_if = shrinks)]
    size: u64,
    /// Where it goes; letters may be large or small.
    #[attr(optional, canonical = lower, prefix = "to ")]
    address: Option<String>,
    /// Stamps on it, in any order.
    #[attr(optional, canonical = sorted, not_empty, unique, each(one_of = ["red", "blue", "gold"]))]
    stamps: Option<Vec<String>>,
    /// Remarks by language.
    #[attr(optional, keys(length = 2..=2, characters = "a-z"), each(not_empty))]
    remarks: Option<BTreeMap<String, String>>,
    /// A number of which only even ones are good.
    #[attr(optional, check("even", even))]
    number: Option<u64>,
    /// A secret of which only short ones are good.
    #[attr(optional, sensitive, check = short, each(characters = "0-9"))]
    codes: Option<BTreeMap<String, String>>,
    /// What is in it.
    #[attr(optional, key = "label", check = light)]
    items: Option<Set<Item>>,
    /// The seal, made anew when the name changes.
    #[attr(computed, keep_state_unless = ["name"])]
    seal: String,
    /// How often it was changed.
    #[attr(computed)]
    revision: u64,
}

/// What is in a parcel.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Item {
    /// What it says.
    #[attr(required)]
    label: String,
    /// Its weight.
    #[attr(default = 40u64)]
    weight: u64,
    /// Its number.
    #[attr(computed, keep_state)]
    serial: u64,
}

fn shrinks(prior: &Attr<u64>, planned: &Attr<u64>) -> bool {
    prior.known() > planned.known()
}

fn lower(address: &str) -> String {
    address.to_lowercase()
}

fn sorted(stamps: &[String]) -> Vec<String> {
    let mut stamps = stamps.to_vec();
    stamps.sort();
    stamps
}

fn even(number: &u64) -> Result<(), String> {
    if number.is_multiple_of(2) { Ok(()) } else { Err(format!("found {number}, which is odd")) }
}

fn short(codes: &BTreeMap<String, String>) -> Result<(), String> {
    if codes.len() > 1 { Err(format!("{codes:?} is too much")) } else { Ok(()) }
}

fn light(items: &Set<ItemDraft>) -> Result<(), String> {
    let weight: u64 = items.0.iter().map(|item| item.weight).sum();
    if weight > 100 { Err(format!("together {weight} is more than 100")) } else { Ok(()) }
}

pub(crate) struct Parcels;

/// The API writes addresses in capitals and sorts stamps.
fn made(parcel: ParcelDraft, seal: String, revision: u64) -> Parcel {
    let finish = |item: ItemDraft| Item {
        serial: item.serial.unwrap_or(item.label.len() as u64 + 10 * revision),
        label: item.label,
        weight: item.weight,
    };
    Parcel {
        name: parcel.name,
        size: parcel.size,
        address: parcel.address.map(|address| address.to_uppercase()),
        stamps: parcel.stamps.map(|stamps| sorted(&stamps)),
        remarks: parcel.remarks,
        number: parcel.number,
        codes: parcel.codes,
        items: parcel.items.map(|Set(items)| Set(items.into_iter().map(finish).collect())),
        seal,
        revision,
    }
}

impl Resource for Parcels {
    type Provider = Lab;
    type Model = Parcel;
    const NAME: &'static str = "lab_parcel";

    async fn create(&self, change: Create<Parcel>, _: &mut Call<Lab>) -> Result<Parcel, Diagnostics> {
        let seal = format!("seal of {}", change.plan.name);
        Ok(made(change.plan, seal, 0))
    }

    async fn read(&self, state: ParcelDraft, _: &mut Call<Lab>) -> Result<Option<Parcel>, Diagnostics> {
        let (seal, revision) = (state.seal.clone().unwrap_or_default(), state.revision.unwrap_or_default());
        Ok(Some(made(state, seal, revision)))
    }

    async fn update(&self, change: Update<Parcel>, _: &mut Call<Lab>) -> Result<Parcel, Diagnostics> {
        let seal = format!("seal of {}", change.plan.name);
        let revision = change.prior.revision.unwrap_or_default() + 1;
        Ok(made(change.plan, seal, revision))
    }

    async fn delete(&self, _: ParcelDraft, _: &mut Call<Lab>) -> Result<(), Diagnostics> {
        Ok(())
    }
}

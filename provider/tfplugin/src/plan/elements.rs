//! The objects within nested values, each beside the object that it belongs to elsewhere.

use std::collections::HashMap;

use super::compare::Keyed;
use super::spelling::canonical_objects;
use super::template::Items;
use crate::schema::{Attribute, Kind, Nesting};
use crate::value::Value;

const NULL: &Value = &Value::Null;

/// Calls `act` for each object of a nested value, with its own part of the configuration.
pub(crate) fn visit(
    nesting: Nesting,
    inner: &[Attribute],
    config: &Value,
    value: &mut Value,
    act: &mut dyn FnMut(&Value, &mut Value),
) {
    match (nesting, config, value) {
        (Nesting::Single | Nesting::Group, config, value @ Value::Map(_)) if !config.is_null() => act(config, value),
        (Nesting::List, Value::List(configs), Value::List(items)) => {
            for (index, item) in items.iter_mut().enumerate() {
                act(configs.get(index).unwrap_or(NULL), item);
            }
        }
        (Nesting::Map, Value::Map(configs), Value::Map(entries)) => {
            for (key, item) in entries {
                act(configs.get(key).unwrap_or(NULL), item);
            }
        }
        (Nesting::Set, Value::List(configs), Value::List(items)) => {
            let owners = owners(inner, configs, items);
            // An element that is nobody's stays as Terraform proposed it.
            for (item, owner) in items.iter_mut().zip(owners) {
                if let Some(owner) = owner {
                    act(&configs[owner], item);
                }
            }
        }
        _ => {}
    }
}

/// For each element of a planned set the element of the configuration that it came from: the one whose configured
/// attributes it has. Linear in the number of elements.
fn owners(inner: &[Attribute], configs: &[Value], items: &[Value]) -> Vec<Option<usize>> {
    let mut owners = vec![None; items.len()];
    let (configs, items) = (canonical_objects(inner, configs), canonical_objects(inner, items));
    let taken = Items::new(Kind::Object(inner), &items, is_left_open).assign(&configs);
    for (config, position) in taken.into_iter().enumerate() {
        if let Some(position) = position {
            owners[position] = Some(config);
        }
    }
    owners
}

fn is_left_open(_: Kind<'_>, attribute: Option<&Attribute>, config: &Value) -> bool {
    config.is_null() && attribute.is_some_and(|attribute| attribute.is_computed())
}

/// For each element the position of the one of the others that has the same key.
pub(crate) fn with_key(key: &str, inner: &[Attribute], items: &[Value], others: &[Value]) -> Vec<Option<usize>> {
    let Some(attribute) = inner.iter().find(|item| item.name == key) else { return vec![None; items.len()] };
    let keyed = |item| {
        let value = Value::get(item, key);
        (!value.is_null() && !value.is_unknown()).then_some(Keyed(attribute.shape.kind(), value))
    };
    let mut found = HashMap::with_capacity(others.len());
    for (position, other) in others.iter().enumerate() {
        if let Some(keyed) = keyed(other) {
            found.entry(keyed).or_insert(position);
        }
    }
    items.iter().map(|item| found.remove(&keyed(item)?)).collect()
}

/// The objects of two nested values that belong together, null where one side has none: by key where there is one, else
/// elements of lists by their place and those of sets where all that is known is the same.
pub(crate) fn pair<'a>(
    attribute: &Attribute,
    nesting: Nesting,
    inner: &[Attribute],
    prior: &'a Value,
    planned: &'a Value,
) -> Vec<(&'a Value, &'a Value)> {
    let (before, after) = (items(prior), items(planned));
    match (nesting, &attribute.key) {
        (Nesting::List | Nesting::Set, Some(key)) => joined(before, after, &with_key(key, inner, after, before)),
        (Nesting::List, None) => (0..before.len().max(after.len()))
            .map(|index| (before.get(index).unwrap_or(NULL), after.get(index).unwrap_or(NULL)))
            .collect(),
        (Nesting::Set, None) => {
            joined(before, after, &Items::new(Kind::Object(inner), before, is_unknown).assign(after))
        }
        (Nesting::Map, _) => {
            let (before, after) = (entries(prior), entries(planned));
            let both = before.map(|(key, item)| (item, planned.get(key)));
            both.chain(after.filter(|(key, _)| prior.get(key).is_null()).map(|(_, item)| (NULL, item))).collect()
        }
        (Nesting::Single | Nesting::Group, _) => vec![(prior, planned)],
    }
}

fn is_unknown(_: Kind<'_>, _: Option<&Attribute>, value: &Value) -> bool {
    value.is_unknown()
}

/// Each element of `after` with its partner in `before`, then those of `before` that are nobody's.
fn joined<'a>(before: &'a [Value], after: &'a [Value], partners: &[Option<usize>]) -> Vec<(&'a Value, &'a Value)> {
    let mut alone = vec![true; before.len()];
    partners.iter().flatten().for_each(|position| alone[*position] = false);
    let both = partners.iter().zip(after).map(|(partner, item)| (partner.map_or(NULL, |at| &before[at]), item));
    both.chain(before.iter().zip(alone).filter(|(_, alone)| *alone).map(|(item, _)| (item, NULL))).collect()
}

pub(crate) fn items(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        _ => &[],
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let entries = if let Value::Map(entries) = value { Some(entries) } else { None };
    entries.into_iter().flatten()
}

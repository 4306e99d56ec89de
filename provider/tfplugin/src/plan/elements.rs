//! The objects within nested values, each beside the object that it belongs to elsewhere.

use std::collections::HashMap;

use super::compare::fingerprint;
use crate::schema::{Attribute, Nesting, object};
use crate::value::Value;

const NULL: &Value = &Value::Null;

/// Rebuilds a nested value from its objects, each with its own part of the configuration.
pub(crate) fn rebuild(
    nesting: Nesting,
    inner: &[Attribute],
    config: &Value,
    value: Value,
    act: &dyn Fn(&Value, Value) -> Value,
) -> Value {
    match (nesting, config, value) {
        (Nesting::Single | Nesting::Group, config, value @ Value::Map(_)) if !config.is_null() => act(config, value),
        (Nesting::List, Value::List(configs), Value::List(items)) => {
            let items =
                items.into_iter().enumerate().map(|(index, item)| act(configs.get(index).unwrap_or(NULL), item));
            Value::List(items.collect())
        }
        (Nesting::Map, Value::Map(configs), Value::Map(entries)) => {
            let entries = entries.into_iter().map(|(key, item)| {
                let item = act(configs.get(&key).unwrap_or(NULL), item);
                (key, item)
            });
            Value::Map(entries.collect())
        }
        (Nesting::Set, Value::List(configs), Value::List(items)) => {
            let owners = owners(inner, configs, &items);
            let items = items.into_iter().zip(owners).map(|(item, owner)| act(owner.unwrap_or(NULL), item));
            Value::List(items.collect())
        }
        (_, _, value) => value,
    }
}

/// For each element of a planned set the element of the configuration that it came from: the one whose configured
/// attributes it has. Linear in the number of elements.
fn owners<'a>(inner: &[Attribute], configs: &'a [Value], items: &[Value]) -> Vec<Option<&'a Value>> {
    let ty = object(inner);
    let mut owners: Vec<Option<&'a Value>> = vec![None; items.len()];
    let mut by_pattern: HashMap<Vec<bool>, HashMap<Vec<u8>, Vec<usize>>> = HashMap::new();
    for config in configs {
        let pattern: Vec<bool> =
            inner.iter().map(|item| item.is_computed() && config.get(&item.name).is_null()).collect();
        let masked = |value: &Value| {
            let kept = inner.iter().zip(&pattern).filter(|(_, open)| !**open);
            let value = Value::object(kept.map(|(item, _)| (item.name.clone(), value.get(&item.name).clone())));
            fingerprint(&ty, &value)
        };
        let known = by_pattern.entry(pattern.clone()).or_insert_with(|| {
            let mut index: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
            for (position, item) in items.iter().enumerate().rev() {
                index.entry(masked(item)).or_default().push(position);
            }
            index
        });
        let Some(positions) = known.get_mut(&masked(config)) else { continue };
        while let Some(position) = positions.pop() {
            if owners[position].is_none() {
                owners[position] = Some(config);
                break;
            }
        }
    }
    owners
}

/// The objects of two nested values that belong together, null where one side has none. Elements of sets have no identity, so each is
/// paired with null.
pub(crate) fn pair<'a>(nesting: Nesting, left: &'a Value, right: &'a Value) -> Vec<(&'a Value, &'a Value)> {
    match (nesting, left, right) {
        (Nesting::List, left, right) => {
            let (left, right) = (items(left), items(right));
            (0..left.len().max(right.len()))
                .map(|index| (left.get(index).unwrap_or(NULL), right.get(index).unwrap_or(NULL)))
                .collect()
        }
        (Nesting::Set, left, right) => {
            items(left).iter().map(|item| (item, NULL)).chain(items(right).iter().map(|item| (NULL, item))).collect()
        }
        (Nesting::Map, Value::Map(entries), other) => {
            let both = entries.iter().map(|(key, item)| (item, other.get(key)));
            let Value::Map(others) = other else { return both.collect() };
            both.chain(others.iter().filter(|(key, _)| !entries.contains_key(*key)).map(|(_, item)| (NULL, item)))
                .collect()
        }
        (Nesting::Map, _, Value::Map(others)) => others.values().map(|item| (NULL, item)).collect(),
        _ => Vec::new(),
    }
}

fn items(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        _ => &[],
    }
}

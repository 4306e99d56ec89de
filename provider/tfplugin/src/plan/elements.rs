//! The objects within nested values, each beside the object that it belongs to elsewhere.

use super::template::Items;
use crate::schema::{Attribute, Kind, Nesting};
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
    let mut owners = vec![None; items.len()];
    let taken = Items::new(Kind::Object(inner), items, is_left_open).assign(configs);
    for (config, position) in configs.iter().zip(taken) {
        if let Some(position) = position {
            owners[position] = Some(config);
        }
    }
    owners
}

fn is_left_open(_: Kind<'_>, attribute: Option<&Attribute>, config: &Value) -> bool {
    config.is_null() && attribute.is_some_and(|attribute| attribute.is_computed())
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

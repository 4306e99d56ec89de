//! What Terraform proposes to a provider, as its `objchange.ProposedNew` does.

use crate::schema::{Attribute, Mode, Nesting, Shape};
use crate::value::Value;

const NULL: &Value = &Value::Null;

/// The configuration, with what it leaves open taken from the state.
pub fn propose(attributes: &[Attribute], prior: &Value, config: &Value) -> Value {
    let Value::Map(_) = config else { return config.clone() };
    Value::object(attributes.iter().map(|item| {
        let (prior, config) = (prior.get(&item.name), config.get(&item.name));
        let value = match &item.shape {
            Shape::Nested(Nesting::Group, inner) if item.block.is_some() => propose(inner, prior, config),
            _ if item.is_computed() && config.is_null() && item.block.is_none() => {
                let given = item.mode == Mode::OptionalComputed && was_written(item, prior);
                if given { Value::Null } else { prior.clone() }
            }
            Shape::Nested(nesting, inner) => nested(*nesting, inner, prior, config),
            Shape::Plain(_) => config.clone(),
        };
        (item.name.clone(), value)
    }))
}

fn nested(nesting: Nesting, inner: &[Attribute], prior: &Value, config: &Value) -> Value {
    match (nesting, config) {
        (Nesting::List, Value::List(items)) => {
            let prior = elements(prior);
            let items = items.iter().enumerate().map(|(at, item)| propose(inner, prior.get(at).unwrap_or(NULL), item));
            Value::List(items.collect())
        }
        (Nesting::Map, Value::Map(entries)) => {
            Value::Map(entries.iter().map(|(key, item)| (key.clone(), propose(inner, prior.get(key), item))).collect())
        }
        (Nesting::Set, Value::List(items)) => {
            let mut left: Vec<&Value> = elements(prior).iter().collect();
            let items = items.iter().map(|item| {
                let found = left.iter().position(|prior| comes_from(inner, prior, item));
                propose(inner, found.map_or(NULL, |at| left.remove(at)), item)
            });
            Value::List(items.collect())
        }
        (Nesting::Single | Nesting::Group, config) => propose(inner, prior, config),
        (_, config) => config.clone(),
    }
}

/// Whether an object of the state can have come from this configuration, which left out nothing but computed values.
fn comes_from(inner: &[Attribute], prior: &Value, config: &Value) -> bool {
    inner.iter().all(|item| {
        let (prior, config) = (prior.get(&item.name), config.get(&item.name));
        prior == config
            || match (&item.shape, prior, config) {
                (Shape::Plain(_), _, config) => item.is_computed() && config.is_null(),
                (Shape::Nested(Nesting::Single | Nesting::Group, inner), Value::Map(_), Value::Map(_)) => {
                    comes_from(inner, prior, config)
                }
                (Shape::Nested(Nesting::List, inner), Value::List(priors), Value::List(configs)) => {
                    priors.len() <= configs.len()
                        && priors.iter().zip(configs).all(|(prior, config)| comes_from(inner, prior, config))
                }
                (Shape::Nested(Nesting::Map, inner), Value::Map(priors), Value::Map(configs)) => priors
                    .iter()
                    .all(|(key, prior)| configs.get(key).is_some_and(|config| comes_from(inner, prior, config))),
                _ => false,
            }
    })
}

/// Whether a nested value has attributes, at any depth, that only a configuration can have given.
fn was_written(item: &Attribute, value: &Value) -> bool {
    let Shape::Nested(nesting, inner) = &item.shape else { return false };
    let written = |object: &Value| {
        inner.iter().any(|item| {
            let value = object.get(&item.name);
            !value.is_null() && (!item.is_computed() || was_written(item, value))
        })
    };
    match (nesting, value) {
        (Nesting::Single | Nesting::Group, object) => written(object),
        (Nesting::Map, Value::Map(entries)) => entries.values().any(written),
        (_, value) => elements(value).iter().any(written),
    }
}

fn elements(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        _ => &[],
    }
}

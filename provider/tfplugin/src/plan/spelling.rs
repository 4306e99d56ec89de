//! Values that mean the same keep the spelling that was planned or stored.

use std::collections::HashMap;

use super::compare::{Keyed, same};
use super::elements::{items, with_key};
use super::template::Items;
use crate::schema::{Attribute, Canonical, Kind, Nesting, Parts, Shape};
use crate::value::Value;

/// Gives each value the spelling of `reference`, the state or the plan, where both mean the same. Linear in the number
/// of elements.
pub(crate) fn settle_spelling(attributes: &[Attribute], reference: &Value, mut value: Value) -> Value {
    settle(attributes, reference, &mut value);
    value
}

/// Gives each configured value of a plan the spelling of the state where both mean the same and Terraform accepts it:
/// it does where a whole attribute is as in the state, at the same place.
pub(super) fn settle_plan(attributes: &[Attribute], prior: &Value, config: &Value, planned: &mut Value) {
    let (Value::Map(_), Value::Map(entries)) = (prior, planned) else { return };
    for attribute in attributes.iter().filter(|attribute| has_spellings(attribute)) {
        let (prior, config) = (prior.get(&attribute.name), config.get(&attribute.name));
        let Some(value) = entries.get_mut(&attribute.name).filter(|_| is_known(config) && is_known(prior)) else {
            continue;
        };
        if let Some(canonical) = &attribute.canonical {
            let kind = attribute.shape.kind();
            if same(kind, &canonical_form(kind, canonical, value), &canonical_form(kind, canonical, prior)) {
                *value = prior.clone();
            }
        }
        let Shape::Nested(nesting, inner) = &attribute.shape else { continue };
        match (nesting, value) {
            (Nesting::Single | Nesting::Group, value) => settle_plan(inner, prior, config, value),
            (Nesting::Map, Value::Map(entries)) => {
                for (key, value) in entries {
                    settle_plan(inner, prior.get(key), config.get(key), value);
                }
            }
            (Nesting::List, Value::List(values)) => {
                for ((value, prior), config) in values.iter_mut().zip(items(prior)).zip(items(config)) {
                    if attribute.key.as_ref().is_none_or(|key| value.get(key) == prior.get(key)) {
                        settle_plan(inner, prior, config, value);
                    }
                }
            }
            (Nesting::Set, Value::List(values)) => {
                settle_planned_set(attribute, inner, items(prior), items(config), values)
            }
            _ => {}
        }
    }
}

/// Terraform does not look into the elements of a set: one that means the same is taken over as the state has it.
fn settle_planned_set(
    attribute: &Attribute,
    inner: &[Attribute],
    priors: &[Value],
    configs: &[Value],
    values: &mut [Value],
) {
    let before = match &attribute.key {
        Some(key) => with_key(key, inner, values, priors),
        None => same_meaning(inner, values, priors),
    };
    let wanted = attribute.key.as_ref().map(|key| with_key(key, inner, values, configs));
    for (at, before) in before.into_iter().enumerate() {
        let Some(prior) = before.map(|at| &priors[at]) else { continue };
        let value = &mut values[at];
        let alike = || same_meaning(inner, std::slice::from_ref(value), std::slice::from_ref(prior)) == [Some(0)];
        if attribute.key.is_none() || alike() {
            *value = prior.clone();
        } else if let Some(config) = wanted.as_ref().and_then(|wanted| wanted[at]) {
            settle_plan(inner, prior, &configs[config], value);
        }
    }
}

/// For each planned element the one of the state that means the same but for what the provider computes.
fn same_meaning(inner: &[Attribute], values: &[Value], priors: &[Value]) -> Vec<Option<usize>> {
    let (planned, found) = (canonical_objects(inner, values), canonical_objects(inner, priors));
    Items::new(Kind::Object(inner), &found, is_left_open).assign(&planned)
}

fn settle(attributes: &[Attribute], reference: &Value, value: &mut Value) {
    let (Value::Map(_), Value::Map(entries)) = (reference, value) else { return };
    for attribute in attributes.iter().filter(|attribute| has_spellings(attribute)) {
        let reference = reference.get(&attribute.name);
        let Some(value) = entries.get_mut(&attribute.name) else { continue };
        if let Some(canonical) = &attribute.canonical {
            settle_value(attribute.shape.kind(), canonical, reference, value);
        }
        let Shape::Nested(nesting, inner) = &attribute.shape else { continue };
        match (nesting, value) {
            (Nesting::Single | Nesting::Group, value) => settle(inner, reference, value),
            (Nesting::Map, Value::Map(entries)) => {
                entries.iter_mut().for_each(|(key, value)| settle(inner, reference.get(key), value));
            }
            (Nesting::List, Value::List(values)) if attribute.key.is_none() => {
                values.iter_mut().zip(items(reference)).for_each(|(value, reference)| settle(inner, reference, value));
            }
            (Nesting::List | Nesting::Set, Value::List(values)) => {
                let references = items(reference);
                for (value, partner) in partners(attribute, inner, references, values).into_iter().enumerate() {
                    if let Some(at) = partner {
                        settle(inner, &references[at], &mut values[value]);
                    }
                }
            }
            _ => {}
        }
    }
}

/// For each element the one of the reference that has the same key or, where there is no key, means the same in all that
/// is known of the reference.
fn partners(attribute: &Attribute, inner: &[Attribute], references: &[Value], values: &[Value]) -> Vec<Option<usize>> {
    if let Some(key) = &attribute.key {
        return with_key(key, inner, values, references);
    }
    let (found, known) = (canonical_objects(inner, values), canonical_objects(inner, references));
    let mut partners = vec![None; values.len()];
    let taken = Items::new(Kind::Object(inner), &found, is_open).assign(&known);
    for (reference, position) in taken.into_iter().enumerate() {
        if let Some(position) = position {
            partners[position] = Some(reference);
        }
    }
    partners
}

/// Gives a value of a plain type the spelling of the reference, whole or each element by itself.
fn settle_value(kind: Kind<'_>, canonical: &Canonical, reference: &Value, value: &mut Value) {
    if !is_known(reference) || !is_known(value) {
        return;
    }
    match (kind.parts(), value) {
        (Parts::List(element), Value::List(values)) if canonical.is_each() => {
            let pairs = values.iter_mut().zip(items(reference));
            pairs.for_each(|(value, reference)| settle_value(element, canonical, reference, value));
        }
        (Parts::Map(element), Value::Map(values)) if canonical.is_each() => {
            values.iter_mut().for_each(|(key, value)| settle_value(element, canonical, reference.get(key), value));
        }
        (Parts::Set(element), Value::List(values)) if canonical.is_each() => {
            let form = |value| canonical_form(element, canonical, value);
            let references: Vec<(Value, &Value)> = items(reference).iter().map(|item| (form(item), item)).collect();
            let mut found: HashMap<Keyed<'_>, &Value> =
                references.iter().map(|(form, item)| (Keyed(element, form), *item)).collect();
            let forms: Vec<Value> = values.iter().map(form).collect();
            for (value, form) in values.iter_mut().zip(&forms) {
                if let Some(reference) = found.remove(&Keyed(element, form)) {
                    *value = reference.clone();
                }
            }
        }
        (_, value) => {
            let form = |value| canonical_form(kind, canonical, value);
            if same(kind, &form(value), &form(reference)) {
                *value = reference.clone();
            }
        }
    }
}

fn canonical_form(kind: Kind<'_>, canonical: &Canonical, value: &Value) -> Value {
    match (kind.parts(), value) {
        (_, Value::Null | Value::Unknown(_)) => value.clone(),
        (Parts::List(element) | Parts::Set(element), Value::List(items)) if canonical.is_each() => {
            Value::List(items.iter().map(|item| canonical_form(element, canonical, item)).collect())
        }
        (Parts::Map(element), Value::Map(entries)) if canonical.is_each() => {
            Value::object(entries.iter().map(|(key, item)| (key.clone(), canonical_form(element, canonical, item))))
        }
        _ => canonical.form(value),
    }
}

fn canonical_objects(attributes: &[Attribute], objects: &[Value]) -> Vec<Value> {
    objects.iter().map(|object| canonical_object(attributes, object)).collect()
}

/// An object with every attribute in its canonical form.
fn canonical_object(attributes: &[Attribute], object: &Value) -> Value {
    let Value::Map(entries) = object else { return object.clone() };
    let mut entries = entries.clone();
    for attribute in attributes.iter().filter(|attribute| has_spellings(attribute)) {
        let Some(value) = entries.get_mut(&attribute.name) else { continue };
        match (&attribute.canonical, &attribute.shape) {
            (Some(canonical), shape) => *value = canonical_form(shape.kind(), canonical, value),
            (None, Shape::Nested(Nesting::Single | Nesting::Group, inner)) => *value = canonical_object(inner, value),
            (None, Shape::Nested(_, inner)) => match value {
                Value::List(items) => items.iter_mut().for_each(|item| *item = canonical_object(inner, item)),
                Value::Map(items) => items.values_mut().for_each(|item| *item = canonical_object(inner, item)),
                _ => {}
            },
            (None, Shape::Plain(_)) => {}
        }
    }
    Value::Map(entries)
}

fn has_spellings(attribute: &Attribute) -> bool {
    let inner = if let Shape::Nested(_, inner) = &attribute.shape { inner.as_slice() } else { &[] };
    attribute.canonical.is_some() || inner.iter().any(has_spellings)
}

fn is_known(value: &Value) -> bool {
    !value.is_null() && !value.is_unknown()
}

fn is_open(_: Kind<'_>, _: Option<&Attribute>, value: &Value) -> bool {
    value.is_unknown()
}

fn is_left_open(_: Kind<'_>, attribute: Option<&Attribute>, planned: &Value) -> bool {
    planned.is_null() && attribute.is_some_and(Attribute::is_computed)
}

//! Values that mean the same keep the spelling that was planned or stored.

use std::borrow::Cow;
use std::collections::HashMap;

use super::compare::{Keyed, same};
use super::elements::{items, visit, with_key};
use super::template::Items;
use super::{each, is_left_open};
use crate::schema::{Attribute, Canonical, Kind, Nesting, Parts, Shape};
use crate::value::Value;

/// Gives each value the spelling of `reference`, the state or the plan, where both mean the same. Linear in the number
/// of elements.
pub(crate) fn settle_spelling(attributes: &[Attribute], reference: &Value, mut value: Value) -> Value {
    settle(attributes, reference, &mut value);
    value
}

/// Gives each configured value of a plan the spelling of the state where both mean the same and Terraform accepts it:
/// it does where a whole attribute is as in the state, at the same place. Elements of sets that the state has, but for
/// what is computed, become those of the state: Terraform proposes them so only where nothing computed is nested.
pub(super) fn settle_plan(attributes: &[Attribute], prior: &Value, config: &Value, planned: &mut Value) {
    let (Value::Map(_), Value::Map(entries)) = (prior, planned) else { return };
    for attribute in attributes {
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
            (Nesting::Set, value @ Value::List(_)) if !same(attribute.shape.kind(), value, prior) => {
                settle_planned_set(attribute, inner, items(prior), config, value);
            }
            _ => {}
        }
    }
}

/// Terraform does not look into the elements of a set: one that means the same is taken over as the state has it.
fn settle_planned_set(attribute: &Attribute, inner: &[Attribute], priors: &[Value], config: &Value, set: &mut Value) {
    // What Terraform took from the state for an element may be from another one.
    visit(Nesting::Set, inner, config, set, &mut |config, element| {
        each(inner, config, element, Attribute::is_computed, &mut |attribute, config, value| {
            if is_left_open(attribute, config) {
                *value = Value::Null;
            }
        });
    });
    let Value::List(values) = set else { return };
    let keyed = attribute.key.as_ref().filter(|_| has_spellings(attribute));
    let keyed = keyed.map(|key| (with_key(key, inner, values, priors), with_key(key, inner, values, items(config))));
    for (at, alike) in same_meaning(inner, values, priors).into_iter().enumerate() {
        if let Some(prior) = alike {
            values[at] = priors[prior].clone();
        } else if let Some((before, wanted)) = &keyed
            && let Some((before, wanted)) = before[at].zip(wanted[at])
        {
            settle_plan(inner, &priors[before], &items(config)[wanted], &mut values[at]);
        }
    }
}

/// For each planned element the one of the state that means the same but for what the provider computes.
fn same_meaning(inner: &[Attribute], values: &[Value], priors: &[Value]) -> Vec<Option<usize>> {
    if !inner.iter().any(has_spellings) {
        return Items::new(Kind::Object(inner), priors, is_null_computed).assign(values);
    }
    matched(Kind::Object(inner), values, priors, &|values, priors| {
        let (planned, found) = (canonical_objects(inner, values), canonical_objects(inner, priors));
        Items::new(Kind::Object(inner), &found, is_null_computed).assign(&planned)
    })
}

/// Finds for each value the position of a reference.
type Matching<'a> = dyn Fn(&[Value], &[Value]) -> Vec<Option<usize>> + 'a;

/// For each value the reference that is its own: the one that is the same, else one that means the same.
fn matched(kind: Kind<'_>, values: &[Value], references: &[Value], by_meaning: &Matching<'_>) -> Vec<Option<usize>> {
    let mut left: HashMap<Keyed<'_>, Vec<usize>> = HashMap::with_capacity(references.len());
    for (at, reference) in references.iter().enumerate().rev() {
        left.entry(Keyed(kind, reference)).or_default().push(at);
    }
    let mut partners: Vec<Option<usize>> =
        values.iter().map(|value| left.get_mut(&Keyed(kind, value)).and_then(Vec::pop)).collect();
    let alone: Vec<usize> = (0..values.len()).filter(|at| partners[*at].is_none()).collect();
    if alone.is_empty() {
        return partners;
    }
    let mut left: Vec<usize> = left.into_values().flatten().collect();
    left.sort_unstable();
    let taken = |from: &[Value], places: &[usize]| places.iter().map(|at| from[*at].clone()).collect::<Vec<_>>();
    let found = by_meaning(&taken(values, &alone), &taken(references, &left));
    for (at, partner) in alone.into_iter().zip(found) {
        partners[at] = partner.map(|at| left[at]);
    }
    partners
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
    matched(Kind::Object(inner), values, references, &|values, references| {
        let (found, known) = (canonical_objects(inner, values), canonical_objects(inner, references));
        let mut partners = vec![None; values.len()];
        let taken = Items::new(Kind::Object(inner), &found, is_open).assign(&known);
        for (reference, position) in taken.into_iter().enumerate() {
            if let Some(position) = position {
                partners[position] = Some(reference);
            }
        }
        partners
    })
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
            let references = items(reference);
            let partners = matched(element, values, references, &|values, references| {
                let forms = |items: &[Value]| {
                    items.iter().map(|item| canonical_form(element, canonical, item)).collect::<Vec<_>>()
                };
                Items::new(element, &forms(references), is_open).assign(&forms(values))
            });
            for (value, partner) in values.iter_mut().zip(partners) {
                if let Some(at) = partner {
                    *value = references[at].clone();
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

/// Objects with every attribute in its canonical form.
pub(super) fn canonical_objects<'a>(attributes: &[Attribute], objects: &'a [Value]) -> Cow<'a, [Value]> {
    if attributes.iter().any(has_spellings) {
        objects.iter().map(|object| canonical_object(attributes, object)).collect()
    } else {
        Cow::Borrowed(objects)
    }
}

/// A nested value with every attribute in its canonical form.
pub(crate) fn canonical_nested(nesting: Nesting, inner: &[Attribute], value: &Value) -> Value {
    let one = |value: &Value| canonical_object(inner, value);
    match (nesting, value) {
        (Nesting::Single | Nesting::Group, value) => one(value),
        (_, Value::List(items)) => Value::List(items.iter().map(one).collect()),
        (_, Value::Map(entries)) => Value::object(entries.iter().map(|(key, item)| (key.clone(), one(item)))),
        (_, value) => value.clone(),
    }
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

/// Whether any part of an attribute can be spelled in several ways.
pub(crate) fn has_spellings(attribute: &Attribute) -> bool {
    let inner = if let Shape::Nested(_, inner) = &attribute.shape { inner.as_slice() } else { &[] };
    attribute.canonical.is_some() || inner.iter().any(has_spellings)
}

fn is_known(value: &Value) -> bool {
    !value.is_null() && !value.is_unknown()
}

fn is_open(_: Kind<'_>, _: Option<&Attribute>, value: &Value) -> bool {
    value.is_unknown()
}

fn is_null_computed(_: Kind<'_>, attribute: Option<&Attribute>, planned: &Value) -> bool {
    planned.is_null() && attribute.is_some_and(Attribute::is_computed)
}

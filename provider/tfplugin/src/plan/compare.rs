//! Whether two values are the same to Terraform: sets have no order and no element twice, and what is certain about an
//! unknown value does not count.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::schema::{Attribute, Kind, Parts};
use crate::value::Value;

/// A value as an element of a set or a key of a table: equal where the values are the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keyed<'a>(pub(crate) Kind<'a>, pub(crate) &'a Value);

impl PartialEq for Keyed<'_> {
    fn eq(&self, other: &Self) -> bool {
        same(self.0, self.1, other.1)
    }
}

impl Eq for Keyed<'_> {}

impl Hash for Keyed<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(self.0, self.1, state);
    }
}

/// Whether two values of this kind are the same.
pub(crate) fn same(kind: Kind<'_>, left: &Value, right: &Value) -> bool {
    match (kind.parts(), left, right) {
        (_, Value::Unknown(_), Value::Unknown(_)) => true,
        (Parts::List(element), Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(element, left, right))
        }
        (Parts::Tuple(elements), Value::List(left), Value::List(right)) => {
            left.len() == right.len()
                && elements.iter().zip(left.iter().zip(right)).all(|(ty, (l, r))| same(Kind::Type(ty), l, r))
        }
        (Parts::Set(element), Value::List(left), Value::List(right)) => {
            let in_step = || left.iter().zip(right).all(|(left, right)| same(element, left, right));
            (left.len() == right.len() && in_step()) || counts(element, left) == counts(element, right)
        }
        (Parts::Map(element), Value::Map(left), Value::Map(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(element, value, other)))
        }
        (Parts::Object(fields), Value::Map(_), Value::Map(_)) => {
            fields.iter().all(|field| same(field.kind, left.get(field.name), right.get(field.name)))
        }
        (Parts::Dynamic, Value::Dynamic(left), Value::Dynamic(right)) => {
            left.0 == right.0 && same(Kind::Type(&left.0), &left.1, &right.1)
        }
        _ => left == right,
    }
}

/// Whether two objects with these attributes are the same.
pub(crate) fn same_object(attributes: &[Attribute], left: &Value, right: &Value) -> bool {
    same(Kind::Object(attributes), left, right)
}

/// How often each element occurs: a known one once, as Terraform merges it with its equals.
fn counts<'a>(element: Kind<'a>, items: &'a [Value]) -> HashMap<Keyed<'a>, usize> {
    let mut found = HashMap::with_capacity(items.len());
    for item in items {
        let count = found.entry(Keyed(element, item)).or_insert(0);
        if *count == 0 || !item.is_wholly_known() {
            *count += 1;
        }
    }
    found
}

/// The elements of a set as Terraform counts them: known ones that are the same are one.
pub(crate) fn distinct(element: Kind<'_>, items: &[Value]) -> usize {
    counts(element, items).values().sum()
}

/// Feeds a value to a hasher, so that values that are the same hash alike.
pub(crate) fn hash<H: Hasher>(kind: Kind<'_>, value: &Value, state: &mut H) {
    match (kind.parts(), value) {
        (_, Value::Unknown(_)) => state.write_u8(1),
        (Parts::List(element), Value::List(items)) => {
            state.write_usize(items.len());
            items.iter().for_each(|item| hash(element, item, state));
        }
        (Parts::Tuple(elements), Value::List(items)) => {
            state.write_usize(items.len());
            elements.iter().zip(items).for_each(|(ty, item)| hash(Kind::Type(ty), item, state));
        }
        (Parts::Set(element), Value::List(items)) => {
            let mut hashes: Vec<u64> = items.iter().map(|item| digest(element, item)).collect();
            hashes.sort_unstable();
            hashes.dedup();
            hashes.hash(state);
        }
        (Parts::Map(element), Value::Map(entries)) => {
            state.write_usize(entries.len());
            for (key, item) in entries {
                key.hash(state);
                hash(element, item, state);
            }
        }
        (Parts::Object(fields), Value::Map(_)) => {
            state.write_u8(2);
            fields.iter().for_each(|field| hash(field.kind, value.get(field.name), state));
        }
        (Parts::Dynamic, Value::Dynamic(inner)) => {
            inner.0.hash(state);
            hash(Kind::Type(&inner.0), &inner.1, state);
        }
        (_, value) => value.hash(state),
    }
}

/// One number for a value, equal for values that are the same.
pub(crate) fn digest(kind: Kind<'_>, value: &Value) -> u64 {
    let mut state = DefaultHasher::new();
    hash(kind, value, &mut state);
    state.finish()
}

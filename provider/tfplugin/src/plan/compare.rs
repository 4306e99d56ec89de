//! Whether two values are the same to Terraform: sets have no order.

use std::collections::HashMap;

use crate::schema::{Attribute, Nesting, Shape};
use crate::value::{Type, Value, encode};

/// Whether two values of this shape are the same.
pub(crate) fn same(shape: &Shape, left: &Value, right: &Value) -> bool {
    match shape {
        Shape::Plain(ty) => same_plain(ty, left, right),
        Shape::Nested(Nesting::Single | Nesting::Group, inner) => same_objects(inner, left, right),
        Shape::Nested(Nesting::List, inner) => match (left, right) {
            (Value::List(left), Value::List(right)) => {
                left.len() == right.len()
                    && left.iter().zip(right).all(|(left, right)| same_objects(inner, left, right))
            }
            _ => left == right,
        },
        Shape::Nested(Nesting::Map, inner) => match (left, right) {
            (Value::Map(entries), Value::Map(others)) => {
                entries.len() == others.len()
                    && entries
                        .iter()
                        .all(|(key, value)| others.get(key).is_some_and(|other| same_objects(inner, value, other)))
            }
            _ => left == right,
        },
        Shape::Nested(Nesting::Set, _) => same_plain(&shape.ty(), left, right),
    }
}

fn same_objects(inner: &[Attribute], left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Map(_), Value::Map(_)) => {
            inner.iter().all(|attribute| same(&attribute.shape, left.get(&attribute.name), right.get(&attribute.name)))
        }
        _ => left == right,
    }
}

pub(crate) fn same_plain(ty: &Type, left: &Value, right: &Value) -> bool {
    match (ty, left, right) {
        (Type::Set(element), Value::List(left), Value::List(right)) => {
            left.len() == right.len() && counts(element, left) == counts(element, right)
        }
        (Type::List(element), Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_plain(element, left, right))
        }
        (Type::Map(element), Value::Map(entries), Value::Map(others)) => {
            entries.len() == others.len()
                && entries
                    .iter()
                    .all(|(key, value)| others.get(key).is_some_and(|other| same_plain(element, value, other)))
        }
        (Type::Object(attributes), Value::Map(_), Value::Map(_)) => {
            attributes.iter().all(|(name, ty)| same_plain(ty, left.get(name), right.get(name)))
        }
        _ => left == right,
    }
}

/// How often each element occurs, by a text of it that does not depend on the order of sets within.
fn counts(element: &Type, items: &[Value]) -> HashMap<Vec<u8>, usize> {
    let mut found = HashMap::with_capacity(items.len());
    for item in items {
        *found.entry(fingerprint(element, item)).or_default() += 1;
    }
    found
}

/// Bytes that are equal for values that are the same.
pub(crate) fn fingerprint(ty: &Type, value: &Value) -> Vec<u8> {
    encode(&ordered(ty, value), ty).unwrap_or_default()
}

fn ordered(ty: &Type, value: &Value) -> Value {
    match (ty, value) {
        (Type::Set(element), Value::List(items)) => {
            let mut items: Vec<Value> = items.iter().map(|item| ordered(element, item)).collect();
            items.sort_by_cached_key(|item| encode(item, element).unwrap_or_default());
            Value::List(items)
        }
        (Type::List(element), Value::List(items)) => {
            Value::List(items.iter().map(|item| ordered(element, item)).collect())
        }
        (Type::Map(element), Value::Map(entries)) => {
            Value::object(entries.iter().map(|(key, item)| (key.clone(), ordered(element, item))))
        }
        (Type::Object(attributes), Value::Map(_)) => {
            Value::object(attributes.iter().map(|(name, ty)| (name.clone(), ordered(ty, value.get(name)))))
        }
        _ => value.clone(),
    }
}

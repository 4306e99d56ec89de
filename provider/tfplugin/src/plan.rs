//! The order in which a plan is made.
//!
//! Defaults where the configuration says nothing; write-only values taken out; the state's spelling where the
//! configuration means the same; where the plan then differs from the state, every computed value that the configuration
//! leaves open becomes unknown; then what is kept from the state, and which changes replace. The resource's own `plan`
//! comes after all of this.

mod blocks;
mod compare;
mod elements;
mod identity;
mod keep;
mod replace;
mod spelling;
mod state;
mod template;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::Path;
use crate::schema::{Attribute, Nesting, Shape};
use crate::value::Value;
pub(crate) use compare::{Keyed, distinct, same, same_object};
use elements::visit;
pub(crate) use identity::planned_identity;
pub(crate) use spelling::{canonical_nested, has_spellings, settle_spelling};
pub(crate) use state::{settled, settled_or_gone, stored, written};
pub(crate) use template::Items;

/// The plan of a creation or a change, and the paths whose change needs a new object.
pub(crate) fn plan(attributes: &[Attribute], prior: &Value, config: &Value, proposed: Value) -> (Value, Vec<Path>) {
    let mut planned = without_write_only(attributes, defaults(attributes, config, proposed));
    if !prior.is_null() {
        blocks::propose(attributes, prior, config, &mut planned);
        spelling::settle_plan(attributes, prior, config, &mut planned);
    }
    if !same_object(attributes, prior, &planned) {
        open(attributes, config, &mut planned);
    }
    let mut replaced = Vec::new();
    if !prior.is_null() {
        keep::keep(attributes, prior, config, &mut planned);
        replace::replacements(attributes, prior, config, &planned, &Path::root(), &mut replaced);
    }
    (planned, replaced)
}

/// Fills defaults where the configuration is null.
pub(crate) fn defaults(attributes: &[Attribute], config: &Value, proposed: Value) -> Value {
    let mut value = proposed;
    let has_default: Matters = |attribute| attribute.default.is_some();
    each(attributes, config, &mut value, has_default, &mut |attribute, config, value| {
        if let Some(default) = attribute.default.as_ref().filter(|_| config.is_null()) {
            *value = default.clone();
        }
    });
    value
}

/// Whether an object is null anywhere that a default belongs.
pub(crate) fn misses_default(attributes: &[Attribute], object: &Value) -> bool {
    attributes.iter().any(|attribute| {
        let value = object.get(&attribute.name);
        let misses = |inner: &[Attribute], value: &Value| !value.is_null() && misses_default(inner, value);
        match (&attribute.shape, value) {
            (_, Value::Null) => attribute.default.is_some(),
            (Shape::Nested(Nesting::Single | Nesting::Group, inner), value) => misses(inner, value),
            (Shape::Nested(_, inner), Value::List(items)) => items.iter().any(|item| misses(inner, item)),
            (Shape::Nested(_, inner), Value::Map(entries)) => entries.values().any(|item| misses(inner, item)),
            _ => false,
        }
    })
}

/// Makes computed values that the configuration leaves open unknown, except where a default decides.
fn open(attributes: &[Attribute], config: &Value, planned: &mut Value) {
    each(attributes, config, planned, Attribute::is_computed, &mut |attribute, config, value| {
        if is_left_open(attribute, config) {
            *value = Value::unknown();
        }
    });
}

/// Whether the provider is to give the value of an attribute with this configuration.
fn is_left_open(attribute: &Attribute, config: &Value) -> bool {
    config.is_null() && attribute.is_computed() && attribute.default.is_none()
}

/// Whether something is to be done with an attribute, whatever its value.
type Matters = fn(&Attribute) -> bool;

/// Applies `act` to every attribute that matters, the outer before the inner ones, with the configuration of the same
/// place.
fn each(
    attributes: &[Attribute],
    config: &Value,
    object: &mut Value,
    matters: Matters,
    act: &mut dyn FnMut(&Attribute, &Value, &mut Value),
) {
    let Value::Map(entries) = object else { return };
    for attribute in attributes {
        let config = config.get(&attribute.name);
        let Some(value) = slot(entries, &attribute.name) else { continue };
        if matters(attribute) {
            act(attribute, config, value);
        }
        if let Shape::Nested(nesting, inner) = &attribute.shape
            && holds(inner, matters)
        {
            visit(*nesting, inner, config, value, &mut |config, element| {
                each(inner, config, element, matters, act);
            });
        }
    }
}

/// Whether an attribute that matters is among these or within one of them.
fn holds(attributes: &[Attribute], matters: Matters) -> bool {
    attributes.iter().any(|attribute| {
        matters(attribute) || matches!(&attribute.shape, Shape::Nested(_, inner) if holds(inner, matters))
    })
}

/// Takes out the values that must never be stored.
pub(crate) fn without_write_only(attributes: &[Attribute], mut value: Value) -> Value {
    walk(attributes, &mut value, &mut |attribute, value| {
        if attribute.write_only {
            *value = Value::Null;
        }
    });
    value
}

/// Applies `act` to every attribute of an object, the outer before the inner ones.
fn walk(attributes: &[Attribute], object: &mut Value, act: &mut dyn FnMut(&Attribute, &mut Value)) {
    let Value::Map(entries) = object else { return };
    for attribute in attributes {
        let Some(value) = slot(entries, &attribute.name) else { continue };
        act(attribute, value);
        match (&attribute.shape, value) {
            (Shape::Nested(Nesting::Single | Nesting::Group, inner), value) => walk(inner, value, act),
            (Shape::Nested(_, inner), Value::List(items)) => items.iter_mut().for_each(|item| walk(inner, item, act)),
            (Shape::Nested(_, inner), Value::Map(items)) => items.values_mut().for_each(|item| walk(inner, item, act)),
            _ => {}
        }
    }
}

/// The value of an attribute, null first where the object lacks it.
fn slot<'a>(entries: &'a mut BTreeMap<String, Value>, name: &str) -> Option<&'a mut Value> {
    if !entries.contains_key(name) {
        entries.insert(name.to_owned(), Value::Null);
    }
    entries.get_mut(name)
}

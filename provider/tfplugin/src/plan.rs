//! The order in which a plan is made.
//!
//! Defaults where the configuration says nothing; write-only values taken out; where the plan then differs from the state,
//! every computed value that the configuration leaves open becomes unknown; then what is kept from the state, and which
//! changes replace. The resource's own `plan` comes after all of this.

mod compare;
pub(crate) mod elements;
mod state;
mod template;

use crate::Path;
use crate::schema::{Attribute, Keep, Nesting, Replace, Shape};
use crate::value::Value;
pub(crate) use compare::{distinct, same, same_object};
use elements::{pair, rebuild};
pub(crate) use state::{settled, settled_or_gone, stored, written};
pub(crate) use template::Items;

/// The plan of a creation or a change, and the paths whose change needs a new object.
pub(crate) fn plan(attributes: &[Attribute], prior: &Value, config: &Value, proposed: Value) -> (Value, Vec<Path>) {
    let mut planned = defaults(attributes, config, proposed);
    planned = without_write_only(attributes, planned);
    if !same_object(attributes, prior, &planned) {
        planned = open(attributes, config, planned);
    }
    if !prior.is_null() {
        planned = keep(attributes, prior, config, planned);
    }
    let mut replaced = Vec::new();
    if !prior.is_null() {
        replacements(attributes, prior, config, &planned, &Path::root(), &mut replaced);
    }
    (planned, replaced)
}

/// Fills defaults where the configuration is null.
pub(crate) fn defaults(attributes: &[Attribute], config: &Value, proposed: Value) -> Value {
    each(attributes, config, proposed, &|attribute, config, value| match &attribute.default {
        Some(default) if config.is_null() => default.clone(),
        _ => value,
    })
}

/// Takes out the values that must never be stored.
pub(crate) fn without_write_only(attributes: &[Attribute], value: Value) -> Value {
    let mirror = value.clone();
    each(attributes, &mirror, value, &|attribute, _, value| if attribute.write_only { Value::Null } else { value })
}

/// Makes computed values that the configuration leaves open unknown, except where a default decides.
fn open(attributes: &[Attribute], config: &Value, planned: Value) -> Value {
    each(attributes, config, planned, &|attribute, config, value| {
        let open =
            config.is_null() && attribute.is_computed() && attribute.default.is_none() && attribute.block.is_none();
        if open { Value::unknown() } else { value }
    })
}

/// Applies `act` to every attribute, the outer before the inner ones, with the configuration of the same place.
fn each(
    attributes: &[Attribute],
    config: &Value,
    object: Value,
    act: &dyn Fn(&Attribute, &Value, Value) -> Value,
) -> Value {
    let Value::Map(mut entries) = object else { return object };
    for attribute in attributes {
        let config = config.get(&attribute.name);
        let value = entries.remove(&attribute.name).unwrap_or(Value::Null);
        let mut value = act(attribute, config, value);
        if let Shape::Nested(nesting, inner) = &attribute.shape {
            value = rebuild(*nesting, inner, config, value, &|config, element| each(inner, config, element, act));
        }
        entries.insert(attribute.name.clone(), value);
    }
    Value::Map(entries)
}

/// Puts the state's value where a computed value would be unknown and the attribute keeps its state.
fn keep(attributes: &[Attribute], prior: &Value, config: &Value, planned: Value) -> Value {
    let Value::Map(mut entries) = planned else { return planned };
    for attribute in attributes {
        let (prior, config) = (prior.get(&attribute.name), config.get(&attribute.name));
        let Some(value) = entries.get_mut(&attribute.name) else { continue };
        let kept = match attribute.keep {
            Keep::Recompute => false,
            Keep::State => true,
            Keep::NonNullState => !prior.is_null(),
        };
        if kept && value.is_unknown() && config.is_null() {
            *value = prior.clone();
        }
        match (&attribute.shape, prior) {
            (Shape::Nested(Nesting::Single | Nesting::Group, inner), Value::Map(_)) => {
                *value = keep(inner, prior, config, std::mem::replace(value, Value::Null));
            }
            (Shape::Nested(Nesting::Map, inner), Value::Map(_)) => {
                if let Value::Map(elements) = value {
                    for (key, element) in elements.iter_mut().filter(|(key, _)| !prior.get(key).is_null()) {
                        *element =
                            keep(inner, prior.get(key), config.get(key), std::mem::replace(element, Value::Null));
                    }
                }
            }
            _ => {}
        }
    }
    Value::Map(entries)
}

/// The paths that changed and whose change needs a new object. Elements of lists and sets count as their whole.
fn replacements(
    attributes: &[Attribute],
    prior: &Value,
    config: &Value,
    planned: &Value,
    at: &Path,
    found: &mut Vec<Path>,
) {
    for attribute in attributes {
        let (prior, config, planned) =
            (prior.get(&attribute.name), config.get(&attribute.name), planned.get(&attribute.name));
        let path = at.clone().attribute(&attribute.name);
        if same(attribute.shape.kind(), prior, planned) {
            continue;
        }
        let needed = match attribute.replace {
            Replace::Never => false,
            Replace::Always => true,
            Replace::IfConfigured => !config.is_null(),
        };
        if needed {
            found.push(path.clone());
        }
        let Shape::Nested(nesting, inner) = &attribute.shape else { continue };
        match nesting {
            Nesting::Single | Nesting::Group if !planned.is_unknown() => {
                let mut deeper = Vec::new();
                replacements(inner, prior, config, planned, &path, &mut deeper);
                // A path into an object that is null on one side does not exist there; the object's own does.
                if prior.is_null() || planned.is_null() {
                    found.extend((!deeper.is_empty()).then(|| path.clone()));
                } else {
                    found.extend(deeper);
                }
            }
            Nesting::List | Nesting::Set | Nesting::Map => {
                let mut deeper = Vec::new();
                for (prior, planned) in pair(*nesting, prior, planned) {
                    replacements(inner, prior, &Value::Null, planned, &path, &mut deeper);
                }
                found.extend((!deeper.is_empty()).then(|| path.clone()));
            }
            _ => {}
        }
    }
}

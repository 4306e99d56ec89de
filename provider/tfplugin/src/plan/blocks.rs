//! Computed blocks that the configuration does not have.

use super::elements::items;
use crate::schema::{Attribute, Nesting, Shape};
use crate::value::Value;

/// Puts the state's blocks where the provider is to give them. Terraform does so for attributes and leaves blocks null.
/// Elements of sets are found in the state later.
pub(super) fn propose(attributes: &[Attribute], prior: &Value, config: &Value, planned: &mut Value) {
    let Value::Map(entries) = planned else { return };
    for attribute in attributes {
        let (Shape::Nested(nesting, inner), Some(_)) = (&attribute.shape, attribute.block) else { continue };
        let (prior, config) = (prior.get(&attribute.name), config.get(&attribute.name));
        let Some(value) = entries.get_mut(&attribute.name) else { continue };
        match (nesting, value) {
            (_, value @ Value::Null) if attribute.is_computed() && config.is_null() => *value = prior.clone(),
            (Nesting::Single | Nesting::Group, value) => propose(inner, prior, config, value),
            (Nesting::List, Value::List(values)) => {
                for ((value, prior), config) in values.iter_mut().zip(items(prior)).zip(items(config)) {
                    propose(inner, prior, config, value);
                }
            }
            (Nesting::Map, Value::Map(values)) => {
                for (key, value) in values {
                    propose(inner, prior.get(key), config.get(key), value);
                }
            }
            _ => {}
        }
    }
}

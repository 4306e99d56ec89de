//! The rules that Terraform has for plans, checked before it does, so that the message names the attribute.

use super::compare::same;
use crate::schema::{Attribute, Nesting, Shape};
use crate::value::Value;
use crate::{Diagnostic, Diagnostics, Path};

/// A planned value is the configuration's, or the state's, or one that the provider may compute.
pub(crate) fn check_plan(attributes: &[Attribute], prior: &Value, config: &Value, planned: &Value) -> Diagnostics {
    let mut found = Diagnostics::default();
    planned_objects(attributes, prior, config, planned, &Path::root(), &mut found);
    found
}

fn planned_objects(
    attributes: &[Attribute],
    prior: &Value,
    config: &Value,
    planned: &Value,
    at: &Path,
    found: &mut Diagnostics,
) {
    for attribute in attributes {
        let (prior, config, planned) =
            (prior.get(&attribute.name), config.get(&attribute.name), planned.get(&attribute.name));
        let path = at.clone().attribute(&attribute.name);
        if attribute.write_only
            || same(&attribute.shape, config, planned)
            || (!prior.is_null() && same(&attribute.shape, prior, planned))
        {
            continue;
        }
        if config.is_null() && attribute.is_computed() {
            continue;
        }
        let wrong = || {
            Diagnostic::error("Invalid plan", format!("The provider planned {path} otherwise than the configuration says. This is a fault of the provider."))
                .at(path.clone())
        };
        let inner = match &attribute.shape {
            Shape::Nested(nesting, inner) if !config.is_null() && !config.is_unknown() => (nesting, inner),
            _ => {
                found.push(wrong());
                continue;
            }
        };
        match (inner, config, planned) {
            ((Nesting::Single | Nesting::Group, inner), Value::Map(_), Value::Map(_)) => {
                planned_objects(inner, prior, config, planned, &path, found);
            }
            ((Nesting::List, inner), Value::List(configs), Value::List(items)) if configs.len() == items.len() => {
                let none = Value::Null;
                for (index, (config, item)) in configs.iter().zip(items).enumerate() {
                    let prior =
                        if let Value::List(priors) = prior { priors.get(index).unwrap_or(&none) } else { &none };
                    planned_objects(inner, prior, config, item, &path.clone().index(index), found);
                }
            }
            ((Nesting::Map, inner), Value::Map(configs), Value::Map(entries)) if configs.keys().eq(entries.keys()) => {
                for (key, config) in configs {
                    planned_objects(inner, prior.get(key), config, planned.get(key), &path.clone().key(key), found);
                }
            }
            ((Nesting::Set, _), Value::List(configs), Value::List(items)) if configs.len() == items.len() => {}
            _ => found.push(wrong()),
        }
    }
}

//! Which changes need a new object.

use super::compare::same;
use super::elements::pair;
use crate::Path;
use crate::schema::{Attribute, Nesting, Replace, Shape};
use crate::value::Value;

/// The paths that changed and whose change needs a new object. Elements of lists, sets and maps count as their whole.
pub(super) fn replacements(
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
        if same(attribute.shape.kind(), prior, planned) {
            continue;
        }
        let path = at.clone().attribute(&attribute.name);
        let needed = match &attribute.replace {
            Replace::Never => false,
            Replace::Always => true,
            Replace::IfConfigured => !config.is_null(),
            Replace::If(condition) => condition.holds(prior, planned),
        };
        if needed {
            found.push(path.clone());
        }
        let Shape::Nested(nesting, inner) = &attribute.shape else { continue };
        if planned.is_unknown() || !replaces(inner) {
            continue;
        }
        let mut deeper = Vec::new();
        match nesting {
            Nesting::Single | Nesting::Group => {
                replacements(inner, prior, config, planned, &path, &mut deeper);
                // A path into an object that is null on one side does not exist there; the object's own does.
                if !prior.is_null() && !planned.is_null() {
                    found.append(&mut deeper);
                }
            }
            Nesting::List | Nesting::Set | Nesting::Map => {
                for (prior, planned) in pair(attribute, *nesting, inner, prior, planned) {
                    replacements(inner, prior, &Value::Null, planned, &path, &mut deeper);
                    if !deeper.is_empty() {
                        break;
                    }
                }
            }
        }
        found.extend((!deeper.is_empty()).then_some(path));
    }
}

fn replaces(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let inner = if let Shape::Nested(_, inner) = &attribute.shape { replaces(inner) } else { false };
        inner || !matches!(attribute.replace, Replace::Never)
    })
}

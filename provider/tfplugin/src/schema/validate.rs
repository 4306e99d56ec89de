//! Checks a configuration against the rules of its schema.

use super::{Attribute, Nesting, Shape};
use crate::value::Value;
use crate::{Diagnostic, Diagnostics, Path};

/// Checks every known value of a configuration. `write_only` says whether the client knows write-only attributes.
pub(crate) fn validate(attributes: &[Attribute], config: &Value, write_only: bool, at: &Path, found: &mut Diagnostics) {
    for attribute in attributes {
        let value = config.get(&attribute.name);
        let path = at.clone().attribute(&attribute.name);
        if value.is_null() {
            continue;
        }
        if attribute.write_only && !write_only {
            found.push(
                Diagnostic::error(
                    "Write-only attribute not supported",
                    format!("{path} is never stored. That needs Terraform 1.11 or OpenTofu 1.11 or newer."),
                )
                .at(path.clone()),
            );
        }
        if value.is_unknown() {
            continue;
        }
        for rule in &attribute.rules {
            if let Err(reason) = rule.check(value) {
                let reason =
                    if attribute.sensitive || attribute.write_only { String::new() } else { format!(", {reason}") };
                found.push(
                    Diagnostic::error(
                        format!("Invalid {}", attribute.name),
                        format!("{path} must be {}{reason}.", rule.text()),
                    )
                    .at(path.clone()),
                );
            }
        }
        if let Shape::Nested(nesting, inner) = &attribute.shape {
            for (path, element) in elements(*nesting, value, &path) {
                validate(inner, element, write_only, &path, found);
            }
        }
    }
}

/// The objects in a nested value, each with its path; elements of a set have the path of the set.
fn elements<'a>(nesting: Nesting, value: &'a Value, path: &Path) -> Vec<(Path, &'a Value)> {
    match (nesting, value) {
        (Nesting::Single | Nesting::Group, value) => vec![(path.clone(), value)],
        (Nesting::List, Value::List(items)) => {
            items.iter().enumerate().map(|(index, item)| (path.clone().index(index), item)).collect()
        }
        (Nesting::Set, Value::List(items)) => items.iter().map(|item| (path.clone(), item)).collect(),
        (Nesting::Map, Value::Map(entries)) => {
            entries.iter().map(|(key, item)| (path.clone().key(key), item)).collect()
        }
        _ => Vec::new(),
    }
}

//! Checks a configuration against the rules of its schema.

use std::collections::HashSet;

use super::{Attribute, Broken, Kind, Nesting, Parts, Shape};
use crate::plan::{Keyed, defaults};
use crate::value::Value;
use crate::{Diagnostic, Diagnostics, Path, Step};

/// Checks every known value of a configuration. `write_only` says whether the client knows write-only attributes.
pub(crate) fn validate(attributes: &[Attribute], config: &Value, write_only: bool, found: &mut Diagnostics) {
    Check { write_only, secret: false }.objects(attributes, config, &Path::root(), found);
}

/// The messages for a client that does not know computed blocks, where a configuration leaves some to the provider: it would
/// take them for blocks that only a configuration gives.
pub(crate) fn needs_computed_blocks(attributes: &[Attribute], config: &Value, at: &Path, found: &mut Diagnostics) {
    for attribute in attributes {
        let (Shape::Nested(_, inner), Some(_)) = (&attribute.shape, attribute.block) else { continue };
        let (value, path) = (config.get(&attribute.name), at.clone().attribute(&attribute.name));
        let left_out = match value {
            Value::Null => true,
            Value::List(items) => items.is_empty(),
            // Only blocks by name are nothing when they are empty: any other block has attributes.
            Value::Map(entries) => entries.is_empty(),
            _ => false,
        };
        if left_out && attribute.is_computed() {
            let detail = format!(
                "The provider gives the blocks {path} where the configuration has none, which needs Terraform 1.16 or \
                 newer. Write a block {path}."
            );
            found.push(Diagnostic::error("Computed blocks not supported", detail).at(path));
            continue;
        }
        match (&attribute.shape, value) {
            (Shape::Nested(Nesting::Map, _), Value::Map(entries)) => {
                let entries = entries.iter();
                entries.for_each(|(key, item)| needs_computed_blocks(inner, item, &path.clone().key(key), found));
            }
            (Shape::Nested(Nesting::List, _), Value::List(items)) => {
                let items = items.iter().enumerate();
                items.for_each(|(index, item)| needs_computed_blocks(inner, item, &path.clone().index(index), found));
            }
            (_, Value::List(items)) => items.iter().for_each(|item| needs_computed_blocks(inner, item, &path, found)),
            (_, value @ Value::Map(_)) => needs_computed_blocks(inner, value, &path, found),
            _ => {}
        }
    }
}

/// Whether an attribute on this path is one whose value nobody may see.
pub(crate) fn is_secret(attributes: &[Attribute], path: &Path) -> bool {
    let mut names = path.steps().iter().filter_map(|step| match step {
        Step::Attribute(name) => Some(name),
        Step::Key(_) | Step::Index(_) => None,
    });
    let Some(attribute) = names.next().and_then(|name| attributes.iter().find(|item| item.name == *name)) else {
        return false;
    };
    let inner = match &attribute.shape {
        Shape::Nested(_, inner) => inner.as_slice(),
        Shape::Plain(_) => &[],
    };
    let rest = names.fold(Path::root(), |path, name| path.attribute(name));
    attribute.sensitive || attribute.write_only || is_secret(inner, &rest)
}

#[derive(Clone, Copy)]
struct Check {
    write_only: bool,
    secret: bool,
}

impl Check {
    fn objects(self, attributes: &[Attribute], config: &Value, at: &Path, found: &mut Diagnostics) {
        for attribute in attributes {
            let value = config.get(&attribute.name);
            let path = at.clone().attribute(&attribute.name);
            for (name, what) in broken_relations(attribute, attributes, config) {
                let detail = if at.steps().is_empty() { format!("{what}.") } else { format!("In {at}: {what}.") };
                found.push(Diagnostic::error(format!("Invalid {name}"), detail).at(at.clone().attribute(name)));
            }
            if value.is_null() {
                continue;
            }
            let secret = self.secret || attribute.sensitive || attribute.write_only;
            if attribute.write_only && !self.write_only {
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
                found.extend(rule.broken(value).into_iter().map(|broken| {
                    let path = place(attribute, &path, &broken, secret);
                    let detail = complaint(&path, &broken, secret);
                    Diagnostic::error(format!("Invalid {}", attribute.name), detail).at(path)
                }));
            }
            if let Shape::Nested(nesting, inner) = &attribute.shape {
                if let Some(key) = &attribute.key {
                    distinct_keys(key, *nesting, value, &path, found);
                }
                if *nesting == Nesting::Set && attribute.block.is_none() && attribute.key.is_none() {
                    distinct_elements(inner, value, &path, found);
                }
                for (path, element) in elements(*nesting, value, &path) {
                    Self { secret, ..self }.objects(inner, element, &path, found);
                }
            }
        }
    }
}

/// Where a diagnostic about a broken rule points: no step leads to an element of a set, and the keys of a secret are its
/// contents.
fn place(attribute: &Attribute, at: &Path, broken: &Broken, secret: bool) -> Path {
    let mut kind = attribute.shape.kind();
    let mut path = at.clone();
    for step in broken.path.steps() {
        (kind, path) = match (kind.parts(), step) {
            _ if secret => return path,
            (Parts::List(element), Step::Index(index)) => (element, path.index(*index as usize)),
            (Parts::Map(element), Step::Key(key)) => (element, path.key(key)),
            _ => return path,
        };
    }
    path
}

fn complaint(path: &Path, broken: &Broken, secret: bool) -> String {
    let Broken { text, found, .. } = broken;
    match (text.is_empty(), secret) {
        (false, false) => format!("{path} must be {text}, {found}."),
        (false, true) => format!("{path} must be {text}."),
        (true, false) => format!("{path}: {found}."),
        (true, true) => {
            format!("{path} is not what it must be. What was found is not shown, as the value is a secret.")
        }
    }
}

/// The relations that an object breaks, each said once: by the first attribute that it names.
fn broken_relations<'a>(
    attribute: &'a Attribute,
    attributes: &'a [Attribute],
    object: &'a Value,
) -> impl Iterator<Item = (&'a str, String)> {
    let own = attribute.relations.iter().filter(|relation| relation.names().next() == Some(&attribute.name));
    own.filter(|_| matches!(object, Value::Map(_))).filter_map(|relation| relation.broken(attributes, object))
}

/// Elements that are known by a key have each its own.
fn distinct_keys(key: &str, nesting: Nesting, value: &Value, path: &Path, found: &mut Diagnostics) {
    let mut seen = HashSet::new();
    for (path, element) in elements(nesting, value, path) {
        let value = element.get(key);
        if !value.is_null() && !value.is_unknown() && !seen.insert(value) {
            let detail = format!("Elements of {path} are known by their {key}, and two of them have the same.");
            found.push(Diagnostic::error(format!("{key} is not unique"), detail).at(path));
        }
    }
}

/// Elements of a set stay distinct when defaults are filled in: Terraform would merge them and refuse the plan.
fn distinct_elements(inner: &[Attribute], value: &Value, path: &Path, found: &mut Diagnostics) {
    let Value::List(items) = value else { return };
    let filled: Vec<Value> = items.iter().map(|item| defaults(inner, item, item.clone())).collect();
    let known = filled.iter().filter(|item| item.is_wholly_known() && !awaits(inner, item));
    let mut seen = HashSet::new();
    if known.into_iter().any(|item| !seen.insert(Keyed(Kind::Object(inner), item))) {
        let detail =
            format!("Two elements of {path} are the same once the defaults are filled in. Leave one of them out.");
        found.push(Diagnostic::error("Elements of a set are the same", detail).at(path.clone()));
    }
}

/// Whether the provider is still to give a value of an object, which may make it another than its equals.
fn awaits(attributes: &[Attribute], object: &Value) -> bool {
    attributes.iter().any(|attribute| match (object.get(&attribute.name), &attribute.shape) {
        (Value::Null, _) => attribute.is_computed(),
        (value, Shape::Nested(nesting, inner)) => {
            elements(*nesting, value, &Path::root()).iter().any(|(_, element)| awaits(inner, element))
        }
        _ => false,
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Mode;
    use crate::value::Type;

    #[test]
    fn defaults_leave_elements_distinct() {
        let plain = |name: &str, mode: Mode| Attribute { mode, ..Attribute::new(name, Shape::Plain(Type::String)) };
        let weight = Attribute { default: Some("one".into()), ..plain("weight", Mode::OptionalComputed) };
        let part = |weight: Value| Value::object([("label", "a".into()), ("weight", weight), ("serial", Value::Null)]);
        let check = |inner: Vec<Attribute>, parts: Vec<Value>| {
            let set = Attribute::new("parts", Shape::Nested(Nesting::Set, inner));
            let mut found = Diagnostics::default();
            validate(&[set], &Value::object([("parts", Value::List(parts))]), true, &mut found);
            found.0.len()
        };
        let known = || vec![plain("label", Mode::Required), weight.clone(), plain("serial", Mode::Optional)];
        let awaited = || vec![plain("label", Mode::Required), weight.clone(), plain("serial", Mode::Computed)];
        assert_eq!(check(known(), vec![part(Value::Null), part("one".into())]), 1);
        assert_eq!(check(known(), vec![part(Value::Null), part("two".into())]), 0);
        assert_eq!(check(known(), vec![part(Value::unknown()), part("one".into())]), 0);
        assert_eq!(check(awaited(), vec![part(Value::Null), part("one".into())]), 0, "each gets a serial of its own");
    }

    #[test]
    fn two_elements_cannot_have_the_same_key() {
        let label = Attribute::new("label", Shape::Plain(Type::String));
        let parts = |items: Vec<Value>| {
            Value::object([(
                "parts",
                Value::List(items.into_iter().map(|label| Value::object([("label", label)])).collect()),
            )])
        };
        for (nesting, path) in [(Nesting::List, "parts[2]"), (Nesting::Set, "parts")] {
            let mut attribute = Attribute::new("parts", Shape::Nested(nesting, vec![label.clone()]));
            attribute.key = Some("label".to_owned());
            let check = |items: Vec<Value>| {
                let mut found = Diagnostics::default();
                validate(std::slice::from_ref(&attribute), &parts(items), true, &mut found);
                found.iter().map(|found| found.path.clone().unwrap_or_default().to_string()).collect::<Vec<_>>()
            };
            assert_eq!(check(vec!["a".into(), "b".into(), Value::unknown(), Value::unknown()]), [""; 0]);
            assert_eq!(check(vec!["a".into(), "b".into(), "a".into()]), [path]);
        }
    }
}

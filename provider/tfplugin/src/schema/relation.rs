//! What the attributes of one object must obey together.

use super::{Attribute, Nesting, Shape};
use crate::value::Value;

/// A rule about which of several attributes beside each other are set. What is not known yet may turn out either way, so it
/// breaks none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    bond: Bond,
    names: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bond {
    ExactlyOne,
    AtMostOne,
    AtLeastOne,
    Together,
    Needs,
}

impl Relation {
    /// One of these is set, and no other.
    pub fn exactly_one_of<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::new(Bond::ExactlyOne, names)
    }

    /// One of these is set, or none.
    pub fn at_most_one_of<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::new(Bond::AtMostOne, names)
    }

    /// One of these is set, or several.
    pub fn at_least_one_of<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::new(Bond::AtLeastOne, names)
    }

    /// All of these are set, or none.
    pub fn together<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::new(Bond::Together, names)
    }

    /// Where the first is set, all others are.
    pub fn needs<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::new(Bond::Needs, names)
    }

    fn new<N: Into<String>>(bond: Bond, names: impl IntoIterator<Item = N>) -> Self {
        Self { bond, names: names.into_iter().map(Into::into).collect() }
    }

    /// The attributes that it is about.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// What the documentation of one of the attributes says.
    pub fn sentence(&self, name: &str) -> String {
        let others = || listed(self.names.iter().filter(|other| *other != name));
        let all = || listed(self.names.iter());
        match self.bond {
            Bond::ExactlyOne => format!("Exactly one of {} must be set.", all()),
            Bond::AtMostOne => format!("At most one of {} may be set.", all()),
            Bond::AtLeastOne => format!("At least one of {} must be set.", all()),
            Bond::Together => format!("Must be set together with {}.", others()),
            Bond::Needs if self.names.first().is_some_and(|first| first == name) => {
                format!("Needs {} to be set.", others())
            }
            Bond::Needs => String::new(),
        }
    }

    /// Adds it to the attributes that it is about.
    pub fn bind(self, attributes: &mut [Attribute]) {
        for attribute in attributes.iter_mut().filter(|item| self.names.contains(&item.name)) {
            attribute.relations.push(self.clone());
        }
    }

    /// The attribute at which an object breaks it, and how.
    pub(super) fn broken(&self, attributes: &[Attribute], object: &Value) -> Option<(&str, String)> {
        let found = |name: &&String| {
            let attribute = attributes.iter().find(|item| item.name == **name)?;
            is_set(attribute, object.get(name))
        };
        let set: Vec<&String> = self.names.iter().filter(|name| found(name) == Some(true)).collect();
        let unset: Vec<&String> = self.names.iter().filter(|name| found(name) == Some(false)).collect();
        let none = unset.len() == self.names.len();
        let found = |names: &[&String]| format!("found {}", listed(names.iter().copied()));
        let first = self.names.first()?;
        let all = || listed(self.names.iter());
        match (self.bond, set.as_slice()) {
            (Bond::ExactlyOne, [_, second, ..]) => {
                Some((second, format!("exactly one of {} must be set, {}", all(), found(&set))))
            }
            (Bond::ExactlyOne, []) if none => {
                Some((first, format!("exactly one of {} must be set, found none", all())))
            }
            (Bond::AtMostOne, [_, second, ..]) => {
                Some((second, format!("at most one of {} may be set, {}", all(), found(&set))))
            }
            (Bond::AtLeastOne, []) if none => {
                Some((first, format!("at least one of {} must be set, found none", all())))
            }
            (Bond::Together, [one, ..]) if !unset.is_empty() => {
                Some((one, format!("{} must be set together, {} alone", all(), found(&set))))
            }
            (Bond::Needs, [one, ..]) if *one == first && !unset.is_empty() => {
                let missing = listed(unset.iter().copied());
                Some((
                    first,
                    format!(
                        "where `{first}` is set, {} must be set too; {missing} is not",
                        listed(self.names.iter().skip(1))
                    ),
                ))
            }
            _ => None,
        }
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Whether a configuration sets an attribute; nothing where it is not known yet. There is always a value for blocks that
/// repeat, and one of a group.
fn is_set(attribute: &Attribute, value: &Value) -> Option<bool> {
    match (attribute.block, &attribute.shape, value) {
        (_, _, Value::Unknown(_)) => None,
        (Some(_), _, Value::List(items)) => Some(!items.is_empty()),
        (Some(_), Shape::Nested(Nesting::Map, _), Value::Map(items)) => Some(!items.is_empty()),
        (Some(_), Shape::Nested(Nesting::Group, inner), Value::Map(_)) => {
            let found: Vec<_> = inner.iter().map(|item| is_set(item, value.get(&item.name))).collect();
            if found.contains(&Some(true)) { Some(true) } else { (!found.contains(&None)).then_some(false) }
        }
        (_, _, value) => Some(!value.is_null()),
    }
}

//! Rules of lists, sets and maps, and of what is in them.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use super::{About, Broken, Rule};
use crate::Path;
use crate::path::Step;
use crate::value::Value;

impl Rule {
    /// A text, list, set or map with a length in `range`: characters of a text, elements of the others.
    pub fn length(range: RangeInclusive<usize>) -> Self {
        let text = match (*range.start(), *range.end()) {
            (low, usize::MAX) => format!("at least {low} long"),
            (low, high) if low == high => format!("{low} long"),
            (low, high) => format!("{low} to {high} long"),
        };
        Self::new(text, move |value| match length(value) {
            Some(length) if !range.contains(&length) => Err(format!("found a length of {length}")),
            _ => Ok(()),
        })
    }

    /// A text, list, set or map that is not empty.
    pub fn not_empty() -> Self {
        Self::new("not empty", |value| match length(value) {
            Some(0) => Err("found nothing in it".to_owned()),
            _ => Ok(()),
        })
    }

    /// A list in which no element is twice. One that is not wholly known is equal to none.
    pub fn unique() -> Self {
        Self::new("a list without an element twice", |value| {
            let Value::List(items) = value else { return Ok(()) };
            let mut seen = HashSet::with_capacity(items.len());
            let twice = items.iter().position(|item| item.is_wholly_known() && !seen.insert(item));
            twice.map_or(Ok(()), |at| Err(format!("found element {at} a second time")))
        })
    }

    /// A list, set or map of which each element obeys these rules; elements may be lists themselves.
    pub fn each(rules: impl IntoIterator<Item = Rule>) -> Self {
        let rules: Vec<Rule> = rules.into_iter().collect();
        Self { text: texts(&rules), more: more(&rules), about: About::Elements(rules) }
    }

    /// A map of which each key obeys these rules.
    pub fn keys(rules: impl IntoIterator<Item = Rule>) -> Self {
        let rules: Vec<Rule> = rules.into_iter().collect();
        Self { text: texts(&rules), more: more(&rules), about: About::Keys(rules) }
    }
}

/// What all of these say, in one phrase.
fn texts(rules: &[Rule]) -> String {
    let texts = rules.iter().filter(|rule| !rule.text.is_empty()).map(|rule| match &rule.about {
        About::Whole(_) => rule.text.clone(),
        About::Elements(_) => format!("a collection of elements that are {}", rule.text),
        About::Keys(_) => format!("a map with keys that are {}", rule.text),
    });
    texts.collect::<Vec<_>>().join(" and ")
}

fn more(rules: &[Rule]) -> String {
    rules.iter().map(|rule| rule.more.as_str()).collect()
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => Some(text.chars().count()),
        Value::List(items) => Some(items.len()),
        Value::Map(entries) => Some(entries.len()),
        _ => None,
    }
}

/// Where elements break rules. An element of a set has no path of its own; one of a list has, and a set looks alike, so
/// whoever knows that it is a set leaves the index out.
pub(super) fn broken_elements(rules: &[Rule], value: &Value) -> Vec<Broken> {
    let elements: Vec<(Step, &Value)> = match value {
        Value::List(items) => items.iter().enumerate().map(|(at, item)| (Step::Index(at as i64), item)).collect(),
        Value::Map(entries) => entries.iter().map(|(key, item)| (Step::Key(key.clone()), item)).collect(),
        _ => Vec::new(),
    };
    let within = |step: &Step, broken: Broken| Broken { path: broken.path.within(step.clone()), ..broken };
    let of_element = |(step, item): &(Step, &Value)| -> Vec<Broken> {
        rules.iter().flat_map(|rule| rule.broken(item)).map(|broken| within(step, broken)).collect()
    };
    elements.iter().flat_map(of_element).collect()
}

/// Where keys break rules.
pub(super) fn broken_keys(rules: &[Rule], value: &Value) -> Vec<Broken> {
    let Value::Map(entries) = value else { return Vec::new() };
    let of_key = |key: &String| -> Vec<Broken> {
        let value = Value::String(key.clone());
        let found = rules.iter().flat_map(|rule| rule.broken(&value));
        found.map(|broken| Broken { path: Path::root().key(key), ..broken }).collect()
    };
    entries.keys().flat_map(of_key).collect()
}

//! Elements that fit a template: a value with open places, where anything may stand. Found by hash, so that a set of any
//! size is paired in linear time.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::compare::{digest, same};
use crate::schema::{Attribute, Kind, Parts};
use crate::value::Value;

/// Whether a place of a template is open. The attribute is known where the place is one.
pub(crate) type IsOpen = fn(kind: Kind<'_>, attribute: Option<&Attribute>, value: &Value) -> bool;

/// Where a template is open.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Pattern {
    Closed,
    Open,
    /// Elements of a list or tuple, or fields of an object in the order of its schema.
    Row(Vec<Pattern>),
    Entries(BTreeMap<String, Pattern>),
}

/// Items in which those that fit a template are looked up.
pub(crate) struct Items<'a> {
    kind: Kind<'a>,
    items: &'a [Value],
    is_open: IsOpen,
    by_pattern: HashMap<Pattern, HashMap<u64, Vec<usize>>>,
}

impl<'a> Items<'a> {
    pub(crate) fn new(kind: Kind<'a>, items: &'a [Value], is_open: IsOpen) -> Self {
        Self { kind, items, is_open, by_pattern: HashMap::new() }
    }

    /// The positions of the items that have what the template's closed places say, the last first. A set with an open
    /// place in it counts as open here.
    pub(crate) fn fitting(&mut self, template: &Value) -> &[usize] {
        self.places(pattern(self.kind, None, template, self.is_open), template)
    }

    fn places(&mut self, pattern: Pattern, template: &Value) -> &mut Vec<usize> {
        let wanted = masked(self.kind, &pattern, template);
        let (kind, items) = (self.kind, self.items);
        let by_hash = match self.by_pattern.entry(pattern) {
            Entry::Occupied(found) => found.into_mut(),
            Entry::Vacant(place) => {
                let mut by_hash: HashMap<u64, Vec<usize>> = HashMap::with_capacity(items.len());
                for (position, item) in items.iter().enumerate().rev() {
                    by_hash.entry(masked(kind, place.key(), item)).or_default().push(position);
                }
                place.insert(by_hash)
            }
        };
        by_hash.entry(wanted).or_default()
    }

    /// For each template the position of an item that fits it; each item once, and to a template without open places
    /// before others.
    pub(crate) fn assign(mut self, templates: &[Value]) -> Vec<Option<usize>> {
        let (kind, items, is_open) = (self.kind, self.items, self.is_open);
        let mut free = vec![true; items.len()];
        let mut taken = vec![None; templates.len()];
        let patterns = templates.iter().map(|template| pattern(kind, None, template, is_open)).enumerate();
        let (closed, open): (Vec<_>, Vec<_>) = patterns.partition(|(_, pattern)| *pattern == Pattern::Closed);
        for (at, pattern) in closed.into_iter().chain(open) {
            let places = self.places(pattern, &templates[at]);
            while places.pop_if(|position| !free[*position]).is_some() {}
            let fits =
                |position: &usize| free[*position] && fits(kind, None, &templates[at], &items[*position], is_open);
            taken[at] = places.iter().rposition(fits).map(|found| places.remove(found));
            taken[at].iter().for_each(|position| free[*position] = false);
        }
        taken
    }
}

/// Whether a value has what the template's closed places say.
fn fits(kind: Kind<'_>, attribute: Option<&Attribute>, template: &Value, value: &Value, is_open: IsOpen) -> bool {
    if is_open(kind, attribute, template) {
        return true;
    }
    match (kind.parts(), template, value) {
        (Parts::List(element), Value::List(templates), Value::List(items)) => {
            let mut pairs = templates.iter().zip(items);
            templates.len() == items.len() && pairs.all(|(template, item)| fits(element, None, template, item, is_open))
        }
        (Parts::Set(element), Value::List(templates), Value::List(items)) => {
            templates.len() == items.len()
                && Items::new(element, items, is_open).assign(templates).iter().all(Option::is_some)
        }
        (Parts::Object(fields), Value::Map(_), Value::Map(_)) => fields
            .iter()
            .all(|field| fits(field.kind, field.attribute, template.get(field.name), value.get(field.name), is_open)),
        (Parts::Map(element), Value::Map(templates), Value::Map(entries)) => {
            templates.len() == entries.len()
                && templates.iter().all(|(key, template)| {
                    entries.get(key).is_some_and(|item| fits(element, None, template, item, is_open))
                })
        }
        _ => same(kind, template, value),
    }
}

fn pattern(kind: Kind<'_>, attribute: Option<&Attribute>, value: &Value, is_open: IsOpen) -> Pattern {
    if is_open(kind, attribute, value) {
        return Pattern::Open;
    }
    let row = |inner: Vec<Pattern>| {
        if inner.iter().all(|inner| *inner == Pattern::Closed) { Pattern::Closed } else { Pattern::Row(inner) }
    };
    match (kind.parts(), value) {
        (Parts::List(element), Value::List(items)) => {
            row(items.iter().map(|item| pattern(element, None, item, is_open)).collect())
        }
        (Parts::Tuple(elements), Value::List(items)) => {
            row(elements.iter().zip(items).map(|(ty, item)| pattern(Kind::Type(ty), None, item, is_open)).collect())
        }
        (Parts::Object(fields), Value::Map(_)) => row(fields
            .iter()
            .map(|field| pattern(field.kind, field.attribute, value.get(field.name), is_open))
            .collect()),
        (Parts::Map(element), Value::Map(entries)) => {
            let open = entries.iter().map(|(key, item)| (key, pattern(element, None, item, is_open)));
            let open: BTreeMap<_, _> =
                open.filter(|(_, inner)| *inner != Pattern::Closed).map(|(key, inner)| (key.clone(), inner)).collect();
            if open.is_empty() { Pattern::Closed } else { Pattern::Entries(open) }
        }
        (Parts::Set(element), Value::List(items)) => {
            let closed = items.iter().all(|item| pattern(element, None, item, is_open) == Pattern::Closed);
            if closed { Pattern::Closed } else { Pattern::Open }
        }
        (Parts::Dynamic, Value::Dynamic(inner)) => match pattern(Kind::Type(&inner.0), None, &inner.1, is_open) {
            Pattern::Closed => Pattern::Closed,
            _ => Pattern::Open,
        },
        _ => Pattern::Closed,
    }
}

/// The hash of what stands in the closed places.
fn masked(kind: Kind<'_>, pattern: &Pattern, value: &Value) -> u64 {
    let mut state = DefaultHasher::new();
    feed(kind, pattern, value, &mut state);
    state.finish()
}

fn feed(kind: Kind<'_>, pattern: &Pattern, value: &Value, state: &mut DefaultHasher) {
    match (pattern, kind.parts(), value) {
        (Pattern::Open, ..) => {}
        (Pattern::Row(row), Parts::List(element), Value::List(items)) if row.len() == items.len() => {
            row.iter().zip(items).for_each(|(pattern, item)| feed(element, pattern, item, state));
        }
        (Pattern::Row(row), Parts::Tuple(elements), Value::List(items)) if row.len() == items.len() => {
            let places = row.iter().zip(elements).zip(items);
            places.for_each(|((pattern, ty), item)| feed(Kind::Type(ty), pattern, item, state));
        }
        (Pattern::Row(row), Parts::Object(fields), Value::Map(_)) => {
            let places = row.iter().zip(fields.iter());
            places.for_each(|(pattern, field)| feed(field.kind, pattern, value.get(field.name), state));
        }
        (Pattern::Entries(open), Parts::Map(element), Value::Map(entries)) => {
            for (key, item) in entries {
                key.hash(state);
                feed(element, open.get(key).unwrap_or(&Pattern::Closed), item, state);
            }
        }
        (_, _, value) => state.write_u64(digest(kind, value)),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::schema::Shape;
    use crate::value::{Number, Type};

    thread_local! {
        static ASKED: Cell<usize> = const { Cell::new(0) };
    }

    fn is_null(_: Kind<'_>, _: Option<&Attribute>, value: &Value) -> bool {
        ASKED.set(ASKED.get() + 1);
        value.is_null()
    }

    fn number(value: usize) -> Value {
        Value::Number(Number::from(value))
    }

    fn attributes() -> Vec<Attribute> {
        ["a", "b", "c"].map(|name| Attribute::new(name, Shape::Plain(Type::Number))).to_vec()
    }

    fn object(a: Value, b: Value, c: Value) -> Value {
        Value::object([("a", a), ("b", b), ("c", c)])
    }

    /// The items that the templates are given.
    fn check(templates: &[Value], items: &[Value], expected: &[Option<usize>]) {
        let attributes = attributes();
        assert_eq!(Items::new(Kind::Object(&attributes), items, is_null).assign(templates), expected);
    }

    #[test]
    fn a_template_gets_an_item_that_fits() {
        let (open, [one, two, three]) = (|| Value::Null, [1, 2, 3].map(number));
        let full = |a: &Value| object(a.clone(), two.clone(), three.clone());
        check(
            &[object(two.clone(), open(), open()), object(one.clone(), open(), open())],
            &[full(&one), full(&two)],
            &[Some(1), Some(0)],
        );
        check(&[object(open(), open(), open()), full(&one)], &[full(&one), full(&two)], &[Some(1), Some(0)]);
        check(&[object(three.clone(), open(), open())], &[full(&one)], &[None]);
        check(
            &[object(one.clone(), open(), open()), object(one.clone(), open(), open())],
            &[full(&one)],
            &[Some(0), None],
        );
        check(
            &[object(one.clone(), open(), open()), object(open(), two.clone(), open())],
            &[full(&one), full(&one)],
            &[Some(0), Some(1)],
        );
    }

    #[test]
    fn the_work_grows_with_the_number_of_elements() {
        let asked = |count: usize| {
            ASKED.set(0);
            let items: Vec<Value> = (0..count).map(|at| object(number(at), number(at % 7), number(1))).collect();
            // Half of them leave one place open, half two, and none stands where its item does.
            let templates = items.iter().rev().enumerate().map(|(at, item)| {
                let b = if at % 2 == 0 { Value::Null } else { item.get("b").clone() };
                object(item.get("a").clone(), b, Value::Null)
            });
            let attributes = attributes();
            let found = Items::new(Kind::Object(&attributes), &items, is_null).assign(&templates.collect::<Vec<_>>());
            assert!(found.iter().zip((0..count).rev()).all(|(found, item)| *found == Some(item)));
            ASKED.get()
        };
        let (few, many) = (asked(100), asked(10_000));
        assert!(many <= few * 110, "100 elements: {few} places, 10,000 elements: {many}");
    }
}

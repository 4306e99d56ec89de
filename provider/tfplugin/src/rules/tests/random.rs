//! Random schemas and values, made from a row of bytes so that a failing case shrinks.

use std::collections::HashSet;

use crate::plan::{Keyed, defaults};
use crate::schema::{Attribute, Canonical, Keep, Kind, Limits, Mode, Nesting, Parts, Shape};
use crate::value::{Number, Refinement, Type, Value};

const TEXTS: [&str; 6] = ["a", "A", "b", "B", "c", ""];

/// A row of choices; where it ends the first choice is taken.
pub(super) struct Choices<'a> {
    row: &'a [u8],
    /// Where no two values that the provider makes may be the same: how many it made.
    made: Option<u64>,
}

/// What may stand at the places that a value leaves open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stage {
    /// A configuration; computed values are null.
    Config,
    /// A state; nothing is unknown.
    State,
}

impl<'a> Choices<'a> {
    pub(super) fn new(row: &'a [u8]) -> Self {
        Self { row, made: None }
    }

    pub(super) fn next(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.row.split_first() else { return 0 };
        self.row = rest;
        usize::from(*first) % count
    }

    /// What the provider makes of a plan; where no two of its values are the same, no two elements of a set become one.
    pub(super) fn make(&mut self, attributes: &[Attribute], planned: &Value, distinct: bool) -> Value {
        self.made = distinct.then_some(0);
        let made = self.settle(Kind::Object(attributes), None, planned, Stage::State);
        self.made = None;
        made
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.next(count) + 1 == count
    }

    /// Attributes and, where `blocks` may stand, blocks. All are computed where the outer one leaves no other.
    pub(super) fn attributes(&mut self, depth: usize, blocks: bool, computed: bool, place: Place) -> Vec<Attribute> {
        (0..1 + self.next(4)).map(|at| self.attribute(&format!("a{at}"), depth, blocks, computed, place)).collect()
    }

    fn attribute(&mut self, name: &str, depth: usize, blocks: bool, computed: bool, place: Place) -> Attribute {
        let modes: &[Mode] = match computed {
            true => &[Mode::Computed, Mode::OptionalComputed],
            false => &[Mode::Required, Mode::Optional, Mode::OptionalComputed, Mode::Computed],
        };
        let mode = modes[self.next(modes.len())];
        let mut item = Attribute { mode, ..Attribute::new(name, Shape::Plain(Type::String)) };
        item.sensitive = self.one_in(6);
        if depth > 0 && self.one_in(2) {
            self.nest(&mut item, depth, blocks, place);
        } else {
            self.plain(&mut item, place);
        }
        if item.is_computed() && item.block.is_none() && !place.unkeyed {
            item.keep = [Keep::Recompute, Keep::State, Keep::NonNullState][self.next(3)].clone();
        }
        item
    }

    fn plain(&mut self, item: &mut Attribute, place: Place) {
        let text = || Type::String;
        // Of three elements of a set two must have the same truth.
        let third = if place.in_set { Type::Number } else { Type::Bool };
        let types =
            [text(), Type::Number, third, Type::list(text()), Type::set(text()), Type::map(text()), Type::Dynamic];
        let ty = types[self.next(if place.repeated { 6 } else { 7 })].clone();
        if ty != Type::Dynamic && self.one_in(3) {
            item.canonical = Some(Canonical::each(lower));
        }
        if item.mode == Mode::OptionalComputed && ty == Type::String && self.one_in(2) {
            item.default = Some(TEXTS[self.next(TEXTS.len())].into());
        }
        item.write_only = item.mode == Mode::Optional && !place.in_set && self.one_in(5);
        item.shape = Shape::Plain(ty);
    }

    fn nest(&mut self, item: &mut Attribute, depth: usize, blocks: bool, place: Place) {
        let nestings = [Nesting::Single, Nesting::List, Nesting::Set, Nesting::Map, Nesting::Group];
        let block = blocks && self.one_in(2);
        let nesting = nestings[self.next(if block && !item.is_computed() { 5 } else { 4 })];
        let computed = if block {
            nesting != Nesting::Group && (item.is_computed() || self.one_in(4))
        } else {
            item.is_computed()
        };
        let keyed = !computed && matches!(nesting, Nesting::List | Nesting::Set) && self.one_in(2);
        let within = Place {
            in_set: place.in_set || nesting == Nesting::Set,
            repeated: place.repeated || !matches!(nesting, Nesting::Single | Nesting::Group),
            unkeyed: place.unkeyed || (matches!(nesting, Nesting::List | Nesting::Set) && !keyed),
        };
        let mut inner = self.attributes(depth - 1, block, computed, within);
        if keyed {
            inner.insert(0, Attribute { mode: Mode::Required, ..Attribute::new("key", Shape::Plain(Type::String)) });
            item.key = Some("key".to_owned());
        }
        if block {
            let mode = if computed { Mode::OptionalComputed } else { Mode::Optional };
            (item.mode, item.block) = (mode, Some(Limits::default()));
        }
        item.shape = Shape::Nested(nesting, inner);
    }

    /// An object with these attributes.
    pub(super) fn object(&mut self, attributes: &[Attribute], stage: Stage) -> Value {
        Value::object(attributes.iter().map(|item| (item.name.clone(), self.given(item, stage))))
    }

    fn given(&mut self, item: &Attribute, stage: Stage) -> Value {
        let open = stage == Stage::Config;
        let absent = match (&item.shape, item.block) {
            (Shape::Nested(nesting, _), Some(_)) => {
                (*nesting == Nesting::Single || (open && item.is_computed())) && self.made.is_none() && self.one_in(2)
            }
            _ if open && item.mode == Mode::Computed => true,
            _ if stage == Stage::State && item.write_only => true,
            _ if self.made.is_some() => false,
            _ => item.mode != Mode::Required && self.one_in(2),
        };
        let group = matches!(item.shape, Shape::Nested(Nesting::Group, _));
        if absent {
            Value::Null
        } else if open && !group && item.name != "key" && self.one_in(6) {
            Value::unknown()
        } else {
            let value = self.value(item.shape.kind(), item.key.as_deref(), stage);
            if open { prepared(item, value) } else { value }
        }
    }

    /// A value that is neither null nor unknown.
    pub(super) fn value(&mut self, kind: Kind<'_>, key: Option<&str>, stage: Stage) -> Value {
        match (kind, kind.parts()) {
            (Kind::Object(inner), _) => self.object(inner, stage),
            (_, Parts::Leaf | Parts::Tuple(_) | Parts::Object(_)) => {
                if let Some(made) = &mut self.made {
                    *made += 1;
                }
                match (kind, self.made) {
                    (Kind::Type(Type::Bool), _) => Value::Bool(self.one_in(2)),
                    (Kind::Type(Type::Number), Some(made)) => Value::Number(Number::from(100 + made)),
                    (Kind::Type(Type::Number), None) => Value::Number(Number::from(self.next(4) as u64)),
                    (_, Some(made)) => format!("made {made}").into(),
                    (_, None) => TEXTS[self.next(TEXTS.len())].into(),
                }
            }
            (_, Parts::Dynamic) => {
                let ty = [Type::String, Type::Number, Type::list(Type::Bool)][self.next(3)].clone();
                let value = self.value(Kind::Type(&ty), None, stage);
                Value::Dynamic(Box::new((ty, value)))
            }
            (_, Parts::List(element) | Parts::Set(element)) => {
                let count = self.next(3) + usize::from(self.made.is_some());
                let items = (0..count).map(|_| self.value(element, None, stage)).collect();
                distinct(kind, key, items)
            }
            (_, Parts::Map(element)) => {
                let count = self.next(3) + usize::from(self.made.is_some());
                let entries = (0..count).map(|_| (TEXTS[self.next(5)], self.value(element, None, stage)));
                Value::object(entries.collect::<Vec<_>>())
            }
        }
    }

    /// The value with something known wherever it was unknown, as Terraform would send it then.
    pub(super) fn settle(&mut self, kind: Kind<'_>, key: Option<&str>, value: &Value, stage: Stage) -> Value {
        match (kind.parts(), value) {
            (_, Value::Unknown(certain)) => {
                if self.made.is_none()
                    && **certain == Refinement::NONE
                    && self.one_in(3)
                    && !matches!(kind, Kind::Object(_))
                {
                    return Value::Null;
                }
                let made = self.value(kind, key, stage);
                self.settle(kind, key, &made, stage)
            }
            (Parts::List(element) | Parts::Set(element), Value::List(items)) => {
                let items = items.iter().map(|item| self.settle(element, None, item, stage)).collect();
                distinct(kind, key, items)
            }
            (Parts::Map(element), Value::Map(entries)) => Value::object(
                entries
                    .iter()
                    .map(|(key, item)| (key.clone(), self.settle(element, None, item, stage)))
                    .collect::<Vec<_>>(),
            ),
            (Parts::Object(fields), Value::Map(_)) => {
                let fields = fields.iter().map(|field| {
                    let value = value.get(field.name);
                    let block = field.attribute.is_some_and(|item| item.block.is_some());
                    let required = field.attribute.is_some_and(|item| item.mode == Mode::Required);
                    let key = field.attribute.and_then(|item| item.key.as_deref());
                    let value = match value {
                        Value::Unknown(_) if block || required => {
                            let made = self.value(field.kind, key, stage);
                            let made = self.settle(field.kind, key, &made, stage);
                            match field.attribute {
                                Some(item) if stage == Stage::Config => prepared(item, made),
                                _ => made,
                            }
                        }
                        value => self.settle(field.kind, key, value, stage),
                    };
                    (field.name.to_owned(), value)
                });
                Value::object(fields.collect::<Vec<_>>())
            }
            _ => value.clone(),
        }
    }
}

/// Where an attribute stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    in_set: bool,
    repeated: bool,
    unkeyed: bool,
}

/// Terraform sends null where a configuration has none of the blocks that a provider may give.
fn prepared(item: &Attribute, value: Value) -> Value {
    let empty = value == Value::List(Vec::new()) || value == Value::object::<&str>([]);
    if empty && item.block.is_some() && item.is_computed() { Value::Null } else { value }
}

fn lower(value: &Value) -> Value {
    match value {
        Value::String(text) => text.to_lowercase().into(),
        value => value.clone(),
    }
}

/// The elements of a list or set, without those that Terraform would merge once defaults are there, and one for each key.
fn distinct(kind: Kind<'_>, key: Option<&str>, items: Vec<Value>) -> Value {
    let filled: Vec<Value> = match kind {
        Kind::Set(inner) => items.iter().map(|item| defaults(inner, item, item.clone())).collect(),
        _ => items.clone(),
    };
    let (mut seen, mut keys) = (HashSet::new(), HashSet::new());
    let element = if let Parts::Set(element) = kind.parts() { Some(element) } else { None };
    let kept = items.iter().zip(&filled).filter(|(item, filled)| {
        key.is_none_or(|key| keys.insert((*item).get(key)))
            && element.is_none_or(|element| seen.insert(Keyed(element, filled)))
    });
    Value::List(kept.map(|(item, _)| item.clone()).collect())
}

//! What must hold of a plan and of a state.

use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use super::Fault;
use super::literal::{Location, Reader};
use crate::plan::same;
use crate::rules::show;
use crate::schema::{Attribute, Kind, Parts};
use crate::value::Value;

/// What is planned for a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// A new object.
    Create,
    /// A data source is read during apply.
    Read,
    /// A change of the object.
    Update,
    /// A new object instead of the old one.
    Replace,
    /// The end of the object.
    Delete,
}

impl fmt::Display for Action {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NoOp => "no change",
            Self::Create => "a creation",
            Self::Read => "a read",
            Self::Update => "an update",
            Self::Replace => "a replacement",
            Self::Delete => "a deletion",
        })
    }
}

/// A place in the plan: an address such as `note_note.a`, and a path such as `parts[0].label` or `tags.team`.
pub fn planned(address: &str, path: &str) -> Place {
    Place { planned: true, address: address.to_owned(), path: path.to_owned() }
}

/// A place in the state after the step: an address such as `data.note_count.all`, and a path.
pub fn state(address: &str, path: &str) -> Place {
    Place { planned: false, address: address.to_owned(), path: path.to_owned() }
}

/// Where a check looks.
#[derive(Debug, Clone)]
pub struct Place {
    pub(super) planned: bool,
    pub(super) address: String,
    path: String,
}

/// A condition on one place.
#[derive(Clone)]
pub struct Check {
    pub(super) place: Place,
    expected: Expected,
}

#[derive(Clone)]
enum Expected {
    Equal(Json),
    Null,
    Set,
    Unknown,
    Length(usize),
    Contains(Json),
    Absent,
    That(&'static str, Arc<dyn Fn(&Value) -> bool + Send + Sync>),
}

impl Place {
    /// It is this, where sets have no order; objects are compared as a whole, and what is not said of them is null.
    pub fn equals(self, value: impl Into<Json>) -> Check {
        self.is(Expected::Equal(value.into()))
    }

    /// It is null.
    pub fn is_null(self) -> Check {
        self.is(Expected::Null)
    }

    /// It is known and not null.
    pub fn is_set(self) -> Check {
        self.is(Expected::Set)
    }

    /// It is not known before apply. Holds for plans only.
    pub fn is_unknown(self) -> Check {
        self.is(Expected::Unknown)
    }

    /// It has this many elements.
    pub fn has_length(self, length: usize) -> Check {
        self.is(Expected::Length(length))
    }

    /// One of its elements has these parts, whatever else it has.
    pub fn contains(self, element: impl Into<Json>) -> Check {
        self.is(Expected::Contains(element.into()))
    }

    /// The whole object is not there. The path must be empty.
    pub fn is_absent(self) -> Check {
        self.is(Expected::Absent)
    }

    /// A condition of one's own, `what` it is in words.
    pub fn satisfies(self, what: &'static str, holds: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Check {
        self.is(Expected::That(what, Arc::new(holds)))
    }

    fn is(self, expected: Expected) -> Check {
        Check { place: self, expected }
    }
}

impl Check {
    /// Looks at the object of its address; `None` where it is not there.
    pub(super) fn run(&self, attributes: &[Attribute], object: Option<&Value>) -> Result<(), Fault> {
        let Place { planned, address, path } = &self.place;
        let place = format!("{address}{}{path} in the {}", if path.is_empty() { "" } else { "." }, side(*planned));
        let wrong = |expected: String, found: String| Err(Fault::Value { place: place.clone(), expected, found });
        let object = match (object.filter(|object| !object.is_null()), &self.expected) {
            (None, Expected::Absent) => return Ok(()),
            (Some(_), Expected::Absent) => return wrong("no object".to_owned(), "one".to_owned()),
            (None, _) => return wrong("an object".to_owned(), "none".to_owned()),
            (Some(object), _) => object,
        };
        let at = Location::root(address);
        let (kind, found) = follow(Kind::Object(attributes), object, path, &at)?;
        let read = |json: &Json| Reader::plain().value(kind, json, &Location::root(&place));
        let shown = || show::show(kind, found, false);
        match &self.expected {
            Expected::Equal(json) => {
                let expected = read(json)?;
                // Terraform leaves it to the provider what an equal number looks like, and we compare values.
                if same(kind, &expected, found) { Ok(()) } else { wrong(show::show(kind, &expected, false), shown()) }
            }
            Expected::Null if found.is_null() => Ok(()),
            Expected::Null => wrong("null".to_owned(), shown()),
            Expected::Unknown if found.is_unknown() => Ok(()),
            Expected::Unknown => wrong("(known after apply)".to_owned(), shown()),
            Expected::Set if !found.is_null() && !found.is_unknown() => Ok(()),
            Expected::Set => wrong("a value".to_owned(), shown()),
            Expected::Length(length) => match count(found) {
                Some(count) if count == *length => Ok(()),
                _ => wrong(format!("{length} elements"), shown()),
            },
            Expected::Contains(json) => {
                let (Parts::List(element) | Parts::Set(element) | Parts::Map(element)) = kind.parts() else {
                    return Err(Location::root(&place).fault("it has no elements".to_owned()));
                };
                let expected = Reader::plain().value(element, json, &Location::root(&place))?;
                let items: Vec<&Value> = match found {
                    Value::List(items) => items.iter().collect(),
                    Value::Map(entries) => entries.values().collect(),
                    _ => Vec::new(),
                };
                if items.into_iter().any(|item| has(element, item, &expected, json)) {
                    Ok(())
                } else {
                    wrong(format!("an element {}", show::show(element, &expected, false)), shown())
                }
            }
            Expected::That(_, holds) if holds(found) => Ok(()),
            Expected::That(what, _) => wrong((*what).to_owned(), shown()),
            Expected::Absent => Ok(()),
        }
    }
}

fn side(planned: bool) -> &'static str {
    if planned { "plan" } else { "state" }
}

fn count(value: &Value) -> Option<usize> {
    match value {
        Value::List(items) => Some(items.len()),
        Value::Map(entries) => Some(entries.len()),
        _ => None,
    }
}

/// Whether an element has the parts that were written of the expected one.
fn has(kind: Kind<'_>, item: &Value, expected: &Value, written: &Json) -> bool {
    match (kind.parts(), written) {
        (Parts::Object(fields), Json::Object(written)) => fields.iter().all(|field| {
            let (item, expected) = (item.get(field.name), expected.get(field.name));
            written.get(field.name).is_none_or(|written| has(field.kind, item, expected, written))
        }),
        _ => same(kind, item, expected),
    }
}

/// What a path such as `parts[0].label` leads to.
pub(super) fn follow<'a>(
    kind: Kind<'a>,
    object: &'a Value,
    path: &str,
    at: &Location<'_>,
) -> Result<(Kind<'a>, &'a Value), Fault> {
    const NULL: &Value = &Value::Null;
    let steps = path.split(['.', '[']).map(|step| step.trim_end_matches(']').trim_matches('"'));
    steps.filter(|step| !step.is_empty()).try_fold((kind, object), |(kind, value), step| {
        let wrong = |reason: String| at.fault(format!("{path}: {reason}"));
        if value.is_unknown() {
            return Ok((kind, value));
        }
        Ok(match (kind.parts(), value) {
            (Parts::Object(fields), value) => {
                let field = fields.iter().find(|field| field.name == step);
                let kind = field.ok_or_else(|| wrong(format!("there is no attribute or block {step}")))?.kind;
                (kind, value.get(step))
            }
            (Parts::Map(element), value) => (element, value.get(step)),
            (Parts::Set(_), _) => return Err(wrong("an element of a set has no index: use `contains`".to_owned())),
            (Parts::List(element), value) => {
                let index: usize = step.parse().map_err(|_| wrong(format!("{step} is no index")))?;
                let Value::List(items) = value else { return Ok((element, NULL)) };
                (element, items.get(index).ok_or_else(|| wrong(format!("there are {} elements", items.len())))?)
            }
            (Parts::Tuple(elements), Value::List(items)) => {
                let index: usize = step.parse().map_err(|_| wrong(format!("{step} is no index")))?;
                match (elements.get(index), items.get(index)) {
                    (Some(ty), Some(item)) => (Kind::Type(ty), item),
                    _ => return Err(wrong(format!("there are {} elements", items.len()))),
                }
            }
            (Parts::Dynamic, Value::Dynamic(inner)) => {
                return follow(Kind::Type(&inner.0), &inner.1, step, at);
            }
            _ => return Err(wrong(format!("there is nothing below {step}"))),
        })
    })
}

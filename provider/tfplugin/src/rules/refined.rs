//! What may follow from a plan: `AssertObjectCompatible` of Terraform, for results and for the plan that is made again
//! when more is known.

mod certain;
mod sets;

use super::fault::{Judged, fault, message};
use super::{At, stored};
use crate::plan::{distinct, same};
use crate::schema::{Attribute, Kind, Nesting, Parts, Shape};
use crate::value::Value;
use crate::{Diagnostics, Path};
use certain::{conforms, includes};

const RESULT: Judged =
    Judged { summary: "Invalid result", advice: "What the resource's `create` or `update` answers must be corrected." };
const FINAL: Judged = Judged {
    summary: "Invalid final plan",
    advice: "Planned again when more is known, the resource must plan the same but for what was unknown.",
};

const KEPT: &str = "what was planned as known is the result.";
const CERTAIN: &str = "the result is one of the values that the plan left open.";
const TYPE: &str = "the result has the type that was planned.";
const COUNT: &str = "a list has as many elements as were planned.";
const KEYS: &str = "a map has the keys that were planned.";
const MORE: &str = "a set has no more elements than were planned.";
const LOST: &str = "every planned element of a set is in the result.";
const NEW: &str = "every element of a set in the result was planned.";
const NULL_BLOCKS: &str = "where there are no blocks the result has an empty collection, not null.";

/// The result of a creation, change or deletion, which keeps what the plan knew.
pub(super) fn result(attributes: &[Attribute], planned: &Value, result: &Value) -> Diagnostics {
    let mut found = Diagnostics::default();
    stored::write_only(RESULT, attributes, result, &mut found);
    stored::unknown(RESULT, &At::root(), Kind::Object(attributes), result, &mut found);
    if found.is_empty() { refined(RESULT, attributes, planned, result) } else { found }
}

/// A plan that was made again with more values known.
pub(super) fn final_plan(attributes: &[Attribute], first: &Value, last: &Value) -> Diagnostics {
    refined(FINAL, attributes, first, last)
}

fn refined(judged: Judged, attributes: &[Attribute], planned: &Value, actual: &Value) -> Diagnostics {
    let mut found = Diagnostics::default();
    if planned.is_null() != actual.is_null() {
        let rule = if planned.is_null() {
            "where nothing was planned nothing is the result."
        } else {
            "where an object was planned an object is the result."
        };
        found.push(message(judged, Path::root(), rule, ""));
    } else {
        Check { judged, found: Some(&mut found), failed: false }.object(&At::root(), attributes, planned, actual);
    }
    found
}

struct Check<'f> {
    judged: Judged,
    /// Where messages go; `None` where only the verdict is asked for.
    found: Option<&'f mut Diagnostics>,
    failed: bool,
}

impl Check<'_> {
    fn refuse(&mut self, at: &At<'_>, rule: &str, kind: Kind<'_>, planned: &Value, actual: &Value) {
        let (was, is) = if self.judged.summary == FINAL.summary {
            ("planned first", "planned again")
        } else {
            ("planned", "result")
        };
        self.say(at, rule, kind, [(was, planned), (is, actual)]);
    }

    fn say<const N: usize>(&mut self, at: &At<'_>, rule: &str, kind: Kind<'_>, values: [(&str, &Value); N]) {
        self.failed = true;
        if let Some(found) = &mut self.found {
            found.push(fault(self.judged, at, rule, kind, values));
        }
    }

    /// An object made of attributes and blocks.
    fn object(&mut self, at: &At<'_>, attributes: &[Attribute], planned: &Value, actual: &Value) {
        if planned.is_null() != actual.is_null() {
            return self.refuse(at, KEPT, Kind::Object(attributes), planned, actual);
        }
        if planned.is_null() {
            return;
        }
        for attribute in attributes {
            let at = at.attribute(attribute);
            let kind = attribute.shape.kind();
            let (planned, actual) = (part(planned, &attribute.name), part(actual, &attribute.name));
            match (&attribute.shape, attribute.block) {
                (Shape::Nested(nesting, inner), Some(_)) => {
                    if attribute.is_computed() && *nesting != Nesting::Single && actual.is_null() {
                        self.refuse(&at, NULL_BLOCKS, kind, planned, actual);
                    } else if attribute.is_computed() && planned.is_unknown() {
                        self.value(&at, kind, planned, actual);
                    } else {
                        self.blocks(&at, *nesting, inner, planned, actual);
                    }
                }
                _ => self.value(&at, kind, planned, actual),
            }
        }
    }

    fn blocks(&mut self, at: &At<'_>, nesting: Nesting, inner: &[Attribute], planned: &Value, actual: &Value) {
        match (nesting, planned, actual) {
            (Nesting::Single | Nesting::Group, Value::Unknown(_), Value::Null) => {}
            (Nesting::Single | Nesting::Group, ..) => self.object(at, inner, planned, actual),
            (Nesting::List, Value::List(plans), Value::List(items)) => {
                if plans.len() != items.len() {
                    return self.refuse(at, COUNT, Kind::List(inner), planned, actual);
                }
                for (index, (planned, actual)) in plans.iter().zip(items).enumerate() {
                    self.object(&at.index(index), inner, planned, actual);
                }
            }
            (Nesting::Map, Value::Map(plans), Value::Map(entries)) => {
                if !plans.keys().eq(entries.keys()) {
                    return self.refuse(at, KEYS, Kind::Map(inner), planned, actual);
                }
                for (key, planned) in plans {
                    self.object(&at.key(key), inner, planned, &entries[key]);
                }
            }
            (Nesting::Set, Value::List(plans), Value::List(items)) => {
                let judged = self.judged;
                self.set(at, Kind::Object(inner), plans, items, &|planned, actual| {
                    let mut check = Check { judged, found: None, failed: false };
                    check.object(&At::root(), inner, planned, actual);
                    !check.failed
                });
            }
            // Blocks that were unknown may become any; whether they may be null was judged with the plan.
            _ => {}
        }
    }

    fn value(&mut self, at: &At<'_>, kind: Kind<'_>, planned: &Value, actual: &Value) {
        let refused = |check: &mut Self, rule| check.refuse(at, rule, kind, planned, actual);
        match (kind.parts(), planned, actual) {
            // A value whose type was not known may become anything.
            (Parts::Dynamic, Value::Unknown(_) | Value::Null, _) => {}
            (Parts::Dynamic, Value::Dynamic(plan), Value::Dynamic(value)) if conforms(&value.0, &plan.0) => {
                self.value(at, Kind::Type(&plan.0), &plan.1, &value.1);
            }
            (Parts::Dynamic, ..) => refused(self, TYPE),
            (_, Value::Unknown(certain), _) => {
                if !includes(certain, kind, actual) {
                    refused(self, CERTAIN);
                }
            }
            (_, Value::Null, Value::Null) => {}
            (Parts::List(element), Value::List(plans), Value::List(items)) if plans.len() == items.len() => {
                for (index, (planned, actual)) in plans.iter().zip(items).enumerate() {
                    self.value(&at.index(index), element, planned, actual);
                }
            }
            (Parts::List(_), Value::List(_), Value::List(_)) => refused(self, COUNT),
            (Parts::Tuple(elements), Value::List(plans), Value::List(items)) if plans.len() == items.len() => {
                for (index, (ty, (planned, actual))) in elements.iter().zip(plans.iter().zip(items)).enumerate() {
                    self.value(&at.index(index), Kind::Type(ty), planned, actual);
                }
            }
            (Parts::Map(element), Value::Map(plans), Value::Map(entries)) if plans.keys().eq(entries.keys()) => {
                for (key, planned) in plans {
                    self.value(&at.key(key), element, planned, &entries[key]);
                }
            }
            (Parts::Map(_), Value::Map(_), Value::Map(_)) => refused(self, KEYS),
            (Parts::Object(fields), Value::Map(_), Value::Map(_)) => {
                for field in fields.iter() {
                    self.value(&at.field(field), field.kind, planned.get(field.name), actual.get(field.name));
                }
            }
            (Parts::Set(element), Value::List(plans), Value::List(items)) => {
                let judged = self.judged;
                self.set(at, element, plans, items, &|planned, actual| {
                    let mut check = Check { judged, found: None, failed: false };
                    check.value(&At::root(), element, planned, actual);
                    !check.failed
                });
            }
            _ if same(kind, planned, actual) && !actual.is_unknown() => {}
            _ => refused(self, KEPT),
        }
    }

    fn set(
        &mut self,
        at: &At<'_>,
        element: Kind<'_>,
        planned: &[Value],
        actual: &[Value],
        fits: &dyn Fn(&Value, &Value) -> bool,
    ) {
        let (lost, new) = sets::lone(element, planned, actual, fits);
        let at = at.element();
        let (most, count) = (distinct(element, planned), distinct(element, actual));
        if !lost.is_empty() {
            lost.iter().for_each(|item| self.say(&at, LOST, element, [("planned element", *item)]));
        } else if !new.is_empty() {
            new.iter().for_each(|item| self.say(&at, NEW, element, [("element of the result", *item)]));
        } else if count > most {
            let number = |count: usize| Value::Number((count as u64).into());
            let values = [("elements planned", &number(most)), ("elements of the result", &number(count))];
            self.say(&at, MORE, Kind::Type(&crate::value::Type::Number), values);
        }
    }
}

/// An attribute of an object; of one that is unknown, unknown.
fn part<'a>(object: &'a Value, name: &str) -> &'a Value {
    if object.is_unknown() { object } else { object.get(name) }
}

//! What may be planned: `AssertPlanValid` of Terraform.

use super::fault::{Judged, fault};
use super::{At, stored};
use crate::plan::{distinct, same};
use crate::schema::{Attribute, Kind, Mode, Nesting, Shape};
use crate::value::{Refined, Value};
use crate::{Diagnostic, Diagnostics};

const NULL: &Value = &Value::Null;
static UNKNOWN: Value = Value::Unknown(Refined::NOTHING);

const PLAN: Judged = Judged {
    summary: "Invalid plan",
    advice: "The resource's `plan` or a plan modifier of its schema must be corrected.",
};
const OPENED: Judged = Judged {
    summary: "Invalid ephemeral value",
    advice: "What the ephemeral resource's `open` answers must be corrected.",
};

const ABSENT: &str = "the configuration has it, so the plan cannot be without it.";
const PRESENT: &str = "the configuration does not have it, so the plan cannot have it.";
const COMPUTED: &str = "only a computed attribute may be planned where the configuration says nothing.";
const CONFIGURED: &str = "a configured value is planned as it is configured, or exactly as the state has it.";
const OPENED_UP: &str = "a configured value cannot be planned as unknown.";
const COUNT: &str = "the plan has as many elements as the configuration.";
const KEYS: &str = "the plan has the keys of the configuration.";
const NULL_BLOCKS: &str = "where there are no blocks the plan has an empty collection, not null.";
const DYNAMIC: &str = "blocks whose number is not known yet stay unknown.";
const UNKNOWN_BLOCK: &str = "a block is not unknown; attributes in it may be.";

/// A plan of a creation or change. A planned value is the configuration's, or the state's, or one that the provider may compute.
pub(super) fn plan(attributes: &[Attribute], prior: &Value, config: &Value, planned: &Value) -> Diagnostics {
    check(PLAN, At::root(), attributes, Sides { prior, config, planned })
}

/// A value that an ephemeral resource opened: like a plan that has no state. Nobody may see what is in it.
pub(super) fn opened(attributes: &[Attribute], config: &Value, opened: &Value) -> Diagnostics {
    check(OPENED, At::hidden_root(), attributes, Sides { prior: NULL, config, planned: opened })
}

fn check(judged: Judged, root: At<'_>, attributes: &[Attribute], sides: Sides<'_>) -> Diagnostics {
    let mut check = Check { judged, found: Diagnostics::default() };
    stored::write_only(judged, attributes, sides.planned, &mut check.found);
    if check.found.is_empty() {
        check.object(&root, attributes, sides);
    }
    check.found
}

/// One place in all three objects.
#[derive(Debug, Clone, Copy)]
struct Sides<'a> {
    prior: &'a Value,
    config: &'a Value,
    planned: &'a Value,
}

impl<'a> Sides<'a> {
    fn part(self, name: &str) -> Self {
        let part = |value: &'a Value| if value.is_unknown() { &UNKNOWN } else { value.get(name) };
        Self { prior: part(self.prior), config: part(self.config), planned: part(self.planned) }
    }

    fn index(self, index: usize) -> Self {
        let at = |value: &'a Value| match value {
            Value::Unknown(_) => &UNKNOWN,
            Value::List(items) => items.get(index).unwrap_or(NULL),
            _ => NULL,
        };
        Self { prior: at(self.prior), config: at(self.config), planned: at(self.planned) }
    }
}

struct Check {
    judged: Judged,
    found: Diagnostics,
}

impl Check {
    fn object(&mut self, at: &At<'_>, attributes: &[Attribute], sides: Sides<'_>) {
        let kind = Kind::Object(attributes);
        match (sides.config.is_null(), sides.planned.is_null()) {
            (false, true) => self.refuse(at, ABSENT, kind, sides),
            (true, false) => self.refuse(at, PRESENT, kind, sides),
            (true, true) => {}
            (false, false) => self.attributes(at, attributes, sides),
        }
    }

    fn attributes(&mut self, at: &At<'_>, attributes: &[Attribute], sides: Sides<'_>) {
        for attribute in attributes {
            let (at, sides) = (at.attribute(attribute), sides.part(&attribute.name));
            match (&attribute.shape, attribute.block) {
                (Shape::Nested(nesting, inner), Some(_)) => self.block(&at, attribute, *nesting, inner, sides),
                _ => self.attribute(&at, attribute, sides),
            }
        }
    }

    fn attribute(&mut self, at: &At<'_>, attribute: &Attribute, sides: Sides<'_>) {
        let Sides { prior, config, planned } = sides;
        let kind = attribute.shape.kind();
        if same(kind, planned, config)
            || (!prior.is_null() && !config.is_null() && same(kind, planned, prior))
            || attribute.write_only
            || attribute.mode == Mode::Computed
        {
            return;
        }
        match &attribute.shape {
            _ if config.is_null() && attribute.is_computed() => {}
            _ if config.is_null() => self.refuse(at, COMPUTED, kind, sides),
            _ if planned.is_null() => self.refuse(at, ABSENT, kind, sides),
            Shape::Plain(_) => self.refuse(at, CONFIGURED, kind, sides),
            _ if planned.is_unknown() => self.refuse(at, OPENED_UP, kind, sides),
            Shape::Nested(nesting, inner) => match nesting {
                Nesting::Single | Nesting::Group => self.attributes(at, inner, sides),
                Nesting::List => {
                    let (Value::List(configs), Value::List(items)) = (config, planned) else {
                        return self.refuse(at, COUNT, kind, sides);
                    };
                    if configs.len() != items.len() {
                        return self.refuse(at, COUNT, kind, sides);
                    }
                    for index in 0..items.len() {
                        self.attributes(&at.index(index), inner, sides.index(index));
                    }
                }
                Nesting::Map => {
                    let (Value::Map(configs), Value::Map(entries)) = (config, planned) else {
                        return self.refuse(at, KEYS, kind, sides);
                    };
                    if !configs.keys().eq(entries.keys()) {
                        return self.refuse(at, KEYS, kind, sides);
                    }
                    for key in entries.keys() {
                        self.attributes(&at.key(key), inner, sides.part(key));
                    }
                }
                Nesting::Set => {
                    let ((least, most), (fewest, greatest)) = (lengths(inner, config), lengths(inner, planned));
                    if most < fewest || least > greatest {
                        self.refuse(at, COUNT, kind, sides);
                    }
                }
            },
        }
    }

    fn block(&mut self, at: &At<'_>, block: &Attribute, nesting: Nesting, inner: &[Attribute], sides: Sides<'_>) {
        let Sides { config, planned, .. } = sides;
        let kind = block.shape.kind();
        if nesting != Nesting::Single && planned.is_null() {
            return self.refuse(at, NULL_BLOCKS, kind, sides);
        }
        if config.is_unknown() {
            if planned != config {
                self.refuse(at, DYNAMIC, kind, sides);
            }
            return;
        }
        if same(kind, planned, config) || (config.is_null() && block.is_computed()) {
            return;
        }
        if planned.is_unknown() {
            return self.refuse(at, UNKNOWN_BLOCK, kind, sides);
        }
        match (nesting, planned) {
            (Nesting::Single | Nesting::Group, _) => self.object(at, inner, sides),
            (Nesting::List, Value::List(items)) => {
                let count = if let Value::List(configs) = config { configs.len() } else { 0 };
                if count != items.len() {
                    return self.refuse(at, COUNT, kind, sides);
                }
                for (index, item) in items.iter().enumerate() {
                    self.element(&at.index(index), inner, item, sides.index(index));
                }
            }
            (Nesting::Map, Value::Map(entries)) => {
                let same_keys = match config {
                    Value::Map(configs) => configs.keys().eq(entries.keys()),
                    _ => entries.is_empty(),
                };
                if !same_keys {
                    return self.refuse(at, KEYS, kind, sides);
                }
                for (key, item) in entries {
                    self.element(&at.key(key), inner, item, sides.part(key));
                }
            }
            (Nesting::Set, Value::List(items)) => {
                if let Some(open) = items.iter().find(|item| item.is_unknown()) {
                    let at = at.element();
                    self.found.push(fault(self.judged, &at, UNKNOWN_BLOCK, Kind::Object(inner), [("planned", open)]));
                }
            }
            _ => self.refuse(at, CONFIGURED, kind, sides),
        }
    }

    fn element(&mut self, at: &At<'_>, inner: &[Attribute], item: &Value, sides: Sides<'_>) {
        if item.is_unknown() {
            self.refuse(at, UNKNOWN_BLOCK, Kind::Object(inner), sides);
        } else {
            self.object(at, inner, sides);
        }
    }

    fn refuse(&mut self, at: &At<'_>, rule: &str, kind: Kind<'_>, sides: Sides<'_>) {
        let Sides { prior, config, planned } = sides;
        let diagnostic: Diagnostic = if prior.is_null() {
            fault(self.judged, at, rule, kind, [("configured", config), ("planned", planned)])
        } else {
            fault(self.judged, at, rule, kind, [("configured", config), ("in the state", prior), ("planned", planned)])
        };
        self.found.push(diagnostic);
    }
}

/// How many elements a set may turn out to have.
fn lengths(inner: &[Attribute], set: &Value) -> (u64, u64) {
    match set {
        Value::List(items) => {
            let most = distinct(Kind::Object(inner), items) as u64;
            (if items.iter().all(Value::is_wholly_known) { most } else { most.min(1) }, most)
        }
        Value::Unknown(certain) => (certain.min_length.unwrap_or(0), certain.max_length.unwrap_or(u64::MAX)),
        _ => (0, 0),
    }
}

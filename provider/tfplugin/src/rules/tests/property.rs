//! Plans and results of random schemas keep Terraform's rules, and a single fault in one is found where it is.

use proptest::prelude::*;

use super::random::{Choices, Place, Stage};
use crate::path::Step;
use crate::plan::{Keyed, plan, same_object, settle_spelling};
use crate::rules::{planned, refined, replaced};
use crate::schema::{Attribute, Kind, Mode, Nesting, Parts, Schema, Shape};
use crate::testing::propose;
use crate::value::{Type, Value};
use crate::{Diagnostics, Path};

/// A change of a resource from its schema to its result.
#[derive(Debug)]
struct Story {
    attributes: Vec<Attribute>,
    prior: Value,
    config: Value,
    planned: Value,
    result: Value,
}

impl Story {
    /// Tells a story without a fault, and judges every answer in it.
    fn tell(bytes: &[u8]) -> Self {
        let mut choices = Choices::new(bytes);
        let attributes = choices.attributes(2, true, false, Place::default());
        let schema = Schema { version: 0, description: String::new(), attributes: attributes.clone() };
        assert_eq!(schema.problems(), Vec::<String>::new(), "{attributes:#?}");
        let prior = if choices.next(2) == 0 { Value::Null } else { choices.object(&attributes, Stage::State) };
        let first = choices.object(&attributes, Stage::Config);
        let early = judged(&attributes, &prior, &first);
        // What was unknown in the configuration becomes known, and Terraform asks for the plan again.
        let config = choices.settle(Kind::Object(&attributes), None, &first, Stage::Config);
        let planned = judged(&attributes, &prior, &config);
        if first == config {
            assert!(same_object(&attributes, &early, &planned), "the same question has the same answer");
        }
        none(&refined::final_plan(&attributes, &early, &planned), "the final plan", &attributes, &prior, &first);
        let distinct = choices.next(2) == 0;
        let made = choices.make(&attributes, &planned, distinct);
        let result = settle_spelling(&attributes, &planned, made);
        none(&refined::result(&attributes, &planned, &result), "the result", &attributes, &prior, &config);
        let again = judged(&attributes, &result, &config);
        // Where elements of a set became one, Terraform plans them anew.
        assert!(
            !distinct || same_object(&attributes, &again, &result),
            "nothing is left to do: {}",
            told(&attributes, &[("again", &again), ("result", &result), ("config", &config)])
        );
        Self { attributes, prior, config, planned, result }
    }
}

/// A plan, in which no rule is broken.
fn judged(attributes: &[Attribute], prior: &Value, config: &Value) -> Value {
    let proposed = propose(attributes, prior, config);
    let (planned, paths) = plan(attributes, prior, config, proposed);
    none(&planned::plan(attributes, prior, config, &planned), "the plan", attributes, prior, config);
    none(&replaced::replaced(prior, &planned, &paths), "what replaces", attributes, prior, config);
    planned
}

fn none(found: &Diagnostics, what: &str, attributes: &[Attribute], prior: &Value, config: &Value) {
    assert!(found.is_empty(), "{what}: {found:?}{}", told(attributes, &[("prior", prior), ("config", config)]));
}

/// A schema and values, for a person to read.
fn told(attributes: &[Attribute], values: &[(&str, &Value)]) -> String {
    fn schema(attributes: &[Attribute]) -> String {
        let each = attributes.iter().map(|item| {
            let inner = match &item.shape {
                Shape::Plain(ty) => format!("{ty:?}"),
                Shape::Nested(nesting, inner) => format!("{nesting:?} {}", schema(inner)),
            };
            let marks = [
                item.block.map(|_| "block".to_owned()),
                item.key.clone(),
                item.default.as_ref().map(|default| format!("default {}", text(default))),
                item.canonical.as_ref().map(|_| "canonical".to_owned()),
                (item.keep != crate::schema::Keep::Recompute).then(|| format!("{:?}", item.keep)),
                item.write_only.then(|| "write-only".to_owned()),
            ];
            format!("{}: {:?} {inner} {:?}", item.name, item.mode, marks.iter().flatten().collect::<Vec<_>>())
        });
        format!("{{{}}}", each.collect::<Vec<_>>().join("; "))
    }
    fn text(value: &Value) -> String {
        match value {
            Value::Unknown(_) => "?".to_owned(),
            Value::String(value) => format!("{value:?}"),
            Value::Number(value) => value.to_string(),
            Value::List(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(", ")),
            Value::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| format!("{key}={}", text(value)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
            value => format!("{value:?}"),
        }
    }
    let values = values.iter().map(|(name, value)| format!("\n{name}: {}", text(value)));
    format!("\nschema: {}{}", schema(attributes), values.collect::<String>())
}

/// A fault: at this place stands this value, and a message must name the place.
#[derive(Debug)]
struct Fault {
    at: Path,
    value: Value,
}

/// Faults of a plan.
fn plan_faults(attributes: &[Attribute], config: &Value, planned: &Value, at: &Path, fresh_only: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    for item in attributes {
        let at = at.clone().attribute(&item.name);
        let (config, planned) = (config.get(&item.name), planned.get(&item.name));
        let mut fault = |value: Value| faults.push(Fault { at: at.clone(), value });
        let kind = item.shape.kind();
        if item.write_only {
            fault(fresh(kind));
            continue;
        }
        if item.mode == Mode::Computed || (config.is_null() && item.is_computed()) {
            continue;
        }
        let plain = matches!(item.shape, Shape::Plain(_));
        if plain || config.is_null() {
            fault(fresh(kind));
        }
        if !config.is_null() && !fresh_only {
            fault(Value::Null);
            if !config.is_unknown() {
                fault(Value::unknown());
            }
        }
        let Shape::Nested(nesting, inner) = &item.shape else { continue };
        match (nesting, config, planned) {
            (Nesting::Single | Nesting::Group, Value::Map(_), Value::Map(_)) => {
                faults.extend(plan_faults(inner, config, planned, &at, fresh_only));
            }
            (Nesting::List, Value::List(configs), Value::List(items)) => {
                fault(more(items, fresh(Kind::Object(inner))));
                for (index, (config, item)) in configs.iter().zip(items).enumerate() {
                    faults.extend(plan_faults(inner, config, item, &at.clone().index(index), fresh_only));
                }
            }
            (Nesting::Map, Value::Map(configs), Value::Map(entries)) => {
                let mut more = entries.clone();
                more.insert("zzz".to_owned(), fresh(Kind::Object(inner)));
                fault(Value::Map(more));
                for (key, config) in configs {
                    faults.extend(plan_faults(inner, config, &entries[key], &at.clone().key(key), fresh_only));
                }
            }
            (Nesting::Set, Value::List(configs), Value::List(_))
                if item.block.is_none() && !configs.is_empty() && !fresh_only =>
            {
                fault(Value::List(Vec::new()));
            }
            _ => {}
        }
    }
    faults.retain(|fault| !fresh_only || is_fresh(&fault.value));
    faults
}

/// Whether there is something in a value that no story has.
fn is_fresh(value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().any(is_fresh),
        Value::Map(entries) => entries.values().any(is_fresh),
        Value::Dynamic(inner) => is_fresh(&inner.1),
        value => *value == "zzz".into() || *value == super::number(99),
    }
}

/// Faults of a result.
fn result_faults(kind: Kind<'_>, planned: &Value, result: &Value, at: &Path, faults: &mut Vec<Fault>) {
    let mut fault = |value: Value| faults.push(Fault { at: at.clone(), value });
    if !at.steps().is_empty() {
        fault(Value::unknown());
    }
    match (kind.parts(), planned, result) {
        (_, Value::Unknown(_), _) | (Parts::Dynamic, Value::Null, _) => {}
        (_, Value::Null, _) => fault(fresh(kind)),
        (Parts::Leaf | Parts::Dynamic, ..) => {
            fault(fresh(kind));
            fault(Value::Null);
        }
        (Parts::List(element), Value::List(plans), Value::List(items)) => {
            fault(more(items, fresh(element)));
            for (index, (planned, item)) in plans.iter().zip(items).enumerate() {
                result_faults(element, planned, item, &at.clone().index(index), faults);
            }
        }
        (Parts::Set(element), Value::List(plans), Value::List(items)) => {
            if plans.iter().all(Value::is_wholly_known) {
                fault(more(items, fresh(element)));
            }
            if let Some(known) = plans.iter().find(|plan| plan.is_wholly_known()) {
                let others = items.iter().filter(|item| Keyed(element, item) != Keyed(element, known)).cloned();
                let others = Value::List(others.collect());
                if plans.iter().all(Value::is_wholly_known) {
                    fault(others);
                }
            }
        }
        (Parts::Map(element), Value::Map(plans), Value::Map(entries)) => {
            let mut more = entries.clone();
            more.insert("zzz".to_owned(), fresh(element));
            fault(Value::Map(more));
            for (key, planned) in plans {
                result_faults(element, planned, &entries[key], &at.clone().key(key), faults);
            }
        }
        (Parts::Object(fields), Value::Map(_), Value::Map(_)) => {
            for field in fields.iter() {
                let hidden = field.attribute.is_some_and(|item| item.write_only);
                let at = at.clone().attribute(field.name);
                if hidden {
                    faults.push(Fault { at, value: fresh(field.kind) });
                } else {
                    result_faults(field.kind, planned.get(field.name), result.get(field.name), &at, faults);
                }
            }
        }
        _ => {}
    }
}

/// A value that no story has.
fn fresh(kind: Kind<'_>) -> Value {
    match (kind, kind.parts()) {
        (Kind::Type(Type::Number), _) => super::number(99),
        // Both truths occur in stories, so the fault is another one.
        (Kind::Type(Type::Bool), _) => Value::Null,
        (_, Parts::Dynamic) => Value::Dynamic(Box::new((Type::String, "zzz".into()))),
        (_, Parts::List(element) | Parts::Set(element)) => Value::List(vec![fresh(element)]),
        (_, Parts::Map(element)) => Value::object([("zzz", fresh(element))]),
        (Kind::Object(inner), _) => Value::object(inner.iter().map(|item| {
            let value = if item.write_only { Value::Null } else { fresh(item.shape.kind()) };
            (item.name.clone(), value)
        })),
        _ => "zzz".into(),
    }
}

fn more(items: &[Value], item: Value) -> Value {
    Value::List(items.iter().cloned().chain([item]).collect())
}

/// Puts a value at a place; whether it is another than before.
fn put(object: &mut Value, steps: &[Step], value: &Value) -> bool {
    let Some((first, rest)) = steps.split_first() else {
        return std::mem::replace(object, value.clone()) != *value;
    };
    match (first, object) {
        (Step::Attribute(name) | Step::Key(name), Value::Map(entries)) => {
            entries.get_mut(name).is_some_and(|inner| put(inner, rest, value))
        }
        (Step::Index(at), Value::List(items)) => {
            usize::try_from(*at).ok().and_then(|at| items.get_mut(at)).is_some_and(|inner| put(inner, rest, value))
        }
        _ => false,
    }
}

fn story() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..200)
}

/// The object with the fault in it, where that is one.
fn faulty(object: &Value, fault: &Fault) -> Option<Value> {
    let mut object = object.clone();
    put(&mut object, fault.at.steps(), &fault.value).then_some(object)
}

fn names(found: &Diagnostics, at: &Path) -> bool {
    found.iter().any(|found| found.path.as_ref() == Some(at))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_story_without_a_fault_keeps_every_rule(bytes in story()) {
        Story::tell(&bytes);
    }

    #[test]
    fn a_fault_of_a_plan_is_found_where_it_is(bytes in story()) {
        let Story { attributes, prior, config, planned, .. } = Story::tell(&bytes);
        // With a state, what looks like a fault may be the state's own value.
        for fault in plan_faults(&attributes, &config, &planned, &Path::root(), !prior.is_null()) {
            let Some(wrong) = faulty(&planned, &fault) else { continue };
            let found = planned::plan(&attributes, &prior, &config, &wrong);
            prop_assert!(names(&found, &fault.at), "{fault:?} {found:?}{}", told(&attributes, &[("config", &config), ("wrong", &wrong)]));
        }
    }

    #[test]
    fn a_fault_of_a_result_is_found_where_it_is(bytes in story()) {
        let Story { attributes, planned, result, .. } = Story::tell(&bytes);
        let mut faults = Vec::new();
        result_faults(Kind::Object(&attributes), &planned, &result, &Path::root(), &mut faults);
        for fault in faults {
            let Some(wrong) = faulty(&result, &fault) else { continue };
            let found = refined::result(&attributes, &planned, &wrong);
            prop_assert!(names(&found, &fault.at), "{fault:?} {found:?}{}", told(&attributes, &[("planned", &planned), ("wrong", &wrong)]));
        }
    }
}

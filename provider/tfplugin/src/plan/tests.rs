//! Plans of small schemas.

use super::{plan, settle_spelling, written};
use crate::schema::{Attribute, Canonical, Keep, Mode, Nesting, Replace, Shape};
use crate::testing::propose;
use crate::value::{Number, Type, Value};
use crate::{Path, rules};

fn plain(name: &str, ty: Type, change: impl FnOnce(&mut Attribute)) -> Attribute {
    let mut attribute = Attribute::new(name, Shape::Plain(ty));
    change(&mut attribute);
    attribute
}

fn text(name: &str, change: impl FnOnce(&mut Attribute)) -> Attribute {
    plain(name, Type::String, change)
}

fn number(value: u64) -> Value {
    Value::Number(Number::from(value))
}

fn list<const N: usize>(items: [Value; N]) -> Value {
    Value::List(items.into())
}

fn lower() -> Canonical {
    Canonical::each(|value| match value {
        Value::String(text) => text.to_lowercase().into(),
        value => value.clone(),
    })
}

/// A part with a key, a spelling, a default and a kept serial number, all in one place or another.
fn parts(nesting: Nesting, key: Option<&str>) -> Vec<Attribute> {
    let inner = vec![
        text("label", |item| item.mode = Mode::Required),
        text("size", |item| item.canonical = Some(lower())),
        plain("weight", Type::Number, |item| {
            (item.mode, item.default) = (Mode::OptionalComputed, Some(number(1)));
        }),
        plain("serial", Type::Number, |item| (item.mode, item.keep) = (Mode::Computed, Keep::State)),
        plain("age", Type::Number, |item| item.mode = Mode::Computed),
    ];
    let mut parts = Attribute::new("parts", Shape::Nested(nesting, inner));
    parts.key = key.map(str::to_owned);
    vec![text("note", |_| {}), parts]
}

fn wanted(label: &str, size: &str) -> Value {
    let nothing = ["weight", "serial", "age"].map(|name| (name, Value::Null));
    Value::object([("label", label.into()), ("size", size.into())].into_iter().chain(nothing))
}

fn made(label: &str, size: &str, serial: u64) -> Value {
    let given = [("label", label.into()), ("size", size.into()), ("weight", number(1))];
    Value::object(given.into_iter().chain([("serial", number(serial)), ("age", number(serial))]))
}

fn planned(label: &str, size: &str, serial: Value) -> Value {
    let given = [("label", label.into()), ("size", size.into()), ("weight", number(1))];
    Value::object(given.into_iter().chain([("serial", serial), ("age", Value::unknown())]))
}

fn resource(note: &str, parts: Value) -> Value {
    Value::object([("note", note.into()), ("parts", parts)])
}

/// What is planned; Terraform's rules hold.
fn planned_for(attributes: &[Attribute], prior: &Value, config: &Value) -> (Value, Vec<Path>) {
    let (planned, replaced) = plan(attributes, prior, config, propose(attributes, prior, config));
    assert_eq!(rules::plan(attributes, prior, config, &planned, &replaced).0, [], "{config:?}");
    (planned, replaced)
}

fn check(attributes: &[Attribute], prior: &Value, config: &Value, expected: &Value) {
    let (planned, _) = planned_for(attributes, prior, config);
    assert_eq!(planned, *expected, "{config:#?}");
}

#[test]
fn elements_are_known_by_their_key() {
    let before = |parts: Value| resource("a", parts);
    for nesting in [Nesting::List, Nesting::Set] {
        let attributes = parts(nesting, Some("label"));
        let prior = before(list([made("x", "s", 1), made("y", "s", 2)]));
        let config = resource("a", list([wanted("y", "m"), wanted("new", "s"), wanted("x", "s")]));
        let expected = resource(
            "a",
            list([planned("y", "m", number(2)), planned("new", "s", Value::unknown()), planned("x", "s", number(1))]),
        );
        check(&attributes, &prior, &config, &expected);
        let unknown = resource("a", list([wanted("y", "s"), Value::object([("label", Value::unknown())])]));
        let (planned, _) = plan(&attributes, &prior, &unknown, unknown.clone());
        let Value::List(parts) = planned.get("parts") else { panic!("elements") };
        assert!(parts[1].get("serial").is_unknown(), "an unknown key is nobody's");
        assert_eq!(parts[0].get("serial"), &number(2));
    }
    let attributes = parts(Nesting::List, None);
    let prior = before(list([made("x", "s", 1)]));
    let config = resource("b", list([wanted("x", "s")]));
    let expected = resource("b", list([planned("x", "s", Value::unknown())]));
    check(&attributes, &prior, &config, &expected);
}

#[test]
fn nothing_changes_where_the_meaning_is_the_same() {
    for (nesting, key) in
        [(Nesting::List, None), (Nesting::List, Some("label")), (Nesting::Set, None), (Nesting::Set, Some("label"))]
    {
        let attributes = parts(nesting, key);
        let prior = resource("a", list([made("x", "Small", 1), made("y", "LARGE", 2)]));
        let config = resource("a", list([wanted("x", "small"), wanted("y", "Large")]));
        check(&attributes, &prior, &config, &prior);
        let changed = resource("b", list([wanted("x", "small"), wanted("y", "Large")]));
        let (planned, _) = planned_for(&attributes, &prior, &changed);
        let Value::List(parts) = planned.get("parts") else { panic!("elements") };
        assert_eq!(parts[1].get("size"), &"LARGE".into(), "{nesting:?} {key:?}: the spelling of the state");
        // In a list Terraform accepts the spelling of the state only at the same place.
        let moved = resource("a", list([wanted("y", "large"), wanted("x", "small")]));
        planned_for(&attributes, &prior, &moved);
    }
    let map = parts(Nesting::Map, None);
    let keyed = |item: Value| resource("a", Value::object([("k", item)]));
    check(&map, &keyed(made("x", "Small", 1)), &keyed(wanted("x", "small")), &keyed(made("x", "Small", 1)));
}

#[test]
fn plain_values_keep_their_spelling() {
    let spelled = |ty: Type| vec![plain("value", ty, |item| item.canonical = Some(lower()))];
    let object = |value: Value| Value::object([("value", value)]);
    let texts = |items: &[&str]| Value::List(items.iter().map(|item| (*item).into()).collect());
    let check_plan = |ty: Type, prior: Value, config: Value, expected: Value| {
        check(&spelled(ty), &object(prior), &object(config), &object(expected));
    };
    check_plan(Type::String, "A".into(), "a".into(), "A".into());
    check_plan(Type::String, "A".into(), "b".into(), "b".into());
    check_plan(Type::String, "A".into(), Value::unknown(), Value::unknown());
    check_plan(Type::list(Type::String), texts(&["A", "B"]), texts(&["a", "b"]), texts(&["A", "B"]));
    // Terraform accepts only the whole of the state's or the whole of the configuration's value.
    check_plan(Type::list(Type::String), texts(&["A", "B"]), texts(&["a", "c"]), texts(&["a", "c"]));
    check_plan(Type::set(Type::String), texts(&["A", "B"]), texts(&["b", "a"]), texts(&["A", "B"]));
    let settled = |ty: Type, reference: Value, value: Value, expected: Value| {
        let found = settle_spelling(&spelled(ty), &object(reference), object(value));
        assert_eq!(found, object(expected));
    };
    settled(Type::list(Type::String), texts(&["A", "B"]), texts(&["a", "c"]), texts(&["A", "c"]));
    settled(Type::set(Type::String), texts(&["A", "B"]), texts(&["c", "b"]), texts(&["c", "B"]));
    settled(Type::list(Type::String), texts(&["A"]), Value::Null, Value::Null);
    let map = |value: &str| Value::object([("k", value.into()), ("l", "x".into())]);
    settled(Type::map(Type::String), map("A"), map("a"), map("A"));
    let whole = Canonical::whole(|value| match value {
        Value::List(items) => {
            let mut items: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
            items.sort();
            Value::List(items.into_iter().map(Value::from).collect())
        }
        value => value.clone(),
    });
    let unordered = [plain("value", Type::list(Type::String), |item| item.canonical = Some(whole))];
    let found = settle_spelling(&unordered, &object(texts(&["a", "b"])), object(texts(&["b", "a"])));
    assert_eq!(found, object(texts(&["a", "b"])), "the order means nothing");
}

#[test]
fn results_keep_the_planned_spelling() {
    for (nesting, key) in [(Nesting::List, None), (Nesting::Set, None), (Nesting::Set, Some("label"))] {
        let attributes = parts(nesting, key);
        let plan = resource("a", list([planned("x", "Small", Value::unknown()), planned("y", "LARGE", number(2))]));
        let mut results = [made("x", "small", 7), made("y", "large", 2)];
        if nesting == Nesting::Set {
            results.reverse();
        }
        let result = settle_spelling(&attributes, &plan, resource("a", list(results)));
        assert_eq!(rules::result(&attributes, &plan, &result).0, [], "{nesting:?} {key:?}");
    }
}

#[test]
fn a_state_is_kept_unless_something_changes() {
    let unless = |paths: &[&str]| Keep::StateUnless(paths.iter().map(|path| Path::to(path)).collect());
    let attributes = [
        text("name", |_| {}),
        text("note", |_| {}),
        text("url", |item| (item.mode, item.keep) = (Mode::Computed, unless(&["name"]))),
        text("badge", |item| (item.mode, item.keep) = (Mode::Computed, unless(&["url"]))),
        text("etag", |item| item.mode = Mode::Computed),
        text("seal", |item| (item.mode, item.keep) = (Mode::Computed, unless(&["etag"]))),
    ];
    let object = |name: &str, note: &str, [url, badge, etag, seal]: [Value; 4]| {
        let given = [("name", name.into()), ("note", note.into())];
        Value::object(given.into_iter().chain([("url", url), ("badge", badge), ("etag", etag), ("seal", seal)]))
    };
    let state = || ["u", "b", "e", "s"].map(Value::from);
    let prior = object("a", "x", state());
    let nothing = || [const { Value::Null }; 4];
    let open = Value::unknown;
    let kept = object("a", "y", ["u".into(), "b".into(), open(), open()]);
    check(&attributes, &prior, &object("a", "y", nothing()), &kept);
    check(&attributes, &prior, &object("b", "x", nothing()), &object("b", "x", [open(), open(), open(), open()]));
    check(&attributes, &prior, &object("a", "x", nothing()), &prior);
}

#[test]
fn what_replaces_can_hang_on_the_values() {
    let shrinks = || {
        Replace::when(|prior, planned| match (prior, planned) {
            (Value::Number(prior), Value::Number(planned)) => planned < prior,
            _ => true,
        })
    };
    let attributes = [plain("size", Type::Number, |item| item.replace = shrinks())];
    let object = |size: u64| Value::object([("size", number(size))]);
    for (before, after, replaces) in [(2, 3, false), (3, 2, true), (2, 2, false)] {
        let (_, replaced) = planned_for(&attributes, &object(before), &object(after));
        assert_eq!(!replaced.is_empty(), replaces, "{before} {after}");
    }
    for (nesting, key) in [(Nesting::Set, None), (Nesting::Set, Some("label")), (Nesting::List, Some("label"))] {
        let mut attributes = parts(nesting, key);
        let Shape::Nested(_, inner) = &mut attributes[1].shape else { panic!("nested") };
        inner[1].replace = Replace::Always;
        let prior = resource("a", list([made("x", "s", 1), made("y", "s", 2)]));
        let replaced = |parts: Value| planned_for(&attributes, &prior, &resource("b", parts)).1;
        assert_eq!(replaced(list([wanted("y", "s"), wanted("x", "s")])), [], "another order is no change");
        assert_eq!(replaced(list([wanted("y", "s"), wanted("x", "t")])), [Path::to("parts")]);
    }
}

#[test]
fn large_sets_are_planned_in_one_pass() {
    const COUNT: u64 = 10_000;
    let labels = || (0..COUNT).map(|at| format!("part {at}"));
    for key in [None, Some("label")] {
        let attributes = parts(Nesting::Set, key);
        let prior = resource("a", Value::List(labels().zip(0..).map(|(label, at)| made(&label, "S", at)).collect()));
        let config = resource("b", Value::List(labels().map(|label| wanted(&label, "s")).collect()));
        // What Terraform proposes where it finds no element of the state that has what is configured.
        let (planned, replaced) = plan(&attributes, &prior, &config, config.clone());
        assert_eq!(rules::plan(&attributes, &prior, &config, &planned, &replaced).0, []);
        let Value::List(parts) = planned.get("parts") else { panic!("elements") };
        assert!(parts.iter().all(|part| part.get("age").is_unknown() && part.get("weight") == &number(1)));
        assert_eq!(parts.iter().filter(|part| part.get("serial").is_unknown()).count() == 0, key.is_some());
        let mut done: Vec<Value> = labels().zip(0..).map(|(label, at)| made(&label, "s", at)).collect();
        done.reverse();
        let result = settle_spelling(&attributes, &planned, resource("b", Value::List(done)));
        assert_eq!(rules::result(&attributes, &planned, &result).0, []);
    }
}

#[test]
fn a_written_configuration_has_nothing_that_is_deprecated_or_only_computed() {
    let said = |name: &str, mode: Mode| text(name, |item| item.mode = mode);
    let mut old = said("old", Mode::Optional);
    old.deprecated = Some("use another".to_owned());
    let mut gone = Attribute::new("gone", Shape::Nested(Nesting::List, vec![said("inner", Mode::Required)]));
    gone.deprecated = Some("use another".to_owned());
    gone.block = Some(crate::schema::Limits { min: 0, max: 0 });
    let part = vec![said("label", Mode::Required), said("serial", Mode::Computed)];
    let parts = Attribute::new("parts", Shape::Nested(Nesting::List, part));
    let mut usual = said("usual", Mode::OptionalComputed);
    usual.default = Some("low".into());
    let mut secret = said("secret", Mode::Optional);
    secret.write_only = true;
    let attributes =
        [said("id", Mode::OptionalComputed), said("made", Mode::Computed), old, gone, parts, usual, secret];
    let inner = Value::object([("inner", "a".into())]);
    let part = |serial: Value| Value::List(vec![Value::object([("label", "a".into()), ("serial", serial)])]);
    let state = Value::object([
        ("id", "a".into()),
        ("made", "a".into()),
        ("old", "a".into()),
        ("gone", Value::List(vec![inner])),
        ("parts", part("1".into())),
        ("usual", "low".into()),
        ("secret", "hush".into()),
    ]);
    let expected = Value::object([
        ("id", "a".into()),
        ("made", Value::Null),
        ("old", Value::Null),
        ("gone", Value::List(Vec::new())),
        ("parts", part(Value::Null)),
        ("usual", Value::Null),
        ("secret", Value::Null),
    ]);
    assert_eq!(written(&attributes, state), expected);
}

#[test]
fn a_plain_attribute_keeps_the_spelling_of_its_parts() {
    let object = |size: &str, label: &str| Value::object([("size", size.into()), ("label", label.into())]);
    for (nesting, wrap) in [
        (Nesting::Single, (|item| item) as fn(Value) -> Value),
        (Nesting::List, |item| list([item])),
        (Nesting::Map, |item| Value::object([("key", item)])),
    ] {
        let parts = vec![text("size", |item| item.canonical = Some(lower())), text("label", |_| {})];
        let attributes = [Attribute::new("whole", Shape::Nested(nesting, parts)).plain()];
        assert!(matches!(attributes[0].shape, Shape::Plain(_)), "{nesting:?}");
        let whole = |item: Value| Value::object([("whole", wrap(item))]);
        let (planned, other) = (whole(object("Big", "a")), whole(object("big", "b")));
        assert_eq!(settle_spelling(&attributes, &planned, whole(object("BIG", "a"))), planned, "{nesting:?}");
        assert_eq!(settle_spelling(&attributes, &planned, other.clone()), other, "{nesting:?}: it means another thing");
    }
}

#[test]
#[should_panic(expected = "whole.size: a part of a plain attribute has no other words than required and optional")]
fn a_plain_attribute_takes_no_words_of_its_parts() {
    let parts = vec![text("size", |item| item.sensitive = true)];
    let _plain = Attribute::new("whole", Shape::Nested(Nesting::Single, parts)).plain();
}

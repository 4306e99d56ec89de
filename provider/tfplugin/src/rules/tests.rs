//! Tables of what the rules accept and refuse.

mod planned;
mod property;
mod random;
mod refined;

use crate::schema::{Attribute, Limits, Mode, Nesting, Shape};
use crate::value::{Number, Type, Value};
use crate::{Diagnostics, Path};

/// Every kind of attribute: `label` is configured, `serial` computed; a `_block` is one.
pub(super) fn schema() -> Vec<Attribute> {
    let plain = |name: &str, ty: Type| Attribute::new(name, Shape::Plain(ty));
    let mode = |mode: Mode, attribute: Attribute| Attribute { mode, ..attribute };
    let inner = || vec![plain("label", Type::String), mode(Mode::Computed, plain("serial", Type::Number))];
    let kinds = [("single", Nesting::Single), ("list", Nesting::List), ("set", Nesting::Set), ("map", Nesting::Map)];
    let mut all = vec![
        plain("text", Type::String),
        plain("number", Type::Number),
        plain("any", Type::Dynamic),
        plain("texts", Type::list(Type::String)),
        plain("names", Type::set(Type::String)),
        plain("tags", Type::map(Type::String)),
        mode(Mode::Computed, plain("id", Type::String)),
        mode(Mode::OptionalComputed, plain("zone", Type::String)),
        Attribute { sensitive: true, ..plain("secret", Type::String) },
        Attribute { write_only: true, ..plain("secret_wo", Type::String) },
        mode(Mode::OptionalComputed, Attribute::new("spare", Shape::Nested(Nesting::Single, inner()))),
    ];
    for (name, nesting) in kinds {
        all.push(Attribute::new(name, Shape::Nested(nesting, inner())));
        let block = Attribute::new(&format!("{name}_block"), Shape::Nested(nesting, inner()));
        all.push(Attribute { block: Some(Limits::default()), ..block });
    }
    all
}

/// An object with this attribute; blocks that are not named are empty.
fn object(attribute: &str, value: &Value) -> Value {
    let mut object = Value::object(schema().iter().map(|item| {
        let value = match (&item.shape, item.block) {
            (Shape::Nested(Nesting::List | Nesting::Set, _), Some(_)) => list([]),
            (Shape::Nested(Nesting::Map, _), Some(_)) => Value::object::<&str>([]),
            _ => Value::Null,
        };
        (item.name.clone(), value)
    }));
    object.set(attribute, value.clone());
    object
}

/// The faults are at these paths and all of them say this.
fn expect(found: &Diagnostics, paths: &[&str], said: &str, case: &str) {
    let at: Vec<String> = found.iter().filter_map(|found| found.path.as_ref().map(Path::to_string)).collect();
    assert_eq!(at, paths, "{case}: {found:#?}");
    for found in found.iter() {
        assert!(found.detail.contains(said), "{case}: {}", found.detail);
    }
}

fn number(value: u64) -> Value {
    Value::Number(Number::from(value))
}

fn list<const N: usize>(items: [Value; N]) -> Value {
    Value::List(items.into())
}

fn part(label: &str, serial: Value) -> Value {
    Value::object([("label", label.into()), ("serial", serial)])
}

/// A part as a configuration has it.
fn wanted(label: &str) -> Value {
    part(label, Value::Null)
}

/// A part as a plan has it.
fn open(label: &str) -> Value {
    part(label, Value::unknown())
}

/// A part as a state has it.
fn done(label: &str) -> Value {
    part(label, number(1))
}

fn keyed(key: &str, item: Value) -> Value {
    Value::object([(key, item)])
}

#[test]
fn a_state_is_known_and_without_write_only_values() {
    let check = |attribute: &str, value: Value, paths: &[&str], said: &str| {
        expect(&super::stored::stored(&schema(), &object(attribute, &value), false), paths, said, attribute);
    };
    check("text", "a".into(), &[], "");
    check("text", Value::unknown(), &["text"], "no unknown value");
    check("list", list([done("a"), open("b")]), &["list[1].serial"], "no unknown value");
    check("set", list([done("a"), open("b")]), &["set.serial"], "no unknown value");
    check("map_block", keyed("x", open("b")), &["map_block[\"x\"].serial"], "no unknown value");
    check("secret_wo", "hush".into(), &["secret_wo"], "in the configuration only");
    check("any", Value::Dynamic(Box::new((Type::list(Type::String), list([Value::unknown()])))), &["any[0]"], "");
    expect(&super::stored::stored(&schema(), &Value::Null, false), &[""], "answers an object", "null");
    expect(&super::stored::stored(&schema(), &Value::Null, true), &[], "", "gone");
}

#[test]
fn an_identity_is_known_and_stays() {
    let attributes = [Attribute::new("id", Shape::Plain(Type::String))];
    let id = |value: Value| Value::object([("id", value)]);
    let check = |before: Value, answered: Value, open: bool, paths: &[&str]| {
        let case = format!("{before:?} {answered:?}");
        expect(&super::identity(&attributes, &before, &answered, open), paths, "", &case);
    };
    check(id("a".into()), id("a".into()), false, &[]);
    check(id("a".into()), id("b".into()), false, &["id"]);
    check(id(Value::Null), id("b".into()), false, &[]);
    check(Value::Null, id("b".into()), false, &[]);
    check(Value::Null, id(Value::unknown()), true, &[]);
    check(Value::Null, id(Value::unknown()), false, &["id"]);
    check(id("a".into()), Value::Null, false, &[]);
}

#[test]
fn secrets_and_long_values_are_not_shown() {
    let shown = |attribute: &str, planned: Value, config: Value| {
        let found =
            super::planned::plan(&schema(), &Value::Null, &object(attribute, &config), &object(attribute, &planned));
        found.0[0].detail.clone()
    };
    let said = shown("secret", "hush".into(), "quiet".into());
    assert!(said.contains("(sensitive value)") && !said.contains("hush") && !said.contains("quiet"), "{said}");
    let said = shown("secret_wo", "hush".into(), "quiet".into());
    assert!(said.contains("(sensitive value)") && !said.contains("hush"), "{said}");
    let said = shown("text", "x".repeat(1 << 20).into(), "y\n".into());
    assert!(said.len() < 1000 && said.contains("xxx…") && said.contains(r#""y\n""#), "{said}");
    let said = shown("texts", list(["a".into(), Value::Null]), list([Value::unknown()]));
    assert!(said.contains(r#"["a", null]"#) && said.contains("[(known after apply)]"), "{said}");
}

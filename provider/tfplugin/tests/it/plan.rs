//! The order of a plan: configuration, defaults, what the state has, unknown; and what replaces.

use tfplugin_rust::{Number, Type, Value};

use crate::lab::{Client, known, unknown};

/// One change of a kit and what must be planned for it.
struct Case<'a> {
    what: &'a str,
    /// What was applied before; nothing for a creation.
    before: Option<Value>,
    after: Value,
    planned: Vec<(&'a str, Value)>,
    replaces: &'a [&'a str],
}

/// Plans the change, compares, applies it unless it is empty, and plans again: that plan must be empty.
async fn check(case: Case<'_>) {
    let Case { what, before, after, planned: expected, replaces } = case;
    let mut client = Client::kits().await;
    let prior = match &before {
        Some(before) => client.create(before).await.state,
        None => Value::Null,
    };
    let planned = client.plan(&prior, &after).await.unwrap_or_else(|error| panic!("{what}: {error}"));
    for (path, value) in expected {
        assert_eq!(at(&planned.state, path), &value, "{what}: {path} in {:#?}", planned.state);
    }
    assert_eq!(planned.replace, replaces, "{what}");
    // Terraform plans a replacement a second time, without a state.
    let (prior, planned) = if replaces.is_empty() {
        (prior, planned)
    } else {
        (Value::Null, client.plan(&Value::Null, &after).await.expect("a plan"))
    };
    if planned.state == prior {
        return;
    }
    let made =
        client.apply(&prior, &after, &planned).await.unwrap_or_else(|failed| panic!("{what}: {}", failed.detail));
    let again = client.plan(&made, &after).await.expect("a plan");
    assert_eq!((again.state, again.replace.len()), (made, 0), "{what}: the plan after apply is empty");
}

/// What a path such as `list.0.serial` leads to.
fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, step| match value {
        Value::List(items) => &items[step.parse::<usize>().expect("an index")],
        value => value.get(step),
    })
}

fn part(label: &str) -> Value {
    Value::object([("label", label.into()), ("weight", Value::Null), ("serial", Value::Null)])
}

fn heavy(label: &str, weight: u64) -> Value {
    Value::object([("label", label.into()), ("weight", known(weight)), ("serial", Value::Null)])
}

fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::List(items.into_iter().collect())
}

fn named<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let mut kit = Client::kit([("name", "n".into())]);
    for (name, value) in entries {
        kit.set(name, value);
    }
    kit
}

#[tokio::test]
async fn a_creation_has_defaults_and_unknowns() {
    let typed = Value::Dynamic(Box::new((Type::list(Type::Number), list([known(1), unknown()]))));
    let big = Value::Number(Number::parse("123456789012345678901234567890.5").expect("a number"));
    let any = Value::Dynamic(Box::new((Type::list(Type::Number), list([known(1), known(2)]))));
    let pair = Value::object([("first", Value::Null), ("second", any)]);
    check(Case {
        what: "creation",
        before: None,
        after: named([
            ("given", "mine".into()),
            ("any", Value::Dynamic(Box::new((Type::Bool, true.into())))),
            ("amount", big.clone()),
            ("pair", pair.clone()),
        ]),
        planned: vec![
            ("level", "low".into()),
            ("given", "mine".into()),
            ("zone", unknown()),
            ("id", unknown()),
            ("mark", unknown()),
            ("revision", unknown()),
            ("spare", unknown()),
            ("single", Value::Null),
            ("secret_wo", Value::Null),
            ("amount", big),
            ("pair", pair),
            ("any", Value::Dynamic(Box::new((Type::Bool, true.into())))),
            ("many", list([])),
            ("named", Value::object::<&str>([])),
            ("whole.note", Value::Null),
            ("whole.size", unknown()),
        ],
        replaces: &[],
    })
    .await;
    let mut client = Client::kits().await;
    let planned = client.plan(&Value::Null, &named([("any", typed.clone())])).await.expect("a plan");
    assert_eq!(planned.state.get("any"), &typed, "an unknown within a dynamic value stays");
}

#[tokio::test]
async fn a_change_opens_what_the_provider_gives() {
    check(Case {
        what: "a change in place",
        before: Some(named([])),
        after: named([("level", "high".into())]),
        planned: vec![
            ("level", "high".into()),
            ("given", unknown()),
            ("zone", unknown()),
            ("id", "kit-1".into()),
            ("mark", unknown()),
            ("hole", Value::Null),
            ("revision", unknown()),
            ("spare", unknown()),
        ],
        replaces: &[],
    })
    .await;
    check(Case {
        what: "back to the default",
        before: Some(named([("level", "high".into()), ("given", "mine".into())])),
        after: named([]),
        planned: vec![("level", "low".into()), ("given", unknown())],
        replaces: &[],
    })
    .await;
    check(Case {
        what: "no change",
        before: Some(named([])),
        after: named([]),
        planned: vec![
            ("given", "made".into()),
            ("zone", "here".into()),
            ("revision", known(0)),
            ("spare.serial", known(5)),
        ],
        replaces: &[],
    })
    .await;
}

#[tokio::test]
async fn what_replaces() {
    for (what, before, after, replaces) in [
        ("the name", named([]), named([("name", "other".into())]), &["name"] as &[&str]),
        ("the zone by the configuration", named([]), named([("zone", "there".into())]), &["zone"]),
        ("the zone by the provider", named([("zone", "there".into())]), named([("level", "high".into())]), &[]),
        (
            "what the provider asks for",
            named([("list", list([part("a")]))]),
            named([("list", list([part("a")])), ("level", "replaced".into())]),
            &["list.0.label"],
        ),
    ] {
        check(Case { what, before: Some(before), after, planned: Vec::new(), replaces }).await;
    }
    let mut client = Client::kits().await;
    let made = client.create(&named([])).await.state;
    let failed = client.plan(&made, &named([("level", "lost".into())])).await.expect_err("refused");
    assert!(failed.contains("nowhere breaks a rule of Terraform: a replacement is asked for"), "{failed}");
}

#[tokio::test]
async fn every_kind_of_nesting() {
    let two = || list([part("a"), heavy("bb", 2)]);
    let keyed = || Value::object([("x", part("a")), ("y", heavy("bb", 2))]);
    let all = |first: Value| {
        let mut kit = named([("single", part("a")), ("one", part("a")), ("spare", heavy("s", 3))]);
        kit.set("whole", Value::object([("note", "ab".into()), ("size", Value::Null)]));
        for name in ["list", "set", "many", "few"] {
            kit.set(name, two());
        }
        for name in ["map", "named"] {
            kit.set(name, keyed());
        }
        kit.set("level", first);
        kit
    };
    let mut planned: Vec<(&str, Value)> = vec![
        ("single.weight", known(1)),
        ("single.serial", unknown()),
        ("one.weight", known(1)),
        ("one.serial", unknown()),
        ("spare.weight", known(3)),
        ("spare.serial", unknown()),
        ("whole.note", "ab".into()),
        ("whole.size", unknown()),
    ];
    for name in ["list", "set", "many", "few"] {
        let expect = |at: &'static str, value: Value| (at, value);
        planned.extend(match name {
            "list" => [
                expect("list.0.weight", known(1)),
                expect("list.1.weight", known(2)),
                expect("list.1.serial", unknown()),
            ],
            "set" => {
                [expect("set.0.weight", known(1)), expect("set.1.weight", known(2)), expect("set.1.serial", unknown())]
            }
            "many" => [
                expect("many.0.weight", known(1)),
                expect("many.1.weight", known(2)),
                expect("many.1.serial", unknown()),
            ],
            _ => {
                [expect("few.0.weight", known(1)), expect("few.1.weight", known(2)), expect("few.1.serial", unknown())]
            }
        });
    }
    for (path, value) in [("map.x.weight", known(1)), ("map.y.serial", unknown()), ("named.x.weight", known(1))] {
        planned.push((path, value));
    }
    check(Case { what: "all at once", before: None, after: all(Value::Null), planned: planned.clone(), replaces: &[] })
        .await;
    check(Case {
        what: "all at once, changed",
        before: Some(all(Value::Null)),
        after: all("high".into()),
        planned: planned.clone(),
        replaces: &[],
    })
    .await;
    check(Case {
        what: "all gone",
        before: Some(all(Value::Null)),
        after: named([]),
        planned: vec![("list", Value::Null), ("few", list([])), ("one", Value::Null)],
        replaces: &[],
    })
    .await;
}

#[tokio::test]
async fn elements_of_a_set_are_known_by_what_was_written() {
    // The order differs, one element is new, one has lost its weight: each gets its own default.
    let before = named([("set", list([part("a"), heavy("bb", 2), heavy("ccc", 3)]))]);
    let after = named([("set", list([part("bb"), heavy("ccc", 3), heavy("dddd", 4), part("a")]))]);
    check(Case {
        what: "a set",
        before: Some(before.clone()),
        after,
        planned: vec![
            ("set.0.weight", known(1)),
            ("set.1.weight", known(3)),
            ("set.2.weight", known(4)),
            ("set.3.weight", known(1)),
            ("set.3.serial", unknown()),
        ],
        replaces: &[],
    })
    .await;
    let mut client = Client::kits().await;
    let made = client.create(&before).await.state;
    let Value::List(mut parts) = made.get("set").clone() else { panic!("a set") };
    parts.reverse();
    let mut shuffled = made.clone();
    shuffled.set("set", Value::List(parts));
    let again = client.plan(&shuffled, &before).await.expect("a plan");
    assert_eq!(at(&again.state, "revision"), &known(0), "another order is no change");
}

#[tokio::test]
async fn the_plan_is_checked_as_terraform_checks_it() {
    let mut client = Client::kits().await;
    let failed = client.plan(&Value::Null, &named([("level", "contradicts".into())])).await.expect_err("refused");
    assert!(failed.contains("level breaks a rule of Terraform: a configured value is planned"), "{failed}");
    let planned = client.plan(&Value::Null, &named([("level", "warned".into())])).await.expect("a plan");
    assert_eq!(planned.warnings, "Careful: It is a warning.", "a warning reaches the user of a plan that succeeds");
    let made = client.create(&named([])).await.state;
    let gone = client.plan(&made, &Value::Null).await.expect("a plan");
    assert!(gone.state.is_null() && gone.warnings.contains("It will be gone"), "{gone:?}");
}

#[tokio::test]
async fn a_written_configuration_plans_nothing() {
    let mut client = Client::kits().await;
    let config = named([
        ("list", list([part("a"), heavy("bb", 2)])),
        ("few", list([part("c")])),
        ("one", heavy("d", 4)),
        ("given", "mine".into()),
    ]);
    let made = client.create(&config).await.state;
    let written = client.generate(&made).await.expect("a configuration");
    for (path, value) in [
        ("name", "n".into()),
        ("given", "mine".into()),
        ("level", Value::Null),
        ("id", Value::Null),
        ("list.0.label", "a".into()),
        ("list.0.weight", Value::Null),
        ("list.1.weight", known(2)),
        ("list.1.serial", Value::Null),
        ("few.0.serial", Value::Null),
        ("one.weight", known(4)),
        ("many", list([])),
    ] {
        assert_eq!(at(&written, path), &value, "{path}");
    }
    assert!(client.validate(written.clone(), true).await.is_empty());
    assert_eq!(client.plan(&made, &written).await.expect("a plan").state, made);
}

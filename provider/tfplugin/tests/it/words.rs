//! The words of `#[attr(..)]` that say what values must obey and how plans are made.

use tfplugin_rust::{Number, Rule, Value};

use crate::lab::{Client, known, unknown};

fn parcel<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let mut parcel = Client::parcel([("name", "n".into())]);
    for (name, value) in entries {
        parcel.set(name, value);
    }
    parcel
}

fn texts(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| (*item).into()).collect())
}

fn item(label: &str, weight: Value) -> Value {
    Value::object([("label", label.into()), ("weight", weight), ("serial", Value::Null)])
}

#[test]
fn rules() {
    let number = |text: &str| Value::Number(Number::parse(text).expect("a number"));
    let check = |rule: Rule, sentence: &str, good: &[Value], bad: &[Value]| {
        assert_eq!(rule.sentence(), sentence);
        for value in good.iter().chain([&Value::Null, &unknown()]) {
            assert_eq!(rule.check(value), Ok(()), "{sentence} {value:?}");
        }
        for value in bad {
            rule.check(value).expect_err(&format!("{sentence} {value:?}"));
        }
    };
    let (one, two, half) = (number("1"), number("2"), number("0.5"));
    check(Rule::range(1u64..=2), "Must be from 1 to 2.", &[one.clone(), two.clone()], &[half.clone(), number("2.1")]);
    check(Rule::at_least(1u64), "Must be at least 1.", &[one.clone(), number("1e30")], std::slice::from_ref(&half));
    check(Rule::at_most(1u64), "Must be at most 1.", &[one.clone(), number("-1e30")], std::slice::from_ref(&two));
    check(Rule::multiple_of(2), "Must be a multiple of 2.", &[two.clone(), number("-4")], &[one.clone(), half]);
    check(Rule::one_of(["a", "b"]), "Must be one of `a`, `b`.", &["a".into()], &["c".into(), "".into()]);
    check(Rule::none_of(["a"]), "Must be none of `a`.", &["b".into()], &["a".into()]);
    check(Rule::prefix("ab"), "Must be a text that begins with `ab`.", &["abc".into()], &["bab".into()]);
    check(Rule::suffix("ab"), "Must be a text that ends with `ab`.", &["cab".into()], &["abc".into()]);
    check(
        Rule::characters("-a-c_"),
        "Must be of the characters `-a-c_` only.",
        &["a-b_c".into(), "".into()],
        &["d".into(), "B".into()],
    );
    check(Rule::pattern("^[a-z]+$"), "Must be a match of `^[a-z]+$`.", &["abc".into()], &["ab1".into(), "".into()]);
    check(Rule::length(1..=2), "Must be 1 to 2 long.", &["é".into(), texts(&["a"])], &["".into(), "abc".into()]);
    check(Rule::length(2..=2), "Must be 2 long.", &["ab".into()], &["a".into()]);
    check(Rule::length(2..=usize::MAX), "Must be at least 2 long.", &["abc".into()], &["a".into()]);
    check(Rule::not_empty(), "Must be not empty.", &["a".into(), texts(&["a"])], &["".into(), texts(&[])]);
    check(
        Rule::unique(),
        "Must be a list without an element twice.",
        &[texts(&["a", "b"]), Value::List(vec![unknown(), unknown()])],
        &[texts(&["a", "b", "a"])],
    );
    let short = || Rule::length(1..=1);
    check(
        Rule::each([short(), Rule::one_of(["a", "bb"])]),
        "Each element must be 1 long and one of `a`, `bb`.",
        &[texts(&["a"]), Value::object([("k", "a".into())]), Value::List(vec![unknown(), Value::Null])],
        &[texts(&["a", "c"]), texts(&["bb"]), Value::object([("k", "c".into())])],
    );
    check(
        Rule::each([Rule::each([short()])]),
        "Each element must be a collection of elements that are 1 long.",
        &[Value::List(vec![texts(&["a"])])],
        &[Value::List(vec![texts(&["a", "bb"])])],
    );
    check(
        Rule::keys([short()]),
        "Each key must be 1 long.",
        &[Value::object([("k", "any".into())])],
        &[Value::object([("kk", "a".into())])],
    );
}

/// The messages about a parcel are exactly these, each with the path it is about.
async fn invalid<const N: usize>(entries: [(&str, Value); N], expected: &[(&str, &str)]) {
    let shown = format!("{entries:?}");
    let mut client = Client::parcels().await;
    let found = client.validate(parcel(entries), true).await;
    let found: Vec<(&str, &str)> = found.iter().map(|(path, detail)| (path.as_str(), detail.as_str())).collect();
    assert_eq!(found, expected, "{shown}");
}

#[tokio::test]
async fn each_message_is_at_its_place() {
    invalid([], &[]).await;
    invalid([("name", "a1-".into())], &[]).await;
    invalid(
        [("name", "1_".into())],
        &[
            ("name", "name must be of the characters `a-z0-9-` only, found `1_`."),
            ("name", "name must be a match of `^[a-z]`, found `1_`."),
        ],
    )
    .await;
    invalid([("size", known(0))], &[("size", "size must be at least 1, found 0.")]).await;
    invalid([("stamps", texts(&[]))], &[("stamps", "stamps must be not empty, found nothing in it.")]).await;
    invalid(
        [("stamps", texts(&["red", "green", "red"]))],
        &[
            ("stamps", "stamps must be a list without an element twice, found element 2 a second time."),
            ("stamps.1", "stamps[1] must be one of `red`, `blue`, `gold`, found `green`."),
        ],
    )
    .await;
    invalid(
        [("remarks", Value::object([("english", "x".into()), ("it", "".into()), ("de", unknown())]))],
        &[
            ("remarks.english", "remarks[\"english\"] must be 2 long, found a length of 7."),
            ("remarks.it", "remarks[\"it\"] must be not empty, found nothing in it."),
        ],
    )
    .await;
    invalid([("number", known(2))], &[]).await;
    invalid([("number", known(3))], &[("number", "number must be even, found 3, which is odd.")]).await;
    invalid([("number", unknown())], &[]).await;
    let codes = |codes: &[(&str, &str)]| Value::object(codes.iter().map(|(key, code)| (*key, (*code).into())));
    invalid(
        [("codes", codes(&[("a", "x"), ("b", "1")]))],
        &[
            ("codes", "codes is not what it must be. What was found is not shown, as the value is a secret."),
            ("codes", "codes must be of the characters `0-9` only."),
        ],
    )
    .await;
    let items = |items: &[Value]| Value::List(items.to_vec());
    invalid([("items", items(&[item("a", known(50)), item("b", Value::Null)]))], &[]).await;
    invalid([("items", items(&[item("a", known(90)), item("b", unknown())]))], &[]).await;
    invalid(
        [("items", items(&[item("a", known(70)), item("b", Value::Null)]))],
        &[("items", "items: together 110 is more than 100.")],
    )
    .await;
}

#[tokio::test]
async fn spellings_and_conditions_decide_a_plan() {
    let mut client = Client::parcels().await;
    let first = parcel([
        ("size", known(3)),
        ("address", "to Rome".into()),
        ("stamps", texts(&["red", "blue"])),
        ("items", Value::List(vec![item("a", Value::Null), item("b", known(2))])),
    ]);
    let made = client.create(&first).await.state;
    assert_eq!(made.get("address"), &"to Rome".into(), "the planned spelling");
    assert_eq!(made.get("stamps"), &texts(&["red", "blue"]), "the planned order");
    assert_eq!(client.read(&made).await, Ok(made.clone()), "no drift");
    let other = parcel([
        ("size", known(3)),
        ("address", "to ROME".into()),
        ("stamps", texts(&["blue", "red"])),
        ("items", Value::List(vec![item("a", Value::Null), item("b", known(2))])),
    ]);
    let planned = client.plan(&made, &other).await.expect("a plan");
    assert_eq!(planned.state, made, "another spelling of the same is no change");

    let mut larger = first.clone();
    larger.set("size", known(4));
    larger.set("items", Value::List(vec![item("b", known(9)), item("c", Value::Null)]));
    let planned = client.plan(&made, &larger).await.expect("a plan");
    assert_eq!((planned.replace.len(), planned.state.get("seal")), (0, &"seal of n".into()));
    assert!(planned.state.get("revision").is_unknown());
    let Value::List(items) = planned.state.get("items") else { panic!("items") };
    assert_eq!(items[0].get("serial"), &known(1), "the element with the same label");
    assert!(items[1].get("serial").is_unknown());
    let made = client.apply(&made, &larger, &planned).await.expect("an object");

    let mut smaller = larger.clone();
    smaller.set("size", known(2));
    assert_eq!(client.plan(&made, &smaller).await.expect("a plan").replace, ["size"]);
    let mut renamed = larger.clone();
    renamed.set("name", "other".into());
    let planned = client.plan(&made, &renamed).await.expect("a plan");
    assert!(planned.state.get("seal").is_unknown() && planned.replace.is_empty());
    client.apply(&made, &renamed, &planned).await.expect("an object");
}

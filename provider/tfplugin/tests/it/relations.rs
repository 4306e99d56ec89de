//! What attributes of one object must obey together, and choices.

use tfplugin_rust::schema::document::Kind;
use tfplugin_rust::schema::{Attribute, Relation, Rule, Schema, Shape};
use tfplugin_rust::{Convert, Type, Value};

use crate::lab::{Client, Speed, unknown};

/// The messages about an order are exactly these, each with the path it is about.
async fn check<const N: usize>(entries: [(&str, Value); N], expected: &[(&str, &str)]) {
    let shown = format!("{entries:?}");
    let mut client = Client::orders().await;
    let found = client.validate(Client::order(entries), true).await;
    let found: Vec<(&str, &str)> = found.iter().map(|(path, detail)| (path.as_str(), detail.as_str())).collect();
    assert_eq!(found, expected, "{shown}");
}

fn shops(items: impl IntoIterator<Item = (Value, Value)>) -> Value {
    let shop = |(street, town)| Value::object([("street", street), ("town", town)]);
    Value::List(items.into_iter().map(shop).collect())
}

#[tokio::test]
async fn what_is_set_together() {
    let email = || ("email", Value::from("a@b"));
    let one = "exactly one of `email`, `phone`, `shop` must be set";
    check([email()], &[]).await;
    check([("shop", shops([(Value::Null, "Rome".into())]))], &[]).await;
    check([("shop", unknown())], &[]).await;
    check([], &[("email", &format!("{one}, found none."))]).await;
    check([email(), ("phone", "1".into())], &[("phone", &format!("{one}, found `email`, `phone`."))]).await;
    check([email(), ("phone", unknown())], &[]).await;
    check([("email", unknown()), ("phone", unknown())], &[]).await;
    check(
        [email(), ("phone", unknown()), ("shop", shops([("x".into(), Value::Null)]))],
        &[("shop", &format!("{one}, found `email`, `shop`."))],
    )
    .await;

    check([email(), ("card", "1234".into()), ("code", "9".into())], &[]).await;
    check([email(), ("card", "1234".into()), ("code", unknown())], &[]).await;
    check([email(), ("card", unknown())], &[]).await;
    let together = "`card`, `code` must be set together";
    check([email(), ("card", "1234".into())], &[("card", &format!("{together}, found `card` alone."))]).await;
    check([email(), ("code", "9".into())], &[("code", &format!("{together}, found `code` alone."))]).await;

    let needs = "where `gift` is set, `card` must be set too; `card` is not.";
    check([email(), ("gift", "Ann".into())], &[("gift", needs)]).await;
    check([email(), ("gift", unknown())], &[]).await;
    check([email(), ("gift", "Ann".into()), ("card", unknown()), ("code", unknown())], &[]).await;
    check(
        [email(), ("gift", "Ann".into()), ("coupon", "c".into()), ("card", "1".into()), ("code", "2".into())],
        &[("gift", "at most one of `coupon`, `gift` may be set, found `coupon`, `gift`.")],
    )
    .await;

    let least = "at least one of `street`, `town` must be set, found none.";
    check(
        [("shop", shops([("x".into(), "y".into()), (Value::Null, Value::Null)]))],
        &[("shop.1.street", &format!("In shop[1]: {least}"))],
    )
    .await;
    check([("shop", shops([(unknown(), Value::Null)]))], &[]).await;
    check([("shop", Value::List(vec![unknown()]))], &[]).await;
}

#[tokio::test]
async fn a_choice_is_one_of_its_texts() {
    let email = || ("email", Value::from("a@b"));
    let texts = "must be one of `slow`, `next_day`, `now!`";
    check([email(), ("speed", "next_day".into())], &[]).await;
    check([email(), ("speed", unknown())], &[]).await;
    check([email(), ("speed", "fast".into())], &[("speed", &format!("speed {texts}, found `fast`."))]).await;
    let others = Value::List(vec!["slow".into(), "later".into()]);
    check([email(), ("others", others)], &[("others", &format!("others {texts}, found `later`."))]).await;
    assert_eq!(Speed::ALL.map(|speed| speed.to_string()), ["slow", "next_day", "now!"]);
    for speed in Speed::ALL {
        assert_eq!(Speed::read(&speed.write()), Ok(speed));
    }
    let error = Speed::read(&"fast".into()).expect_err("no choice").to_string();
    assert!(error.contains("expected one of slow, next_day, now!, found \"fast\""), "{error}");
    let mut client = Client::orders().await;
    let made = client.create(&Client::order([email()])).await.state;
    assert_eq!(made.get("speed"), &"slow".into(), "the default");
}

#[test]
fn a_page_says_it() {
    let page = Client::order_schema().to_markdown(Kind::DataSource);
    for line in [
        "- `speed` (String) How fast it is sent. Default: `\"slow\"`. Must be one of `slow`, `next_day`, `now!`. \
         `slow`: Whenever there is room. `next_day`: On the next day. `now!`: At once.",
        "- `email` (String) Whom to write to. Exactly one of `email`, `phone`, `shop` must be set.",
        "- `gift` (String) For whom it is a gift. Needs `card` to be set. At most one of `coupon`, `gift` may be set.",
        "- `code` (String, Sensitive) The card's code. Must be set together with `card`.",
        "- `town` (String) Its town. At least one of `street`, `town` must be set.",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}\n{page}");
    }
    assert!(page.contains("Each element must be one of `slow`, `next_day`, `now!`. `slow`: Whenever"), "{page}");
}

#[test]
fn what_no_schema_may_say() {
    let text = |name: &str| Attribute::new(name, Shape::Plain(Type::String));
    let problems =
        |attributes: Vec<Attribute>| Schema { version: 0, description: String::new(), attributes }.problems();
    let mut attributes = vec![text("a"), text("b")];
    Relation::together(["a", "b"]).bind(&mut attributes);
    assert_eq!(problems(attributes.clone()), [""; 0]);
    attributes.pop();
    assert_eq!(problems(attributes), ["a: it is related to b, which no configuration gives beside it"]);
    let mut low = text("a");
    low.mode = tfplugin_rust::schema::Mode::OptionalComputed;
    low.default = Some("x".into());
    low.rules.push(Rule::one_of(["y"]));
    assert_eq!(problems(vec![low]), ["a: its default breaks a rule: must be one of `y`, found `x`"]);
}

//! Types of texts of which different spellings mean the same.

use tfplugin_rust::types::{Address, CaseInsensitive, Cidr, IntOrPercent, JsonText, Quantity, Timestamp};
use tfplugin_rust::{Number, Span, Spelling, Value};

use crate::lab::{Client, unknown};

/// All texts of a group mean the same, those of different groups do not, and the others are no such thing.
fn check<T: Spelling>(groups: &[&[&str]], wrong: &[&str]) {
    let read = |text: &str| T::parse(text).unwrap_or_else(|| panic!("{text} is {}", T::EXPECTED));
    for (at, group) in groups.iter().enumerate() {
        for text in *group {
            let item = read(text);
            assert_eq!(item.as_str(), *text, "as it was written");
            for (other_at, other_group) in groups.iter().enumerate() {
                for other in *other_group {
                    let other = read(other);
                    let (by_value, by_form) = (item == other, item.canonical() == other.canonical());
                    assert_eq!((by_value, by_form), (at == other_at, at == other_at), "{text} {}", other.as_str());
                }
            }
        }
    }
    for text in wrong {
        assert_eq!(T::parse(text), None, "{text} is not {}", T::EXPECTED);
    }
}

/// Of <https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource> and its test.
#[test]
fn quantities() {
    check::<Quantity>(
        &[
            &["0", "0n", "0Ki", "-0", "0.0"],
            &["1", "1000m", "1.", "+1", "0.001k", "1e0", "1000000u", "1000000000n", "001"],
            &["500m", ".5", "0.5", "5e-1"],
            &["1.5Gi", "1536Mi", "1610612736"],
            &["2048Mi", "2Gi", "2147483648"],
            &["1Ki", "1024", "1.024k"],
            &["100.035k", "100035"],
            &["1E6", "1e6", "1M", "1e+6"],
            &["1E", "1e18"],
            &["100.035Ki", "102435.84"],
            &["0.05Gi", "53687091.2"],
            &["0.025Ti", "27487790694.4"],
            &["1.01E", "1010P"],
            &["-3.01", "-3010m"],
            // Finer than a billionth is rounded away from zero.
            &["0.0000000001", "0.9n", "1n", "1e-9", "1e-99999"],
            &["0.000000000001Ki", "2n", "1.1E-9"],
            &["3.001n", "4n"],
            &["0.00000012345", "124n"],
            &["-0.9n", "-1n"],
            &["9.9999999999", "10"],
            // Nothing is above 2⁶³ − 1.
            &["9Ei", "12E", "9223372036854775807Ki", "9223372036854775807"],
        ],
        &[
            "", "+", ".", "1.1.M", "1+1.0M", "0.1mi", "0.1am", "aoeu", ".5i", "1i", "-3.01i", "-3.01e-", "1e", " 1",
            "1 ",
        ],
    );
    check::<Quantity>(&[&["1k"]], &["1K", "1KiB", "Ki", "1e2.3", "--1", "0x1", "١"]);
    let read = |text: &str| Quantity::parse(text).expect("a quantity");
    assert!(read("1001m") > read("1") && read("-1Gi") < read("0") && read("1Gi") > read("1G"));
    assert_eq!(read("0.1Ei").number(), &Number::parse("115292150460684697.6").expect("a number"));
}

/// Of Go's `time.ParseDuration`.
#[test]
fn spans() {
    check::<Span>(
        &[
            &["90s", "1m30s", "1.5m", "90000ms", "0h1m30s"],
            &["1h", "60m", "3600s", "1.h"],
            &["0s", "0h", "0.0ms"],
            &["39h9m14.425s", "140954425ms"],
            &["1us", "1µs", "1μs", "1000ns", ".001ms"],
            &["2ns"],
            &["0.1234567890123456789h", "444.444440444444s"],
        ],
        &["", "3", "-1s", "s", ".s", "1", "3000000h", "1d", "1.1.1s", "1 s", "1h-1m", "99999999999999999999999999999h"],
    );
}

/// Of RFC 5952, section 4.
#[test]
fn addresses() {
    check::<Address>(
        &[
            &["2001:db8::1", "2001:0db8::0001", "2001:db8:0:0:0:0:0:1", "2001:DB8::1", "2001:db8:0::0:1"],
            &["2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
            &["2001:0:0:1::1", "2001:0:0:1:0:0:0:1"],
            &["::", "0:0:0:0:0:0:0:0"],
            &["::1"],
            &["::ffff:192.0.2.1", "::ffff:c000:201", "::FFFF:192.0.2.1"],
            &["192.0.2.1"],
            &["0.0.0.0"],
        ],
        &["", "192.0.2", "192.0.2.256", "192.0.2.01", "2001:db8::1::1", "fe80::1%eth0", "2001:db8::g", "[::1]", " ::1"],
    );
    check::<Cidr>(
        &[
            &["10.0.0.0/8"],
            &["10.0.0.1/8"],
            &["10.0.0.0/16"],
            &["2001:db8::/32", "2001:DB8::/32", "2001:0db8:0:0:0:0:0:0/32"],
            &["::/0", "0:0:0:0:0:0:0:0/0"],
            &["0.0.0.0/0"],
        ],
        &["", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/+8", "10.0.0.0/08", "::/129", "10.0/8", "/8"],
    );
    let block = |text: &str| Cidr::parse(text).expect("a block");
    let ip = |text: &str| text.parse().expect("an address");
    assert!(block("10.1.2.3/8").contains(ip("10.9.9.9")) && !block("10.1.2.3/8").contains(ip("11.1.2.3")));
    assert!(block("0.0.0.0/0").contains(ip("255.1.1.1")) && !block("0.0.0.0/0").contains(ip("::1")));
    assert!(block("::/0").contains(ip("::1")) && !block("::1/128").contains(ip("::2")));
}

/// Of RFC 3339, section 5.8.
#[test]
fn timestamps() {
    check::<Timestamp>(
        &[
            &["1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520Z", "1985-04-12T23:20:50.52+00:00"],
            &["1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z"],
            &["1990-12-31T23:59:60Z", "1990-12-31T15:59:60-08:00"],
            &["1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.87Z"],
            &["2024-02-29T00:00:00Z", "2024-02-29t00:00:00z", "2024-02-29T00:00:00-00:00"],
        ],
        &[
            "",
            "2024-01-31",
            "2023-02-29T00:00:00Z",
            "2024-01-31T24:00:00Z",
            "2024-01-31T12:00:00",
            "2024-13-01T00:00:00Z",
        ],
    );
}

#[test]
fn json_texts() {
    check::<JsonText>(
        &[
            &[r#"{"a":1,"b":[true,null]}"#, "{ \"b\" : [ true, null ],\n\"a\" : 1 }", r#"{"a":1.0,"b":[true,null]}"#],
            &[r#"{"a":1,"b":[null,true]}"#],
            &["100", "1e2", "1.00E+2"],
            &["12345678901234567890123", "1.2345678901234567890123e22"],
            &["12345678901234567890124"],
            &["0.1"],
            &["0.10000000000000000000000000000000000001"],
            &[r#""é""#, r#""\u00e9""#],
            &[r#""1""#],
            &["{}"],
            &["[]"],
            &["null"],
            &[r#"{"a":{"x":1,"y":2}}"#, r#"{"a":{"y":2,"x":1}}"#],
        ],
        &["", "{", "{a: 1}", "1 2", "'a'", "[1,]", "nul"],
    );
}

#[test]
fn other_texts() {
    check::<CaseInsensitive>(
        &[&["West-1", "west-1", "WEST-1"], &["west-2"], &[""], &["Σ", "σ"], &["Ä", "ä", "a\u{308}"]],
        &[],
    );
    check::<IntOrPercent>(
        &[&["25%", "025%"], &["25", "025"], &["0%"], &["0"], &["150%"]],
        &["", "%", "-1", "+1", "1.5%", "25 %", "25%%", "99999999999"],
    );
    let of = |text: &str, total| IntOrPercent::parse(text).expect("a share").of(total);
    assert_eq!((of("25%", 10), of("3", 10), of("100%", 7), of("0%", 7)), (3, 3, 7, 0));
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| (*item).into()).collect())
}

fn nested(memory: &str, sizes: &[&str], wait: &str) -> Value {
    let deep = Value::object([("sizes", list(sizes)), ("wait", wait.into())]);
    Value::object([("memory", memory.into()), ("deep", deep), ("serial", Value::Null)])
}

/// The value with all elements sorted, as the order of a set means nothing.
fn unordered(value: &Value) -> Value {
    match value {
        Value::List(items) => {
            let mut items: Vec<Value> = items.iter().map(unordered).collect();
            items.sort_by_key(|item| format!("{item:?}"));
            Value::List(items)
        }
        Value::Map(entries) => Value::Map(entries.iter().map(|(key, item)| (key.clone(), unordered(item))).collect()),
        value => value.clone(),
    }
}

/// One spelling of everything, or another that means the same.
fn everything(second: bool) -> Value {
    let one = |first: &str, other: &str| Value::from(if second { other } else { first });
    let sizes: &[&str] = if second { &["1024", "1000m"] } else { &["1Ki", "1"] };
    let part = || if second { nested("1048576Ki", sizes, "60s") } else { nested("1Gi", sizes, "1m") };
    let other = || if second { nested("0.5k", &[], "1h") } else { nested("500", &[], "60m") };
    let factor = if second { "0.12345678901234568" } else { "0.1234567890123456789012345" };
    let factor = || Value::Number(Number::parse(factor).expect("a number"));
    Client::spelled([
        ("memory", one("2048Mi", "2Gi")),
        ("wait", one("90s", "1m30s")),
        ("policy", one(r#"{"a": 1.0, "b": [1e2]}"#, r#"{"b":[100],"a":1}"#)),
        ("network", one("2001:DB8::/32", "2001:db8:0::/32")),
        ("host", one("2001:DB8:0::1", "2001:db8::1")),
        ("region", one("West", "west")),
        ("since", one("2024-01-01T01:00:00+01:00", "2024-01-01T00:00:00.000Z")),
        ("spare", one("25%", "025%")),
        ("factor", factor()),
        ("plain", Value::List(vec![Value::object([("factor", factor())])])),
        ("list", list(if second { &["1", "0.002k"] } else { &["1000m", "2"] })),
        ("set", list(if second { &["1", "0.002k"] } else { &["1000m", "2"] })),
        ("map", Value::object([("k", one("1000m", "1"))])),
        ("lists", Value::List(vec![list(if second { &["1Ki"] } else { &["1024"] }), list(&[])])),
        ("single", part()),
        ("many", Value::List(vec![part(), other()])),
        ("few", Value::List(vec![part(), other()])),
        ("named", Value::object([("k", part())])),
        ("block", Value::List(vec![part(), other()])),
        ("secret", one(r#"{"key": "x"}"#, r#"{"key":"x"}"#)),
    ])
}

#[tokio::test]
async fn another_spelling_is_no_difference() {
    let mut client = Client::spelleds().await;
    let config = everything(false);
    let planned = client.plan(&Value::Null, &config).await.expect("a plan");
    let made = client.apply(&Value::Null, &config, &planned).await.unwrap_or_else(|failed| panic!("{}", failed.detail));
    for name in
        ["memory", "wait", "policy", "since", "factor", "plain", "list", "map", "lists", "secret", "region", "spare"]
    {
        assert_eq!(made.get(name), config.get(name), "the state has the configuration's spelling");
    }
    assert_eq!(unordered(&client.read(&made).await.expect("a state")), unordered(&made), "no drift");
    let again = client.plan(&made, &config).await.expect("a plan");
    assert_eq!(unordered(&again.state), unordered(&made), "nothing is left to do");
    let respelled = client.plan(&made, &everything(true)).await.expect("a plan");
    assert_eq!(unordered(&respelled.state), unordered(&made), "nor where the configuration is spelled otherwise");

    let mut changed = config.clone();
    changed.set("memory", "2049Mi".into());
    changed.set("factor", Value::Number(Number::parse("0.5").expect("a number")));
    let planned = client.plan(&made, &changed).await.expect("a plan");
    assert_eq!(planned.state.get("memory"), &"2049Mi".into());
    let made = client.apply(&made, &changed, &planned).await.unwrap_or_else(|failed| panic!("{}", failed.detail));
    assert_eq!(made.get("memory"), &"2049Mi".into());
    let read = client.read(&made).await.expect("a state");
    assert_eq!(unordered(&read), unordered(&made), "no drift after a change either");
}

#[tokio::test]
async fn what_is_no_such_text_is_refused_at_its_place() {
    let mut client = Client::spelleds().await;
    let mut check = async |name: &str, value: Value, expected: &[(&str, &str)]| {
        let mut config = Client::spelled([("memory", "1Gi".into())]);
        config.set(name, value);
        let found = client.validate(config, true).await;
        let found: Vec<(&str, &str)> = found.iter().map(|(path, detail)| (path.as_str(), detail.as_str())).collect();
        assert_eq!(found, expected);
    };
    let quantity = "must be a quantity such as `500m`, `2` or `1.5Gi`";
    check("memory", "1GB".into(), &[("memory", &format!("memory {quantity}, found `1GB`."))]).await;
    check("memory", unknown(), &[]).await;
    check("list", list(&["1", "x"]), &[("list.1", &format!("list[1] {quantity}, found `x`."))]).await;
    check("set", list(&["1", "x"]), &[("set", &format!("set {quantity}, found `x`."))]).await;
    check(
        "map",
        Value::object([("k", "x".into()), ("l", "1".into())]),
        &[("map.k", &format!("map[\"k\"] {quantity}, found `x`."))],
    )
    .await;
    check(
        "named",
        Value::object([("k", nested("1", &["x"], "soon"))]),
        &[
            ("named.k.deep.sizes", &format!("named[\"k\"].deep.sizes {quantity}, found `x`.")),
            (
                "named.k.deep.wait",
                "named[\"k\"].deep.wait must be a length of time such as `90s`, `20m` or `1h30m`, found `soon`.",
            ),
        ],
    )
    .await;
    check("secret", "{hush}".into(), &[("secret", "secret must be JSON, such as `{\"a\": 1}`.")]).await;
    let long = format!("[{}", "x".repeat(1000));
    let shown = format!("policy must be JSON, such as `{{\"a\": 1}}`, found `[{}…`.", "x".repeat(79));
    check("policy", long.into(), &[("policy", &shown)]).await;
}

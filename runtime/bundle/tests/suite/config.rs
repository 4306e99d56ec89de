use monai_bundle::{Mode, Value};
use serde_json::json;

use crate::{config, folder, open};

#[test]
fn items_resolve_as_in_monai() {
    let check = |document: serde_json::Value, id: &str, expected: serde_json::Value| {
        let config = config(&document.to_string()).unwrap_or_else(|error| panic!("{document}: {error}"));
        let value = config.resolve(id).unwrap_or_else(|error| panic!("{document}, {id}: {error}"));
        assert_eq!(value.to_json(), expected, "{document}, {id}");
    };
    check(json!({"a": {"b": [1, {"c": 2}]}, "r": "@a::b::1::c"}), "r", json!(2));
    check(json!({"a": {"b": [1, {"c": 2}]}, "r": "@a#b#1#c"}), "r", json!(2));
    check(json!({"a": 1, "r": "mail@a"}), "r", json!("mail@a"));
    check(json!({"r": ["x#y", "$'#' + 'z'"]}), "r", json!(["x::y", "::z"]));
    check(json!({"a": 1, "r": "@a-b"}), "r", json!("@a-b"));
    check(
        json!({"A": 1, "B": {"key": "@##A", "value1": 2, "value2": "%#value1", "value3": [3, 4, "@#1"]}}),
        "B",
        json!({"key": 1, "value1": 2, "value2": 2, "value3": [3, 4, 4]}),
    );
    check(json!({"net": {"c": [1, 2]}, "copy": "%net"}), "copy", json!({"c": [1, 2]}));
    check(json!({"net": {"c": [1, 2]}, "copy": "%net::c::1"}), "copy", json!(2));
    check(
        json!({"t": {"_target_": "Compose", "transforms": [{"_target_": "A", "_disabled_": "true"}, {"_target_": "B"}]}}),
        "t",
        json!({"_target_": "Compose", "_id_": "t", "transforms": [{"_target_": "B", "_id_": "t::transforms::1"}]}),
    );
    check(json!({"t": {"_target_": "A", "_disabled_": "$not False"}}), "t", json!(null));
    check(
        json!({"t": {"_target_": "A", "_disabled_": false, "_desc_": "text"}}),
        "t",
        json!({"_target_": "A", "_id_": "t"}),
    );
    check(
        json!({"t": {"_target_": "A", "_requires_": ["@n"], "k": 1}, "n": 1}),
        "t",
        json!({"_target_": "A", "_id_": "t", "k": 1}),
    );
    check(json!({"l": [{"_target_": "A", "_disabled_": true}, null, 1]}), "l", json!([null, 1]));
    check(json!({"m": {"a#b": 1, "aten::relu": ["$1 + 1"]}}), "m", json!({"a#b": 1, "aten::relu": [2]}));
    check(json!({"m": "@_meta_::version"}), "m", json!("0.1.0"));
    check(json!({"bundle_root": "/workspace", "p": "$@bundle_root + '/models'"}), "p", json!("./models"));
    check(json!({"dataset": "$glob.glob('*')", "n": "$1 + 1"}), "n", json!(2));
}

#[test]
fn refusals() {
    let check = |document: serde_json::Value, id: &str, words: &str| {
        let error = match config(&document.to_string()) {
            Ok(config) => config.resolve(id).expect_err(&document.to_string()),
            Err(error) => error,
        };
        assert!(error.to_string().contains(words), "{document}: {error}");
        assert_eq!(error.file(), "configs/inference.json", "{error}");
        assert!(error.to_string().contains(&error.reason()), "{error} / {}", error.reason());
    };
    check(json!({"a": "@b", "b": "$@c + 1", "c": ["@a"]}), "a", "circular reference: `a` -> `b` -> `c` -> `c::0`");
    check(json!({"a": {"x": {"y": "@a::x"}}}), "a::x", "circular reference");
    check(json!({"a": "@a"}), "a", "circular reference: `a` -> `a`");
    check(json!({"a": {"_target_": "X", "_requires_": "@gone"}}), "a", "`@gone` is not defined");
    check(json!({"a": {"_target_": 3}}), "a", "`_target_` is an integer");
    check(json!({"a": {"_target_": "X", "_mode_": "debug"}}), "a", "`_mode_` `debug` is not supported");
    check(json!({"a": {"_target_": "X", "_mod_": "default"}}), "a", "the key `_mod_` is not known");
    check(json!({"a": "@####b"}), "a", "levels up");
    check(json!({"a": "%gone"}), "a", "names nothing");
    check(json!({"a": "%b", "b": "%c", "c": 1}), "a", "not replaced again");
    check(json!({"a": "%../../etc/x.json::b"}), "a", "outside the bundle");
    let mut doubling: serde_json::Map<String, serde_json::Value> =
        (0..40).map(|n| (format!("a{n}"), json!([format!("@a{}", n + 1), format!("@a{}", n + 1)]))).collect();
    doubling.insert("a40".to_owned(), json!(1));
    let error = config(&serde_json::Value::Object(doubling).to_string()).unwrap().resolve("a0").unwrap_err();
    assert!(error.to_string().contains("resolves to more than"), "{error}");
}

#[test]
fn files_merge_in_order() {
    let check = |later: &str, id: &str, expected: Result<serde_json::Value, &str>| {
        let folder = folder(&[
            ("configs/inference.json", r#"{"a": {"b": [1, {"c": 2}]}, "list": [1], "map": {"x": 1}, "n": 1}"#),
            ("configs/later.json", later),
        ]);
        let found = open(folder.path(), &["configs/inference.json", "configs/later.json"]);
        match expected {
            Ok(expected) => {
                let config = found.unwrap_or_else(|error| panic!("{later}: {error}"));
                assert_eq!(config.resolve(id).unwrap().to_json(), expected, "{later}");
            }
            Err(words) => {
                let config = found.unwrap_or_else(|error| panic!("{later}: {error}"));
                let error = config.errors().next().expect(later);
                assert!(error.to_string().contains(words), "{later}: {error}");
                assert_eq!((error.file(), error.line()), ("configs/later.json", Some(1)));
            }
        }
    };
    check(r#"{"n": 2}"#, "n", Ok(json!(2)));
    check(r#"{"new": 2}"#, "new", Ok(json!(2)));
    check(r#"{"a::b::1::c": 5}"#, "a::b::1::c", Ok(json!(5)));
    check(r#"{"a#b#0": 5}"#, "a#b#0", Ok(json!(5)));
    check(r#"{"a#new": 5}"#, "a::new", Ok(json!(5)));
    check(r#"{"+list": [2, 3]}"#, "list", Ok(json!([1, 2, 3])));
    check(r#"{"+map": {"y": 2, "x": 3}}"#, "map", Ok(json!({"x": 3, "y": 2})));
    check(r#"{"+a#b": [7]}"#, "a::b", Ok(json!([1, {"c": 2}, 7])));
    check(r#"{"+fresh": [7]}"#, "fresh", Ok(json!([7])));
    check(r#"{"+n": [7]}"#, "n", Err("`+` joins two mappings or two lists"));
    check(r#"{"gone#b": 1}"#, "n", Err("`gone` is not in the files before"));
    check(r#"{"a#b#9": 1}"#, "n", Err("the list has 2 items"));
    check(r#"{"": {"n": 2}}"#, "n", Err("the key is empty"));
    check(r#"{"n#b": 1}"#, "n", Err("its parent is an integer"));
}

#[test]
fn a_macro_copies_from_another_file() {
    let folder = folder(&[
        ("configs/inference.json", r#"{"net": "%configs/parts.yaml::nets::0"}"#),
        ("configs/parts.yaml", "nets:\n  - _target_: UNet\n    _mode_: callable\n    channels: [8, 16]\n"),
    ]);
    let value = open(folder.path(), &["configs/inference.json"]).unwrap().resolve("net").unwrap();
    let Value::Component(component) = value else { panic!("{value:?}") };
    assert_eq!((component.target.as_str(), component.mode), ("UNet", Mode::Callable));
    assert_eq!(component.args["channels"].to_json(), json!([8, 16]));
}

#[test]
fn files_inside_the_bundle_exist() {
    let folder = folder(&[
        (
            "configs/inference.json",
            r#"{"i": "$import os", "bundle_root": ".", "e": "$os.path.exists(@bundle_root + '/models/model.pt')"}"#,
        ),
        ("models/model.pt", ""),
    ]);
    let config = open(folder.path(), &["configs/inference.json"]).unwrap();
    assert_eq!(config.resolve("e").unwrap(), Value::Bool(true));
}

//! Small configs as MONAI itself resolves them; `tests/parity/bundle_language.py` writes the fixture.

use std::fs;

use monai_bundle::{Bundle, Component, Mode, Value};
use serde_json::{Map, Value as Json, json};

use crate::{fixtures, folder};

/// The value as the fixture has it: every class there is `dict`, so a component is its arguments.
fn plain(value: &Value) -> Json {
    let pairs = |map: &indexmap::IndexMap<String, Value>| -> Map<String, Json> {
        map.iter().map(|(key, value)| (key.clone(), plain(value))).collect()
    };
    match value {
        Value::List(items) => items.iter().map(plain).collect(),
        Value::Map(map) => pairs(map).into(),
        Value::Component(Component { target, mode, args, .. }) => {
            assert_eq!(target, "builtins.dict");
            let args = Json::from(pairs(args));
            if *mode == Mode::Callable { json!({"partial": args}) } else { args }
        }
        Value::Lambda(_) => json!("a function"),
        other => other.to_json(),
    }
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn pairs(case: &Json, key: &str) -> Vec<(String, String)> {
    let object = case[key].as_object().into_iter().flatten();
    object.map(|(key, value)| (key.clone(), text(value))).collect()
}

#[test]
fn configs_resolve_as_by_monai() {
    let fixture: Json = serde_json::from_slice(&fs::read(fixtures("parity/bundle_language.json")).unwrap()).unwrap();
    for (name, case) in fixture["cases"].as_object().unwrap() {
        let configs = case["files"].as_array().unwrap().iter().enumerate();
        let configs: Vec<(String, String)> =
            configs.map(|(index, config)| (format!("configs/{index}.json"), config.to_string())).collect();
        let mut files = configs.clone();
        files.extend(pairs(case, "beside"));
        files.push(("configs/metadata.json".to_owned(), fixture["meta"].to_string()));
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let folder = folder(&files);
        let set = case["set"].as_array().into_iter().flatten();
        let set: Vec<(String, String)> = set.map(|pair| (text(&pair[0]), text(&pair[1]))).collect();
        let set: Vec<(&str, &str)> = set.iter().map(|(id, value)| (id.as_str(), value.as_str())).collect();
        let configs: Vec<&str> = configs.iter().map(|(path, _)| path.as_str()).collect();
        let bundle = Bundle::open_with(folder.path(), &configs, &set).unwrap_or_else(|error| panic!("{name}: {error}"));
        for expected in case["expected"].as_array().unwrap() {
            let id = expected["id"].as_str().unwrap();
            let written = bundle.config().get(id).and_then(|node| node.as_str()).unwrap_or_default();
            let outcome = match bundle.errors().first() {
                // MONAI refuses the whole config.
                Some(error) => Err(error.clone()),
                None => bundle.config().resolve(id),
            };
            match (outcome, expected.get("value")) {
                (Ok(value), Some(expected)) => assert_eq!(&plain(&value), expected, "{name}, {id}: {written}"),
                (Err(error), Some(_)) => panic!("{name}, {id}: {written}: {error}"),
                (Ok(value), None) => panic!("{name}, {id}: {written}: {value:?}, but MONAI refuses"),
                (Err(error), None) => assert!(!error.reason().is_empty()),
            }
        }
    }
}

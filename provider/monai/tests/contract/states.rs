//! States that earlier landings left behind: each is read, and nothing of it is lost.
//!
//! A change of a resource's schema adds the state of an object that has every attribute, as `terraform.tfstate` holds it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use terraform_provider_monai::Monai;
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::schema::{Attribute, Nesting, Shape};
use tfplugin_rust::value::{decode, json};
use tfplugin_rust::{Provider as _, Service};
use wire::provider_client::ProviderClient;
use wire::provider_server::ProviderServer;
use wire::upgrade_resource_state::Request;

fn folder(resource: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract/states").join(resource)
}

/// The states of a resource, oldest first, each with its file's name.
fn states(resource: &str) -> Vec<(String, Json)> {
    let entries = std::fs::read_dir(folder(resource)).unwrap_or_else(|_| panic!("{resource} has states"));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a state");
        (path.display().to_string(), serde_json::from_str(&text).expect("JSON"))
    };
    paths.into_iter().map(read).collect()
}

#[tokio::test]
async fn a_state_of_each_landing_is_read_whole() {
    let mut client = ProviderClient::new(ProviderServer::new(Service::<Monai>::new()));
    for (resource, schema) in Monai::catalog().resource_schemas() {
        for (name, instance) in states(resource) {
            let (version, state) = (instance["schema_version"].as_i64().expect("a version"), &instance["attributes"]);
            let raw = wire::RawState { json: state.to_string().into(), ..Default::default() };
            let request = Request { type_name: resource.to_owned(), version, raw_state: Some(raw) };
            let answer = client.upgrade_resource_state(request).await.expect("an answer").into_inner();
            assert!(answer.diagnostics.is_empty(), "{name}: {:?}", answer.diagnostics);
            let upgraded = answer.upgraded_state.expect("a state");
            let upgraded = decode(&upgraded.msgpack, &schema.ty()).expect("it fits the schema");
            if version == schema.version {
                let before = json::from_json(state, &schema.ty(), &name).expect("it fits the schema");
                assert_eq!(upgraded, before, "{name}");
                let lost = &paths(state) - &known(&schema.attributes, state);
                assert_eq!(lost, BTreeSet::new(), "{name}: it is lost");
            }
        }
    }
}

#[test]
fn the_newest_state_has_every_attribute() {
    for (resource, schema) in Monai::catalog().resource_schemas() {
        let (name, newest) = states(resource).pop().unwrap_or_else(|| panic!("{resource} has states"));
        assert_eq!(newest["schema_version"], schema.version, "{name}");
        let missing = &all(&schema.attributes, "") - &paths(&newest["attributes"]);
        assert_eq!(missing, BTreeSet::new(), "{name}: the schema has more; add the state of an object that has them");
    }
}

/// The paths of all attributes of a schema, `bundle.source`.
fn all(attributes: &[Attribute], outer: &str) -> BTreeSet<String> {
    let of = |item: &Attribute| {
        let path = format!("{outer}{}", item.name);
        let mut found = match &item.shape {
            Shape::Nested(_, inner) => all(inner, &format!("{path}.")),
            Shape::Plain(_) => BTreeSet::new(),
        };
        found.insert(path);
        found
    };
    attributes.iter().flat_map(of).collect()
}

/// The paths of a state's attributes, objects of one nesting taken together.
fn paths(state: &Json) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk(state, "", &mut found);
    found
}

fn walk(state: &Json, outer: &str, found: &mut BTreeSet<String>) {
    match state {
        Json::Object(entries) => {
            for (name, value) in entries {
                let path = if outer.is_empty() { name.clone() } else { format!("{outer}.{name}") };
                walk(value, &path, found);
                found.insert(path);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| walk(item, outer, found)),
        _ => {}
    }
}

/// The paths of a state that the schema knows, keys of maps as well.
fn known(attributes: &[Attribute], state: &Json) -> BTreeSet<String> {
    let all = all(attributes, "");
    let of_map = |path: &String| {
        let mut outer = path.as_str();
        while let Some((shorter, _)) = outer.rsplit_once('.') {
            outer = shorter;
            if is_map(attributes, outer) {
                return true;
            }
        }
        false
    };
    paths(state).into_iter().filter(|path| all.contains(path) || of_map(path)).collect()
}

/// Whether a path leads to something whose keys the user chooses.
fn is_map(attributes: &[Attribute], path: &str) -> bool {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Some(item) = attributes.iter().find(|item| item.name == name) else { return false };
    match (&item.shape, rest) {
        (Shape::Nested(Nesting::Map, _), None) | (Shape::Plain(_), None) => true,
        (Shape::Nested(_, inner), Some(rest)) => is_map(inner, rest),
        _ => false,
    }
}

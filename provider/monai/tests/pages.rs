//! The registry's pages in `docs/` are what the schemas say.
//!
//! `BLESS=1 cargo test -p terraform-provider-monai --test pages` writes them anew.

use std::path::{Path, PathBuf};

use terraform_provider_monai::Monai;
use tfplugin_rust::schema::document::{Kind, Page};
use tfplugin_rust::{Model, Provider, Schema};

type Config = <Monai as Provider>::Config;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The blocks of the example that begin with these lines, as they are written there.
fn example(beginnings: &[&str]) -> String {
    let text = std::fs::read_to_string(root().join("examples/local/main.tf")).expect("the example");
    let block = |beginning: &&str| {
        let start = text.find(beginning).unwrap_or_else(|| panic!("examples/local/main.tf has no `{beginning}`"));
        let rest = &text[start..];
        let first = rest.lines().next().unwrap_or_default();
        let end = if first.ends_with('}') { first.len() } else { rest.find("\n}").expect("the block ends") + 2 };
        rest[..end].to_owned()
    };
    beginnings.iter().map(block).collect::<Vec<_>>().join("\n\n")
}

/// The name without the provider's.
fn short(name: &str) -> &str {
    name.split_once('_').map_or(name, |(_, short)| short)
}

/// Each page with its path under `docs`.
fn pages() -> Vec<(String, String)> {
    let catalog = Monai::catalog();
    let config = Config::schema(0);
    let provider = example(&["terraform {", "provider \"monai\""]);
    let mut pages = vec![(
        "index.md".to_owned(),
        Page { kind: Kind::Provider, name: Monai::NAME, schema: &config, example: &provider, import: None }
            .to_markdown(),
    )];
    for (name, schema) in catalog.resource_schemas() {
        let example = example(&[&format!("resource \"{name}\"")]);
        let import = format!("terraform import {name}.example NAME");
        let page = Page { kind: Kind::Resource, name, schema, example: &example, import: Some(&import) };
        pages.push((format!("resources/{}.md", short(name)), page.to_markdown()));
    }
    for (name, schema) in catalog.data_source_schemas() {
        let example = example(&[&format!("data \"{name}\"")]);
        let page = Page { kind: Kind::DataSource, name, schema, example: &example, import: None };
        pages.push((format!("data-sources/{}.md", short(name)), page.to_markdown()));
    }
    pages
}

#[test]
fn pages_are_fresh() {
    let bless = std::env::var_os("BLESS").is_some();
    let docs = root().join("docs");
    let pages = pages();
    for (path, page) in &pages {
        let place = docs.join(path);
        if bless {
            std::fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
            std::fs::write(&place, page).expect("the page is written");
        }
        let found = std::fs::read_to_string(&place).unwrap_or_default();
        let stale = "is stale: run BLESS=1 cargo test -p terraform-provider-monai --test pages";
        assert!(found == *page, "docs/{path} {stale}");
    }
    for folder in ["resources", "data-sources"] {
        for entry in std::fs::read_dir(docs.join(folder)).expect("a folder") {
            let name = format!("{folder}/{}", entry.expect("an entry").file_name().to_string_lossy());
            assert!(pages.iter().any(|(path, _)| *path == name), "docs/{name} describes nothing that the provider has");
        }
    }
}

#[test]
fn every_attribute_is_described() {
    fn check(schema: &Schema, name: &str) {
        assert!(!schema.description.is_empty(), "{name}");
        let page = schema.to_markdown(Kind::DataSource);
        for line in page.lines().filter(|line| line.starts_with("- `")) {
            let text = line.split_once(") ").map_or("", |(_, text)| text);
            assert!(text.len() > 10 && !text.starts_with("(see"), "{name}: {line}");
        }
    }
    check(&Config::schema(0), "provider");
    for (name, schema) in Monai::catalog().resource_schemas().chain(Monai::catalog().data_source_schemas()) {
        check(schema, name);
    }
}

const REPLACES: &str = "replaces the resource";
const ROLLS: &str = "is rolling: the old server answers until the new one is ready";
const NOTHING: &str = "changes nothing of the endpoint itself";

#[test]
fn what_changing_an_endpoint_does() {
    let catalog = Monai::catalog();
    let (_, schema) =
        catalog.resource_schemas().find(|(name, _)| *name == "monai_model_endpoint").expect("it is there");
    let expected = [
        ("name", REPLACES),
        ("bundle", ROLLS),
        ("bundle.source", "is rolling where the content differs; a moved folder changes nothing of what is served"),
        ("bundle.digest", "changes nothing by itself: a bundle of another digest is refused at plan"),
        ("local", ROLLS),
        ("local.port", "is rolling: the new port is bound before the old server stops"),
        ("local.address", ROLLS),
        ("local.runtime", ROLLS),
        ("auth", ROLLS),
        ("auth.api_keys_wo", "takes effect when `api_keys_wo_version` is changed with it"),
        ("auth.api_keys_wo_version", ROLLS),
        ("auth.anonymous", ROLLS),
        ("serving", ROLLS),
        ("serving.max_volume", ROLLS),
        ("serving.timeout", ROLLS),
        ("serving.drain", ROLLS),
        ("serving.threads", ROLLS),
        ("scaling", ROLLS),
        ("scaling.target_in_flight", ROLLS),
        ("scaling.queue_depth_per_replica", ROLLS),
        ("logging", ROLLS),
        ("logging.level", ROLLS),
        ("timeouts", NOTHING),
        ("timeouts.create", NOTHING),
        ("timeouts.read", NOTHING),
        ("timeouts.update", NOTHING),
        ("timeouts.delete", NOTHING),
    ];
    let effects = schema.effects();
    let effects: Vec<(&str, &str)> = effects.iter().map(|(path, effect)| (path.as_str(), effect.as_str())).collect();
    assert_eq!(effects, expected);
}

//! The registry's pages in `docs/` are what the schemas say.
//!
//! `BLESS=1 cargo test -p terraform-provider-monai --test contract` writes them anew.

use std::path::{Path, PathBuf};

use terraform_provider_monai::Monai;
use tfplugin_rust::docs::Pages;
use tfplugin_rust::schema::document::Kind;
use tfplugin_rust::{Model, Provider, Schema};

type Config = <Monai as Provider>::Config;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn pages_are_fresh() {
    let pages = Pages::of::<Monai>(&root().join("examples")).expect("every page has an example");
    let docs = root().join("docs");
    if std::env::var_os("BLESS").is_some() {
        pages.write(&docs).expect("the pages are written");
    }
    pages
        .check(&docs)
        .expect("the pages are what BLESS=1 cargo test -p terraform-provider-monai --test contract writes");
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
        ("compute", ROLLS),
        ("compute.device", ROLLS),
        ("compute.precision", ROLLS),
        ("compute.mirror", ROLLS),
        ("serving", ROLLS),
        ("serving.max_volume", ROLLS),
        ("serving.max_memory", ROLLS),
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

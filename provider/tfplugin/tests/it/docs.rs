//! A provider's pages in a registry's layout.

use std::path::Path;

use tfplugin_rust::Provider as _;
use tfplugin_rust::docs::Pages;

use crate::lab::Lab;

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("it is written");
}

/// A folder with an example of all that the provider `lab` has.
fn examples() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "provider/provider.tf", "provider \"lab\" {}\n");
    let catalog = Lab::catalog();
    for (name, _) in catalog.resource_schemas() {
        write(folder.path(), &format!("resources/{name}/resource.tf"), &format!("resource \"{name}\" \"a\" {{}}\n"));
    }
    for (name, _) in catalog.data_source_schemas() {
        write(folder.path(), &format!("data-sources/{name}/data-source.tf"), &format!("data \"{name}\" \"a\" {{}}\n"));
    }
    for (name, _) in catalog.ephemeral_schemas() {
        let example = format!("ephemeral \"{name}\" \"a\" {{}}\n");
        write(folder.path(), &format!("ephemeral-resources/{name}/ephemeral-resource.tf"), &example);
    }
    for (name, _) in catalog.action_schemas() {
        write(folder.path(), &format!("actions/{name}/action.tf"), &format!("action \"{name}\" \"a\" {{}}\n"));
    }
    for (name, _) in catalog.list_schemas() {
        let example = format!("list \"{name}\" \"all\" {{}}\n");
        write(folder.path(), &format!("list-resources/{name}/list-resource.tfquery.hcl"), &example);
    }
    for signature in catalog.function_signatures() {
        let name = signature.name;
        let example = format!("output \"a\" {{\n  value = provider::lab::{name}()\n}}\n");
        write(folder.path(), &format!("functions/{name}/function.tf"), &example);
    }
    write(folder.path(), "resources/lab_thing/import.sh", "terraform import lab_thing.a thing-a\n");
    write(folder.path(), "resources/lab_thing/import-by-string-id.tf", "import {}\n");
    folder
}

#[test]
fn each_thing_has_its_page() {
    let examples = examples();
    let pages = Pages::of::<Lab>(examples.path()).expect("all have examples");
    let page = |path: &str| pages.iter().find(|(name, _)| *name == path).map(|(_, page)| page).expect("a page");
    assert!(page("index.md").contains("provider \"lab\" {}"));
    assert!(page("data-sources/length.md").contains("# lab_length (Data Source)"));
    assert!(page("list-resources/place.md").contains("# lab_place (List Resource)"));
    assert!(page("actions/ring.md").contains("# lab_ring (Action)"));
    assert!(page("functions/names.md").contains("value = provider::lab::names()"));
    let thing = page("resources/thing.md");
    let (block, command) = (thing.find("import {}"), thing.find("terraform import lab_thing.a thing-a"));
    assert!(block.is_some() && block < command, "{thing}");
    assert!(!page("resources/kit.md").contains("## Import"));
}

#[test]
fn pages_that_are_not_fresh_are_named() {
    let examples = examples();
    let pages = Pages::of::<Lab>(examples.path()).expect("all have examples");
    let docs = tempfile::tempdir().expect("a folder");
    let check = || pages.check(docs.path()).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(check().contains("index.md"), "nothing is written yet: {}", check());
    pages.write(docs.path()).expect("they are written");
    assert_eq!(check(), "");
    write(docs.path(), "resources/thing.md", "by hand");
    write(docs.path(), "resources/gone.md", "of a resource that is gone");
    assert!(check().ends_with(": resources/thing.md, resources/gone.md"), "{}", check());
    pages.write(docs.path()).expect("they are written");
    assert_eq!(check(), "", "what is gone has no page");
    std::fs::remove_file(examples.path().join("resources/lab_kit/resource.tf")).expect("it was there");
    let missing = Pages::of::<Lab>(examples.path()).expect_err("each page shows an example").to_string();
    assert!(missing.contains("resources/lab_kit/resource.tf is missing"), "{missing}");
}

//! Objects that exist already: imported, moved and searched for.

use serde_json::{Value as Json, json};

use super::Work;

const LAB: &str = r#"
terraform {
  required_providers {
    lab = { source = "example.com/lab/lab" }
  }
}
"#;

fn work(rest: &str) -> (Work, crate::plugin::Plugin) {
    Work::with_lab(&format!("{LAB}{rest}"), |_| ())
}

fn write(work: &Work, file: &str, text: &str) {
    std::fs::write(work.path().join(file), text).expect("a configuration");
}

fn read(work: &Work, file: &str) -> String {
    std::fs::read_to_string(work.path().join(file)).expect("a file")
}

/// Imports a place; the block names its provider where its configuration is to be written.
fn import(by: &str, written: bool) -> String {
    let provider = if written { "provider = lab" } else { "" };
    format!("import {{\n  {provider}\n  to = lab_place.found\n  {by}\n}}\n")
}

/// Whether it is Terraform or OpenTofu 1.12 or newer.
fn knows_identity(work: &Work) -> bool {
    let said = work.run(&["version"], 0);
    let minor = said.strip_prefix("OpenTofu v1.").and_then(|rest| rest.split('.').next()?.parse::<u32>().ok());
    work.is_terraform(12) || minor.is_some_and(|minor| minor >= 12)
}

/// The identity that the state has for a place, and the version of its schema.
fn identity(work: &Work, name: &str) -> (Json, Json) {
    let state: Json = serde_json::from_str(&read(work, "terraform.tfstate")).expect("JSON");
    let resources = state["resources"].as_array().expect("resources");
    let found = resources.iter().find(|resource| resource["name"] == name).expect("it is in the state");
    (found["instances"][0]["identity"].clone(), found["instances"][0]["identity_schema_version"].clone())
}

#[test]
fn a_moved_block_makes_one_type_of_another() {
    let (work, _plugin) = work("resource \"lab_thing\" \"old\" {\n  name = \"spot\"\n}\n");
    work.apply(&[]);
    let place = "resource \"lab_place\" \"new\" {\n  name = \"spot\"\n}\n";
    write(&work, "main.tf", &format!("{LAB}{place}moved {{\n  from = lab_thing.old\n  to   = lab_place.new\n}}\n"));
    assert!(work.run(&["plan"], 0).contains("lab_thing.old has moved to lab_place.new"));
    work.apply(&[]);
    work.run(&["apply", "-auto-approve", "-replace=lab_place.new"], 0);
    assert_eq!(work.run(&["state", "list"], 0), "lab_place.new\n");
    if knows_identity(&work) {
        let whole = json!({ "name": "spot", "number": 4, "region": "here" });
        assert_eq!(identity(&work, "new"), (whole, json!(2)));
    }
    let kit = "resource \"lab_kit\" \"other\" {\n  name = \"n\"\n}\n";
    write(&work, "main.tf", &format!("{LAB}{kit}moved {{\n  from = lab_place.new\n  to   = lab_kit.other\n}}\n"));
    let said = work.run(&["plan"], 1);
    assert!(said.contains("lab_kit cannot take over a lab_place") && !said.contains("a bug"), "{said}");
}

#[test]
fn an_import_by_id_writes_its_configuration() {
    let (work, _plugin) = work(&import("id = \"aa\"", true));
    work.run(&["plan", "-generate-config-out=found.tf"], 0);
    write(&work, "main.tf", &format!("{LAB}{}", import("id = \"aa\"", false)));
    let written = read(&work, "found.tf");
    assert!(written.contains("name   = \"aa\"") && written.contains("region = \"here\""), "{written}");
    assert!(!written.contains("number") && !written.contains("revision"), "only what a user may say: {written}");
    work.apply(&[]);
}

#[test]
fn an_import_by_identity_where_the_core_knows_it() {
    let bb = "identity = { name = \"bb\", region = \"there\" }";
    let (work, _plugin) = work(&import(bb, true));
    if !knows_identity(&work) {
        return;
    }
    work.run(&["plan", "-generate-config-out=found.tf"], 0);
    write(&work, "main.tf", &format!("{LAB}{}", import(bb, false)));
    work.apply(&[]);
    assert_eq!(identity(&work, "found"), (json!({ "name": "bb", "number": 2, "region": "there" }), json!(2)));
    let renamed = read(&work, "found.tf").replace("\"bb\"", "\"cc\"");
    write(&work, "main.tf", LAB);
    write(&work, "found.tf", &renamed);
    let said = work.run(&["plan"], 1);
    assert!(said.contains("Unexpected identity change") && said.contains("before: \"bb\""), "{said}");
    write(&work, "found.tf", &renamed.replace("\"cc\"", "\"xx\""));
    work.apply(&[]);
    assert_eq!(identity(&work, "found").0["name"], "xx", "a replacement has an identity of its own");
    work.run(&["state", "rm", "lab_place.found"], 0);
    std::fs::remove_file(work.path().join("found.tf")).expect("it is there");
    write(&work, "main.tf", &format!("{LAB}{}", import("identity = { region = \"there\" }", true)));
    let said = work.run(&["plan", "-generate-config-out=found.tf"], 1);
    assert!(said.contains("name"), "the core names what is required: {said}");
}

#[test]
fn a_query_finds_places_where_the_core_knows_it() {
    let (work, _plugin) = work("");
    if !work.is_terraform(14) {
        return;
    }
    let search = |prefix: &str, more: &str| {
        let text = format!(
            "list \"lab_place\" \"all\" {{\n  provider = lab\n  {more}\n  config {{\n    prefix = {prefix:?}\n    count  = 4\n  }}\n}}\n"
        );
        write(&work, "all.tfquery.hcl", &text);
    };
    search("aa", "limit = 2");
    let said = work.run(&["query"], 0);
    assert!(said.contains("the place aa0") && said.contains("the place aa1") && !said.contains("aa2"), "{said}");
    assert!(said.contains("name=aa0"), "the identity: {said}");
    work.run(&["query", "-generate-config-out=found.tf"], 0);
    let written = read(&work, "found.tf");
    for words in ["resource \"lab_place\" \"all_0\"", "region   = \"here\"", "import {", "name   = \"aa1\""] {
        assert!(written.contains(words), "{words}: {written}");
    }
    work.apply(&[]);
    assert_eq!(work.run(&["state", "list"], 0), "lab_place.all_0\nlab_place.all_1\n");
    search("fails", "");
    let said = work.run(&["query"], 1);
    assert!(said.contains("The rest is lost."), "{said}");
    search("bad", "");
    let said = work.run(&["query"], 1);
    assert!(said.contains("Bad prefix") && said.contains("on all.tfquery.hcl"), "{said}");
}

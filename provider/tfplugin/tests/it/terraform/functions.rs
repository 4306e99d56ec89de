//! Functions as a real core calls them.

use serde_json::{Value as Json, json};

use super::Work;

const CALLS: &str = r#"
terraform {
  required_providers {
    lab = { source = "example.com/lab/lab" }
  }
}
resource "terraform_data" "late" {
  input = "late"
}
output "all" {
  value = {
    bool     = provider::lab::bool(true)
    int64    = provider::lab::int64(9223372036854775807)
    number   = provider::lab::number(123456789012345678901234567890.5)
    float32  = provider::lab::float32(1.1)
    list     = provider::lab::list(["a", "b"])
    set      = provider::lab::set(["a", "b", "a"])
    map      = provider::lab::map({ k = "v" })
    object   = provider::lab::object({ name = "n", count = null })
    loose    = provider::lab::object_with_dynamic({ name = "n", any = [1, "two"] })
    dynamic  = provider::lab::dynamic({ x = [1, "two", true] })
    null     = provider::lab::string_or_null(null)
    null_any = provider::lab::dynamic_or_null(null)
    variadic = provider::lab::variadic("a", "b", "c")
    none     = provider::lab::variadic()
    any      = provider::lab::dynamic_variadic("a", true, 3)
    accent   = provider::lab::odd("accent") == "é"
  }
}
output "late" {
  value = {
    unknown = provider::lab::string(terraform_data.late.output)
    reached = provider::lab::names({ name = terraform_data.late.output, count = 1 }, ["t", terraform_data.late.output])
    parts   = provider::lab::names({ name = "known", count = 1 }, ["t"])[0]
  }
}
"#;

#[test]
fn every_kind_of_argument() {
    let (work, _plugin) = Work::with_lab(CALLS, |_| ());
    if !work.is_terraform(8) {
        // OpenTofu never asks for what a function of any type answers to a null of no type.
        let calls = CALLS.replace("provider::lab::dynamic_or_null(null)", "null");
        std::fs::write(work.path().join("main.tf"), calls).expect("a configuration");
    }
    work.run(&["init"], 0);
    work.run(&["validate"], 0);
    let planned = work.run(&["plan"], 0);
    assert!(planned.contains("+ parts   = \"known\""), "{planned}");
    assert!(planned.contains("+ unknown = (known after apply)"), "{planned}");
    work.apply(&[]);
    let output = |name: &str| serde_json::from_str::<Json>(&work.run(&["output", "-json", name], 0)).expect("JSON");
    let expected = json!({
        "bool": true, "int64": 9223372036854775807_i64, "float32": 1.1, "list": ["a", "b"], "set": ["a", "b"],
        "map": { "k": "v" }, "object": { "name": "n", "count": null }, "loose": { "name": "n", "any": [1, "two"] },
        "dynamic": { "x": [1, "two", true] }, "null": null, "null_any": null, "variadic": ["a", "b", "c"], "none": [],
        "any": ["a", true, 3], "accent": true,
    });
    let mut found = output("all");
    let number = found.as_object_mut().expect("an object").remove("number").expect("a number");
    assert_eq!(found, expected);
    assert_eq!(number.to_string(), "123456789012345678901234567890.5", "no digit is lost");
    assert_eq!(output("late"), json!({ "unknown": "late", "reached": ["late", "t", "late"], "parts": "known" }));
}

/// A plan of an output with this call fails with these words.
fn check(work: &Work, call: &str, words: &[&str]) {
    let provider = &CALLS[..CALLS.find("resource").expect("it is there")];
    let text = format!("{provider}output \"call\" {{\n  value = provider::lab::{call}\n}}\n");
    std::fs::write(work.path().join("main.tf"), text).expect("a configuration");
    let said = work.run(&["plan"], 1);
    let said = said.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    for words in words {
        assert!(said.contains(words), "{call}: {words}: {said}");
    }
}

#[test]
fn errors_name_the_argument() {
    let (work, _plugin) = Work::with_lab(CALLS, |_| ());
    work.run(&["init"], 0);
    check(&work, "string(null)", &["Invalid function argument", "\"value\" parameter: argument must not be null"]);
    check(&work, "int32(2147483648)", &["Invalid value for \"value\" parameter", "found 2147483648."]);
    check(&work, "odd(\"argument\")", &["Invalid value for \"how\" parameter: expected another."]);
    check(&work, "odd(\"whole\")", &["nothing fits."]);
    check(&work, "odd(\"panic\")", &["Cannot call odd: the provider panicked"]);
    check(&work, "names(null, null, { name = \"bad\", count = 1 })", &["\"others\" parameter: the name is bad."]);
}

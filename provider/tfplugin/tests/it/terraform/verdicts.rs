//! Our own verdict on a plan or a result is Terraform's.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::Work;
use crate::lab::{PLANS, RESULTS};

/// One resource for each name; the text and the zone are as the name asks.
fn configuration(cases: &[(&str, bool)]) -> String {
    let names: Vec<&str> = cases.iter().map(|(name, _)| *name).collect();
    format!(
        r#"
terraform {{
  required_providers {{
    lab = {{ source = "example.com/lab/lab" }}
  }}
}}
resource "lab_judged" "all" {{
  for_each = toset({names:?})
  name     = each.key
  text     = each.key == "plan an invented text" ? null : "a"
  zone     = each.key == "plan another zone" ? "z" : null
  list     = [{{ label = "a" }}, {{ label = "b" }}]
  set      = [{{ label = "a" }}, {{ label = "b" }}]
  map      = {{ x = {{ label = "a" }} }}
  one {{
    label = "a"
  }}
  many {{
    label = "a"
  }}
  many {{
    label = "b"
  }}
  few {{
    label = "a"
  }}
}}
"#
    )
}

/// The names that were refused, and all that was said.
fn refused(words: &[&str], cases: &[(&str, bool)], self_check: &str) -> (BTreeSet<String>, String) {
    let (work, _plugin) = Work::with_lab(&configuration(cases), |lab| {
        lab.env("TFPLUGIN_SELF_CHECK", self_check);
    });
    work.run(&["init"], 0);
    let (_, said) = work.output(words);
    let lines = said.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let errors: Vec<Json> =
        lines.map(|mut line| line["diagnostic"].take()).filter(|said| said["severity"] == "error").collect();
    let about = |name: &str| {
        let named = format!("[\"{name}\"]");
        let holds = |part: &Json| part.as_str().is_some_and(|text| text.contains(&named));
        errors.iter().any(|error| holds(&error["detail"]) || holds(&error["address"]))
    };
    let names = cases.iter().map(|(name, _)| *name).filter(|name| about(name)).map(str::to_owned).collect();
    (names, errors.iter().map(|error| format!("{}\n", error["detail"].as_str().unwrap_or_default())).collect())
}

#[test]
fn our_verdict_is_the_one_of_the_core() {
    // Terraform 1.16.1 panics at times where two creations that leave a state behind fail at once.
    let apply = ["apply", "-auto-approve", "-parallelism=1", "-json"].as_slice();
    for (words, cases) in [(["plan", "-json"].as_slice(), PLANS), (apply, RESULTS)] {
        let expected: BTreeSet<String> =
            cases.iter().filter(|(_, accepted)| !accepted).map(|(name, _)| (*name).to_owned()).collect();
        let (theirs, said) = refused(words, cases, "0");
        assert_eq!(theirs, expected, "the core: {said}");
        assert!(!said.contains("breaks a rule of Terraform"), "we were silent: {said}");
        let (ours, said) = refused(words, cases, "1");
        assert_eq!(ours, expected, "ours: {said}");
        assert!(!said.contains("issue tracker"), "the core was silent: {said}");
    }
}

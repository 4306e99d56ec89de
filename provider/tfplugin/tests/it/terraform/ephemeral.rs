//! Ephemeral resources under a real core.

use super::Work;

const TOKENS: &str = r#"
terraform {
  required_providers {
    lab = { source = "example.com/lab/lab" }
  }
}
variable "name" {
  type    = string
  default = "t"
}
variable "ledger" {
  type = string
}
ephemeral "lab_token" "first" {
  name   = var.name
  ledger = var.ledger
}
provider "lab" {
  alias  = "by_token"
  region = ephemeral.lab_token.first.value
}
ephemeral "lab_token" "second" {
  provider = lab.by_token
  name     = "second"
  ledger   = var.ledger
}
resource "lab_thing" "made" {
  name      = var.name == "renewed" ? "renewed" : "n"
  secret_wo = ephemeral.lab_token.second.value
}
resource "lab_thing" "late" {
  name      = "late"
  secret_wo = ephemeral.lab_token.late.value
}
ephemeral "lab_token" "late" {
  name = lab_thing.made.id
}
output "lengths" {
  value = [lab_thing.made.revision, lab_thing.late.revision]
}
"#;

#[test]
fn a_token_reaches_a_provider_and_a_write_only_argument() {
    let (work, _plugin) = Work::with_lab(TOKENS, |_| ());
    let ledger = work.path().join("ledger");
    let variable = format!("-var=ledger={}", ledger.display());
    let lines = || {
        let text = std::fs::read_to_string(&ledger).unwrap_or_default();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    work.run(&["init"], 0);
    work.run(&["validate"], 0);
    assert!(lines().is_empty(), "validate opens nothing");
    work.apply(&[&variable]);
    let lengths = work.run(&["output", "-json", "lengths"], 0);
    assert_eq!(lengths.split_whitespace().collect::<String>(), "[6,6]", "the lengths of hush-6 and of hush-7");
    let opened = lines().iter().filter(|line| *line == "open").count();
    let closed = lines().iter().filter(|line| *line == "close").count();
    assert!(opened >= 2 && opened == closed, "all that was opened is closed: {:?}", lines());
    let state = std::fs::read_to_string(work.path().join("terraform.tfstate")).expect("a state");
    assert!(!state.contains("hush"), "{state}");
    let said = work.run(&["plan", &variable, "-var=name=fail open"], 1);
    assert!(said.contains("It failed.") && said.contains("ephemeral.lab_token.first"), "{said}");
}

#[test]
fn a_token_is_renewed_while_something_is_made() {
    let (work, _plugin) = Work::with_lab(TOKENS, |_| ());
    let ledger = work.path().join("ledger");
    let variable = format!("-var=ledger={}", ledger.display());
    work.run(&["init"], 0);
    work.run(&["apply", "-auto-approve", &variable, "-var=name=renewed"], 0);
    let text = std::fs::read_to_string(&ledger).expect("a ledger");
    assert!(text.lines().any(|line| line == "renewal 1"), "{text}");
}

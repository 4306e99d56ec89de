//! Actions under a core that knows them.

use super::Work;

const CONFIGURATION: &str = r#"
terraform {
  required_providers {
    lab = { source = "example.com/lab/lab" }
  }
}
action "lab_ring" "bell" {
  config {
    name      = caller.id
    listeners = [{ name = "Ann" }]
  }
}
action "lab_ring" "plain" {
  config {
    name = "plain"
  }
}
action "lab_ring" "cracked" {
  config {
    name  = "fails"
    times = 1
  }
}
resource "lab_thing" "a" {
  name = "a"
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.lab_ring.bell]
    }
  }
}
"#;

#[test]
fn an_action_is_invoked_by_a_resource_and_by_hand() {
    let (work, _plugin) = Work::with_lab(CONFIGURATION, |_| ());
    if !work.is_terraform(16) {
        let said = work.run(&["validate"], 1);
        assert!(said.contains("action"), "it does not know actions, or not those with a caller: {said}");
        return;
    }
    let said = work.run(&["apply", "-auto-approve"], 0);
    for words in ["thing-a rings, 2 of 2", "Ann is near", "Warning: Soon"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let said = work.run(&["apply", "-auto-approve", "-invoke=action.lab_ring.plain"], 0);
    assert!(said.contains("plain rings, 1 of 2"), "{said}");
    let said = work.run(&["apply", "-auto-approve", "-invoke=action.lab_ring.cracked"], 1);
    assert!(said.contains("fails rings, 1 of 1") && said.contains("It has a crack."), "{said}");
    work.run(&["plan", "-detailed-exitcode"], 0);
}

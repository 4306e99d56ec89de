//! A real Terraform core and the providers of these tests.

mod actions;
pub(crate) mod corner;
mod ephemeral;
mod existing;
mod functions;
mod verdicts;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use crate::plugin::{Plugin, bare, example};

/// The core that `TF_ACC_TERRAFORM_PATH` names, else Terraform or OpenTofu, whichever is on PATH.
fn core() -> PathBuf {
    if let Some(program) = std::env::var_os("TF_ACC_TERRAFORM_PATH") {
        return program.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let found = ["terraform", "tofu"].iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    found.into_iter().find(|program| program.is_file()).expect("these tests need `terraform` or `tofu` on PATH")
}

/// A folder with a configuration.
pub(crate) struct Work {
    folder: tempfile::TempDir,
    reattach: Option<String>,
}

impl Work {
    /// `settings` is what the CLI is told of where providers come from.
    pub(crate) fn new(settings: &str, configuration: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("main.tf"), configuration).expect("a configuration");
        std::fs::write(folder.path().join("cli.rc"), settings).expect("settings");
        Self { folder, reattach: None }
    }

    /// A configuration for the provider `lab`, which runs beside it until the plugin is dropped.
    fn with_lab(configuration: &str, change: impl FnOnce(&mut Command)) -> (Self, Plugin) {
        Self::with(["wide::serve_lab", "LAB_SERVES", "example.com/lab/lab"], configuration, change)
    }

    /// The same for another provider: the test of this binary that serves it, the variable that tells it to, and the
    /// provider's address.
    fn with(served: [&str; 3], configuration: &str, change: impl FnOnce(&mut Command)) -> (Self, Plugin) {
        let [test, variable, source] = served;
        let mut provider = bare(std::env::current_exe().expect("the test's own path"));
        provider.args([test, "--exact", "--nocapture"]).env(variable, "1");
        change(&mut provider);
        let plugin = Plugin::run(provider, "1|");
        let mut work = Self::new("", configuration);
        let socket = plugin.socket();
        let address = json!({ "Network": socket.network, "String": socket.address });
        let attached = json!({ "Protocol": "grpc", "ProtocolVersion": 6, "Pid": plugin.child.id(), "Test": true, "Addr": address });
        work.reattach = Some(json!({ source: attached }).to_string());
        (work, plugin)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = bare(core());
        command.current_dir(self.path()).args(words).arg("-no-color");
        command.env("TF_CLI_CONFIG_FILE", self.path().join("cli.rc")).env("CHECKPOINT_DISABLE", "1");
        if let Some(reattach) = &self.reattach {
            command.env("TF_REATTACH_PROVIDERS", reattach);
        }
        command
    }

    fn output(&self, words: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = self.command(words).output().expect("it runs");
        (status.code(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
    }

    /// Runs a command that must end with this code; what it said.
    fn run(&self, words: &[&str], code: i32) -> String {
        let (found, said) = self.output(words);
        assert_eq!(found, Some(code), "{words:?}: {said}");
        said
    }

    /// Whether the core is Terraform, of this minor version or a newer one.
    pub(crate) fn is_terraform(&self, minor: u32) -> bool {
        let said = self.run(&["version"], 0);
        let found = said.strip_prefix("Terraform v1.").and_then(|rest| rest.split('.').next()?.parse::<u32>().ok());
        found.is_some_and(|found| found >= minor)
    }

    /// What the state keeps beside the attributes of the resource at this address.
    fn private(&self, kind: &str, name: &str) -> Json {
        let state = std::fs::read(self.path().join("terraform.tfstate")).expect("a state");
        let state: Json = serde_json::from_slice(&state).expect("JSON");
        let resources = state["resources"].as_array().expect("resources");
        let found = resources.iter().find(|resource| resource["type"] == kind && resource["name"] == name);
        let private = found.expect("it is in the state")["instances"][0]["private"].as_str().expect("private data");
        serde_json::from_slice(&STANDARD.decode(private).expect("base64")).expect("JSON")
    }

    /// Applies; then nothing is left to do, with and without a refresh.
    fn apply(&self, more: &[&str]) {
        self.run(&[&["apply", "-auto-approve"], more].concat(), 0);
        self.run(&[&["plan", "-detailed-exitcode"], more].concat(), 0);
        let refreshed = self.run(&[&["plan", "-refresh-only"], more].concat(), 0);
        assert!(refreshed.contains("No changes."), "{refreshed}");
    }
}

const KITS: &str = r#"
terraform {
  required_providers {
    lab = { source = "example.com/lab/lab" }
  }
}
variable "level" {
  type    = string
  default = null
}
variable "labels" {
  type    = set(string)
  default = ["a", "bb"]
}
resource "lab_kit" "all" {
  name      = "n"
  level     = var.level
  amount    = 123456789012345678901234567890.5
  any       = { x = [1, "two", true] }
  pair      = { first = "a", second = [1, true] }
  secret_wo = "hush"
  single    = { label = "a" }
  list      = [{ label = "a" }, { label = "bb", weight = 2 }]
  set       = [for label in var.labels : { label = label, weight = length(label) > 1 ? 2 : null }]
  map       = { x = { label = "a" }, y = { label = "bb", weight = 2 } }
  one {
    label = "a"
  }
  many {
    label = "a"
  }
  many {
    label  = "b"
    weight = 3
  }
  dynamic "few" {
    for_each = var.labels
    content {
      label = few.value
    }
  }
  named "x" {
    label = "q"
  }
  whole {
    note = "abc"
  }
}
resource "lab_kit" "bare" {
  name  = "bare"
  given = lab_kit.all.id
}
data "lab_length" "path" {
  path = lab_kit.bare.given
}
output "length" {
  value = data.lab_length.path.length
}
"#;

#[test]
fn every_kind_of_attribute_and_block() {
    let (work, _plugin) = Work::with_lab(KITS, |_| ());
    work.run(&["init"], 0);
    work.run(&["validate"], 0);
    work.apply(&[]);
    let plans = if work.is_terraform(16) { 2 } else { 1 };
    let private = work.private("lab_kit", "all");
    assert_eq!(private["plans"], plans, "what the first plan kept comes to the second from 1.16 on: {private}");
    assert!(work.run(&["output", "-json", "length"], 0).contains('5'), "the length of kit-1");
    work.apply(&["-var=level=high"]);
    work.apply(&["-var=level=high", "-var=labels=[\"bb\",\"c\",\"dd\"]"]);
    let state = std::fs::read_to_string(work.path().join("terraform.tfstate")).expect("a state");
    assert!(state.contains("123456789012345678901234567890.5") && !state.contains("hush"), "{state}");
    let said = work.run(&["apply", "-auto-approve", "-var=level=contradicts"], 1);
    assert!(said.contains("level breaks a rule of Terraform") && said.contains("lab_kit.all"), "{said}");
    assert!(!said.contains("This is a bug in the provider"), "we say it before Terraform does: {said}");
    work.run(&["destroy", "-auto-approve"], 0);
    assert_eq!(work.run(&["state", "list"], 0), "");
}

#[test]
fn the_example_from_creation_to_destruction() {
    let plugins = tempfile::tempdir().expect("a folder");
    std::fs::copy(example(), plugins.path().join("terraform-provider-note")).expect("a copy");
    let settings = format!(
        "provider_installation {{\n  dev_overrides {{\n    \"example.com/notes/note\" = {:?}\n  }}\n  direct {{}}\n}}\n",
        plugins.path()
    );
    let notes = tempfile::tempdir().expect("a folder");
    let configuration = |name: &str| {
        format!(
            r#"terraform {{
  required_providers {{
    note = {{ source = "example.com/notes/note" }}
  }}
}}
provider "note" {{
  folder = {:?}
}}
resource "note_note" "a" {{
  name     = {name:?}
  text     = "hello"
  timeouts = {{ create = "1m" }}
}}
ephemeral "note_text" "a" {{
  id = note_note.a.id
  lifecycle {{
    postcondition {{
      condition     = self.text == "hello"
      error_message = "The note has another text."
    }}
  }}
}}
output "title" {{
  value = provider::note::title("\n The title \nand more")
}}
"#,
            notes.path()
        )
    };
    let work = Work::new(&settings, &configuration("first"));
    work.apply(&[]);
    assert_eq!(work.run(&["output", "-raw", "title"], 0), "The title");
    let note = notes.path().join("first");
    assert_eq!(std::fs::read_to_string(&note).expect("a note"), "low\nhello");
    std::fs::write(&note, "high\nhello").expect("a change behind Terraform's back");
    assert!(work.run(&["plan", "-detailed-exitcode"], 2).contains("\"high\" -> \"low\""));
    work.apply(&[]);
    std::fs::remove_file(&note).expect("the note is there");
    assert!(work.run(&["plan", "-detailed-exitcode"], 2).contains("1 to add"), "what is gone is made anew");
    work.apply(&[]);
    work.run(&["state", "rm", "note_note.a"], 0);
    work.run(&["import", "note_note.a", &note.display().to_string()], 0);
    work.apply(&[]);
    std::fs::write(work.path().join("main.tf"), configuration("second")).expect("a configuration");
    assert!(work.run(&["plan"], 0).contains("name     = \"first\" -> \"second\" # forces replacement"));
    work.apply(&[]);
    assert!(!note.exists() && notes.path().join("second").exists());
    std::fs::write(work.path().join("main.tf"), configuration("a/b")).expect("a configuration");
    let said = work.run(&["plan"], 1);
    assert!(said.contains("A name has no slash") && said.contains("on main.tf line 10"), "the line is named: {said}");
    std::fs::write(work.path().join("main.tf"), configuration("second")).expect("a configuration");
    work.run(&["destroy", "-auto-approve"], 0);
    assert_eq!(std::fs::read_dir(notes.path()).expect("a folder").count(), 0);
}

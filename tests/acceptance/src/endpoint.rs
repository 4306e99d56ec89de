//! One endpoint of one configuration in a folder of its own.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use lab::{Programs, Terraform, Workspace};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// The key that clients send; no file that Terraform keeps may hold it.
pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef";
/// Another one.
pub(crate) const OTHER_KEY: &str = "fedcba9876543210fedcba9876543210";

/// A configuration with one endpoint and what running it made. What still runs at the end is destroyed.
pub(crate) struct Endpoint {
    place: TempDir,
    workspace: Workspace,
    provider: Value,
    /// The input of `terraform_data.later`, where there is one.
    later: Option<Value>,
    attributes: Map<String, Value>,
    /// The port that it listens on at first.
    pub(crate) port: u16,
}

/// What a command of the core did.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    /// Both streams, without the line breaks and frames that the core draws into messages.
    pub(crate) words: String,
}

impl Ran {
    fn of(output: &Output) -> Ran {
        let text = [&output.stdout[..], &output.stderr[..]].concat();
        let text = String::from_utf8_lossy(&text).replace(['│', '╷', '╵'], " ");
        Ran { code: output.status.code(), words: text.split_whitespace().collect::<Vec<_>>().join(" ") }
    }

    #[track_caller]
    pub(crate) fn succeeded(self) -> Ran {
        assert_eq!(self.code, Some(0), "{}", self.words);
        self
    }

    /// Expects a failure whose words hold all of `expected`.
    #[track_caller]
    pub(crate) fn failed_with(self, expected: &[&str]) {
        assert_eq!(self.code, Some(1), "{}", self.words);
        for expected in expected {
            assert!(self.words.contains(expected), "`{expected}` is missing: {}", self.words);
        }
        assert!(!self.words.contains(KEY), "the key is shown");
    }
}

impl Endpoint {
    /// A good configuration with a copy of the demonstration bundle; nothing is applied.
    pub(crate) fn new() -> Endpoint {
        static PROGRAMS: OnceLock<Programs> = OnceLock::new();
        let programs = PROGRAMS.get_or_init(|| Programs::build().expect("the workspace builds"));
        let place = tempfile::tempdir().expect("a temporary folder");
        let tool = Terraform::find().expect("a Terraform core is installed");
        let workspace = Workspace::new(tool, programs, place.path(), place.path()).expect("the workspace is written");
        let port = free_port();
        let attributes = json!({
            "name": "it",
            "bundle": { "source": "./bundle" },
            "local": { "port": port },
            "auth": { "api_keys_wo": { "clinic": "${var.key}" }, "api_keys_wo_version": 1 },
        });
        let Value::Object(attributes) = attributes else { unreachable!("it is written as an object") };
        let endpoint = Endpoint { place, workspace, provider: json!({}), later: None, attributes, port };
        endpoint.write();
        endpoint.restore_bundle();
        endpoint
    }

    /// Makes the bundle the demonstration bundle again.
    pub(crate) fn restore_bundle(&self) {
        copy(&lab::root().join("examples/bundles/brain_tissue"), &self.bundle());
    }

    /// Replaces one attribute of the resource; null removes it.
    pub(crate) fn set(&mut self, attribute: &str, value: Value) {
        if value.is_null() {
            self.attributes.remove(attribute);
        } else {
            self.attributes.insert(attribute.to_owned(), value);
        }
        self.write();
    }

    /// Replaces the provider's configuration.
    pub(crate) fn configure_provider(&mut self, provider: Value) {
        self.provider = provider;
        self.write();
    }

    /// Adds a resource `terraform_data.later`, whose `output` is unknown until it is applied.
    pub(crate) fn add_later(&mut self, input: Value) {
        self.later = Some(input);
        self.write();
    }

    fn write(&self) {
        let mut resources = json!({ "monai_model_endpoint": { "it": self.attributes } });
        if let Some(input) = &self.later {
            resources["terraform_data"] = json!({ "later": { "input": input } });
        }
        let configuration = json!({
            "terraform": { "required_providers": { "monai": { "source": "monai-rs/monai" } } },
            "variable": { "key": { "type": "string", "sensitive": true, "ephemeral": true } },
            "provider": { "monai": self.provider },
            "resource": resources,
            "output": { "url": { "value": "${monai_model_endpoint.it.url}" } },
        });
        fs::write(self.place.path().join("main.tf.json"), configuration.to_string()).expect("the folder is ours");
    }

    pub(crate) fn command(&self, subcommand: &str) -> Command {
        let mut command = self.workspace.command(subcommand);
        command.env("TF_VAR_key", KEY);
        command
    }

    pub(crate) fn run(&self, subcommand: &str, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(subcommand).args(arguments).output().expect("the core starts"))
    }

    pub(crate) fn apply(&self) -> Ran {
        self.run("apply", &["-auto-approve", "-input=false", "-no-color"])
    }

    /// Applies with another key.
    pub(crate) fn apply_with(&self, key: &str) -> Ran {
        let mut command = self.command("apply");
        command.env("TF_VAR_key", key).args(["-auto-approve", "-input=false", "-no-color"]);
        Ran::of(&command.output().expect("the core starts"))
    }

    pub(crate) fn plan(&self) -> Ran {
        self.run("plan", &["-input=false", "-no-color"])
    }

    pub(crate) fn destroy(&self) -> Ran {
        self.run("destroy", &["-auto-approve", "-input=false", "-no-color"])
    }

    /// What a plan would do to the resource: `[]` for nothing, else such as `["update"]`.
    pub(crate) fn planned(&self) -> Vec<String> {
        self.plan_with("-refresh=true", "resource_changes")
    }

    /// What a refresh found changed: `[]` for nothing.
    pub(crate) fn drifted(&self) -> Vec<String> {
        self.plan_with("-refresh-only", "resource_drift")
    }

    fn plan_with(&self, argument: &str, list: &str) -> Vec<String> {
        self.run("plan", &["-input=false", "-no-color", "-out=planned", argument]).succeeded();
        let output = self.command("show").args(["-json", "planned"]).output().expect("the core starts");
        assert!(!String::from_utf8_lossy(&output.stdout).contains(KEY), "the plan holds the key");
        let plan: Value = serde_json::from_slice(&output.stdout).expect("the core shows plans as JSON");
        let changes = plan[list].as_array().cloned().unwrap_or_default();
        let actions = changes.iter().flat_map(|change| change["change"]["actions"].as_array().cloned());
        let actions = actions.flatten().map(|action| action.as_str().unwrap_or_default().to_owned());
        actions.filter(|action| action != "no-op").collect()
    }

    /// The resource's attributes in the state.
    pub(crate) fn state(&self) -> Value {
        let text = fs::read_to_string(self.place.path().join("terraform.tfstate")).expect("there is a state");
        assert!(!text.contains(KEY) && !text.contains(OTHER_KEY), "the state holds a key");
        let state: Value = serde_json::from_str(&text).expect("the state is JSON");
        state["resources"][0]["instances"][0]["attributes"].clone()
    }

    /// The status and the body that a `GET` gets.
    pub(crate) fn get(&self, path: &str, key: Option<&str>) -> Result<(u16, String), ureq::Error> {
        get(self.port, path, key)
    }

    /// The status of the model card for a bearer of `key`.
    #[track_caller]
    pub(crate) fn status(&self, key: &str) -> u16 {
        self.get("/v1/model", Some(key)).expect("the endpoint answers").0
    }

    pub(crate) fn bundle(&self) -> PathBuf {
        self.place.path().join("bundle")
    }

    pub(crate) fn path(&self) -> &Path {
        self.place.path()
    }

    /// The state folder of the platform `local`.
    pub(crate) fn endpoints(&self) -> PathBuf {
        self.workspace.endpoints()
    }

    /// What the supervisor of the endpoint wrote last.
    pub(crate) fn observed(&self) -> Value {
        let path = self.endpoints().join("endpoints/it/observed.json");
        serde_json::from_slice(&fs::read(path).expect("the supervisor wrote")).expect("it is JSON")
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        // A core that has lost its state destroys nothing, so this goes past it.
        crate::processes::within(self.path()).into_iter().for_each(crate::processes::kill);
    }
}

pub(crate) fn get(port: u16, path: &str, key: Option<&str>) -> Result<(u16, String), ureq::Error> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut request = agent.get(format!("http://127.0.0.1:{port}{path}"));
    if let Some(key) = key {
        request = request.header("Authorization", &format!("Bearer {key}"));
    }
    let mut response = request.call()?;
    Ok((response.status().as_u16(), response.body_mut().read_to_string()?))
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free").port()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder is made");
    for entry in fs::read_dir(from).expect("the folder can be listed") {
        let entry = entry.expect("the folder can be listed");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("the file is copied");
        }
    }
}

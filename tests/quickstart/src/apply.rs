//! Applies and destroys `examples/local` with the provider that was just built.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::Error;
use crate::place::{Place, root};
use crate::terraform::Terraform;

/// What the configuration gives out.
pub(crate) struct Outputs {
    /// The endpoint's base address.
    pub(crate) url: String,
    /// The model's name and version.
    pub(crate) model: String,
}

#[derive(Deserialize)]
struct OutputValues {
    url: OutputValue,
    model: OutputValue,
}

#[derive(Deserialize)]
struct OutputValue {
    value: String,
}

/// Applies the configuration. The second time nothing changes.
pub(crate) fn apply(tool: &Terraform, place: &Place, built: &Path, key: &str, port: u16) -> Result<Outputs, Error> {
    let mut apply = prepared(tool, place, built, "apply", key, port)?;
    tool.run(apply.args(["-auto-approve", "-input=false", "-compact-warnings"]).arg(state(place)))?;
    let mut output = prepared(tool, place, built, "output", key, port)?;
    let values: OutputValues = tool.read(output.arg("-json").arg(state(place)))?;
    Ok(Outputs { url: values.url.value, model: values.model.value })
}

/// Destroys what the configuration made.
pub(crate) fn destroy(tool: &Terraform, place: &Place, built: &Path, key: &str, port: u16) -> Result<(), Error> {
    let mut destroy = prepared(tool, place, built, "destroy", key, port)?;
    tool.run(destroy.args(["-auto-approve", "-input=false", "-compact-warnings"]).arg(state(place)))
}

fn state(place: &Place) -> String {
    format!("-state={}", place.state().display())
}

/// A command whose CLI configuration points the provider's address at `built`, so that nothing is downloaded.
fn prepared(
    tool: &Terraform,
    place: &Place,
    built: &Path,
    subcommand: &str,
    key: &str,
    port: u16,
) -> Result<Command, Error> {
    let built = built.display().to_string();
    let folder = serde_json::Value::from(built);
    let text = format!(
        "provider_installation {{\n  dev_overrides {{\n    \"monai-rs/monai\" = {folder}\n  }}\n  direct {{}}\n}}\n"
    );
    let settings = place.write("terraform.rc", text.as_bytes())?;
    let mut command = tool.command(&root().join("examples/local"), subcommand);
    command
        .env("TF_CLI_CONFIG_FILE", settings)
        .env("TF_DATA_DIR", place.path("terraform"))
        .env("XDG_STATE_HOME", place.path("state"))
        .env("TF_IN_AUTOMATION", "1");
    command.env("TF_VAR_api_key", key).env("TF_VAR_port", port.to_string());
    Ok(command)
}

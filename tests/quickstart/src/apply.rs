//! Applies and destroys `examples/local`.

use lab::Workspace;
use serde::Deserialize;

use crate::Error;
use crate::place::Place;

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
pub(crate) fn apply(workspace: &Workspace, place: &Place, key: &str, port: u16) -> Result<Outputs, Error> {
    change(workspace, "apply", place, key, port)?;
    let mut output = workspace.command("output");
    let values: OutputValues = workspace.tool().read(output.arg("-json").arg(state(place)))?;
    Ok(Outputs { url: values.url.value, model: values.model.value })
}

/// Destroys what the configuration made.
pub(crate) fn destroy(workspace: &Workspace, place: &Place, key: &str, port: u16) -> Result<(), Error> {
    change(workspace, "destroy", place, key, port)
}

fn change(workspace: &Workspace, subcommand: &str, place: &Place, key: &str, port: u16) -> Result<(), Error> {
    let mut command = workspace.command(subcommand);
    command.args(["-auto-approve", "-input=false", "-compact-warnings"]).arg(state(place));
    command.env("TF_VAR_api_key", key).env("TF_VAR_port", port.to_string());
    Ok(workspace.tool().run(&mut command)?)
}

fn state(place: &Place) -> String {
    format!("-state={}", place.state().display())
}

//! `monai inspect BUNDLE [ID]`: what a bundle is, or the resolved value of one config item with its origin.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use monai_bundle::{Bundle, Config, Extent, Tensor, Value as Item};
use monai_pipeline::{Pipeline, digest};
use monai_spec::keys::nearest;
use serde_json::{Map, Value, json};

use crate::Error;
use crate::arguments::bundle;
use crate::print::print;

/// The items of a config that serving reads.
const ROOTS: [&str; 5] = ["network_def", "network", "preprocessing", "inferer", "postprocessing"];

/// The command's arguments.
pub fn command() -> Command {
    Command::new("inspect")
        .about("Says what a bundle is, or what one item of its config resolves to")
        .long_about(
            "Says what a bundle is. With an ID, prints one JSON object: `id`, its resolved `value`, its `origin` and, in \
             order, the places that it was `overridden` in; a place is a `file` and the `id` written there, and the file \
             is null where the runtime itself sets the item.",
        )
        .arg(
            bundle()
        )
        .arg(Arg::new("id").value_name("ID").help("An item of the config, such as network_def::channels"))
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("FILE")
                .action(ArgAction::Append)
                .requires("id")
                .help("A config file of the bundle in place of its inference config; several are merged in order"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .conflicts_with("id")
                .help("Print one JSON object, not text"),
        )
}

/// Runs the command. A bundle that cannot be served can be inspected as far as it can be read.
pub fn run(arguments: &ArgMatches) -> Result<ExitCode, Error> {
    let folder: &PathBuf = arguments.get_one("bundle").expect("it is required");
    let files: Vec<&str> = arguments.get_many::<String>("config").into_iter().flatten().map(String::as_str).collect();
    let bundle = if files.is_empty() { Bundle::open(folder) } else { Bundle::open_with(folder, &files) };
    let fail = |reason: String| Error::Inspect { bundle: folder.clone(), reason };
    let bundle = bundle.map_err(|error| fail(error.to_string()))?;
    if let Some(id) = arguments.get_one::<String>("id") {
        let config = bundle.config();
        if config.get(id).is_none() {
            let ids = config.ids();
            let known: Vec<&str> = ids.iter().map(String::as_str).collect();
            let nearest = nearest(&id.replace('#', "::"), &known).map(str::to_owned);
            return Err(Error::UnknownId { bundle: folder.clone(), id: id.clone(), nearest });
        }
        print(&format!("{:#}\n", item(config, id).map_err(|error| fail(error.to_string()))?))?;
        return Ok(ExitCode::SUCCESS);
    }
    let facts = facts(folder, &bundle).map_err(|error| fail(error.to_string()))?;
    print(&if arguments.get_flag("json") { format!("{facts:#}\n") } else { text(&facts) })?;
    Ok(ExitCode::SUCCESS)
}

fn item(config: &Config, id: &str) -> Result<Value, monai_bundle::Error> {
    let value = config.resolve(id)?.to_json();
    let place = |write: &monai_bundle::Write<'_>| json!({"file": write.file, "id": write.id});
    let writes: Vec<Value> = config.writes(id).iter().map(place).collect();
    Ok(json!({
        "id": id,
        "value": value,
        "origin": writes.first(),
        "overridden": writes.get(1..).unwrap_or_default(),
    }))
}

fn facts(folder: &Path, bundle: &Bundle) -> Result<Value, monai_pipeline::DigestError> {
    let (metadata, config) = (bundle.metadata(), bundle.config());
    let tensors = |tensors: &indexmap::IndexMap<String, Tensor>| -> Map<String, Value> {
        tensors.iter().map(|(name, found)| (name.clone(), tensor(found))).collect()
    };
    let labels: Map<String, Value> = metadata
        .outputs
        .values()
        .flat_map(|tensor| &tensor.labels)
        .map(|(number, name)| (number.to_string(), json!(name)))
        .collect();
    let roots: Map<String, Value> =
        ROOTS.into_iter().filter(|id| config.get(id).is_some()).map(|id| (id.to_owned(), root(config, id))).collect();
    let (network, weights, problems) = match Pipeline::open(folder) {
        Ok(pipeline) => {
            let network = &pipeline.network;
            let parameters: usize =
                network.parameters.iter().map(|parameter| parameter.shape.iter().product::<usize>()).sum();
            let network = json!({
                "id": pipeline.network_id,
                "target": network.target,
                "parameters": parameters,
                "spatial_dims": network.spatial_dims,
                "in_channels": network.in_channels,
                "out_channels": network.out_channels,
            });
            (network, json!(pipeline.checkpoint_file), Vec::new())
        }
        Err(report) => (Value::Null, Value::Null, report.problems.iter().map(ToString::to_string).collect()),
    };
    Ok(json!({
        "name": metadata.name,
        "version": metadata.version,
        "digest": digest(folder)?,
        "task": metadata.task,
        "description": metadata.description,
        "intended_use": metadata.intended_use,
        "authors": metadata.authors,
        "copyright": metadata.copyright,
        "monai_version": metadata.monai_version,
        "pytorch_version": metadata.pytorch_version,
        "network": network,
        "weights": weights,
        "inputs": tensors(&metadata.inputs),
        "outputs": tensors(&metadata.outputs),
        "labels": labels,
        "roots": roots,
        "problems": problems,
    }))
}

fn tensor(tensor: &Tensor) -> Value {
    let shape = tensor.spatial_shape.iter().map(|extent| match extent {
        Extent::Fixed(voxels) => json!(voxels),
        Extent::Any => json!("*"),
        Extent::Expression(expression) => json!(expression),
    });
    json!({
        "type": tensor.kind,
        "format": tensor.format,
        "modality": tensor.modality,
        "channels": tensor.channels,
        "spatial_shape": shape.collect::<Vec<_>>(),
        "dtype": tensor.dtype,
    })
}

/// Where a root comes from and what it is, or why it cannot be resolved.
fn root(config: &Config, id: &str) -> Value {
    let file = config.origin(id);
    match config.resolve(id) {
        Ok(Item::Component(component)) => {
            let transforms = match component.args.get("transforms") {
                Some(Item::List(transforms)) => transforms
                    .iter()
                    .map(|transform| match transform {
                        Item::Component(transform) => json!(transform.name()),
                        other => json!(other.kind()),
                    })
                    .collect(),
                _ => Value::Null,
            };
            json!({"file": file, "target": component.target, "transforms": transforms})
        }
        Ok(other) => json!({"file": file, "kind": other.kind()}),
        Err(error) => json!({"file": file, "error": error.reason()}),
    }
}

/// The facts as lines of a title and a value.
fn text(facts: &Value) -> String {
    let word = |value: &Value| match value {
        Value::Null => "-".to_owned(),
        // A bundle's text must not steer the terminal.
        Value::String(text) => text.replace(char::is_control, " "),
        other => other.to_string(),
    };
    let mut lines = Vec::new();
    let mut line = |title: &str, value: String| lines.push(format!("{title:<16}{value}\n"));
    line(
        "bundle",
        format!(
            "{} {}",
            facts["name"].as_str().map_or("unnamed".to_owned(), |_| word(&facts["name"])),
            word(&facts["version"])
        ),
    );
    for title in ["digest", "task", "description", "intended_use"] {
        line(&title.replace('_', " "), word(&facts[title]));
    }
    let network = &facts["network"];
    if network.is_object() {
        let [target, parameters, axes] = ["target", "parameters", "spatial_dims"].map(|key| word(&network[key]));
        let [inputs, outputs] = ["in_channels", "out_channels"].map(|key| word(&network[key]));
        let shape = format!("{parameters} parameters, {axes} axes, {inputs} channel(s) in, {outputs} out");
        line("network", format!("{target}: {shape}"));
        line("weights", word(&facts["weights"]));
    }
    for (title, side) in [("input", "inputs"), ("output", "outputs")] {
        for (name, tensor) in facts[side].as_object().into_iter().flatten() {
            let known = ["type", "format", "modality", "channels", "spatial_shape", "dtype"].into_iter();
            let known = known.filter(|key| !tensor[key].is_null());
            let known: Vec<String> = known.map(|key| format!("{key} {}", word(&tensor[key]))).collect();
            line(title, format!("{name}: {}", known.join(", ")));
        }
    }
    for (number, name) in facts["labels"].as_object().into_iter().flatten() {
        line("label", format!("{number} {}", word(name)));
    }
    for (id, root) in facts["roots"].as_object().into_iter().flatten() {
        let what = match (&root["transforms"], &root["error"]) {
            (Value::Array(transforms), _) => transforms.iter().map(word).collect::<Vec<_>>().join(", "),
            (_, Value::String(error)) => format!("cannot be resolved: {error}"),
            _ if root["target"].is_string() => word(&root["target"]),
            _ => word(&root["kind"]),
        };
        line("root", format!("{id} ({}): {what}", word(&root["file"])));
    }
    for problem in facts["problems"].as_array().into_iter().flatten() {
        line("problem", word(problem));
    }
    lines.concat()
}

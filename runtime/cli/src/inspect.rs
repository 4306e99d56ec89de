//! `monai inspect BUNDLE [ID]`: what a bundle is, or the resolved value of one config item with its origin.

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use monai_bundle::{Bundle, Config, Error as BundleError, Extent, Part, Tensor, Value as Item};
use monai_pipeline::{Member, digest};
use serde_json::{Map, Value, json};

use crate::Error;
use crate::arguments::{Source, source};
use crate::print::{print, warn};

/// The items of a config that serving reads.
const ROOTS: [&str; 5] = ["network_def", "network", "preprocessing", "inferer", "postprocessing"];

/// The command's arguments.
pub fn command() -> Command {
    Command::new("inspect")
        .about("Says what a bundle is, or what one item of its config resolves to")
        .long_about(
            "Says what a bundle is. With an ID, prints one JSON object: `id`, its resolved `value` and the `parts` that made \
             it, in order. A part is an `item`, a `reference`, a `macro`, an `override`, a `merge` or an `import`, with the \
             `id`, the `file` and the `line` where it is written; the file is null where the runtime itself sets the item, \
             and `override` where `--set` does.",
        )
        .args(source())
        .arg(Arg::new("id").value_name("ID").help("An item of the config, such as network_def::channels"))
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
    let source = Source::of(arguments);
    let folder = source.folder;
    let bundle = source.bundle();
    let fail = |reason: String| Error::Inspect { bundle: folder.to_owned(), reason };
    let bundle = bundle.map_err(|error| fail(error.to_string()))?;
    if let Some(id) = arguments.get_one::<String>("id") {
        let config = bundle.config();
        let unmerged: Vec<String> = bundle
            .errors()
            .iter()
            .filter(|e| matches!(e, BundleError::Merge { .. }))
            .map(ToString::to_string)
            .collect();
        if !unmerged.is_empty() {
            return Err(fail(unmerged.join("\n")));
        }
        if config.get(id).is_none() {
            let nearest = config.nearest(id);
            return Err(Error::UnknownId { bundle: folder.to_owned(), id: id.clone(), nearest });
        }
        let lines =
            |errors: Vec<BundleError>| fail(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        print(&format!("{:#}\n", item(config, id).map_err(lines)?))?;
        warn(bundle.warnings());
        return Ok(ExitCode::SUCCESS);
    }
    let facts = facts(&source, &bundle).map_err(|error| fail(error.to_string()))?;
    print(&if arguments.get_flag("json") { format!("{facts:#}\n") } else { text(&facts) })?;
    Ok(ExitCode::SUCCESS)
}

fn item(config: &Config, id: &str) -> Result<Value, Vec<BundleError>> {
    let (value, parts) = config.trace(id)?;
    Ok(json!({"id": id, "value": value.to_json(), "parts": parts.iter().map(part).collect::<Vec<_>>()}))
}

fn part(part: &Part) -> Value {
    let place = part.place.as_ref();
    json!({
        "part": part.role.as_str(),
        "id": part.id,
        "file": place.map(|place| &*place.file),
        "line": place.and_then(|place| place.line),
    })
}

fn facts(source: &Source<'_>, bundle: &Bundle) -> Result<Value, monai_pipeline::DigestError> {
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
    let (network, weights, problems) = match source.pipeline() {
        Ok(pipeline) => {
            let networks: Vec<Value> = pipeline.members.iter().map(member).collect();
            let files: Vec<&str> = pipeline.members.iter().map(|member| member.checkpoint_file.as_str()).collect();
            match (&networks[..], &files[..]) {
                ([network], [file]) => (network.clone(), json!(file), Vec::new()),
                _ => (json!(networks), json!(files), Vec::new()),
            }
        }
        Err(report) => (Value::Null, Value::Null, report.problems.iter().map(ToString::to_string).collect()),
    };
    Ok(json!({
        "name": metadata.name,
        "version": metadata.version,
        "digest": digest(source.folder)?,
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
    let place = config.origin(id);
    let (file, line) = (&*place.file, place.line);
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
            json!({"file": file, "line": line, "target": component.target, "transforms": transforms})
        }
        Ok(other) => json!({"file": file, "line": line, "kind": other.kind()}),
        Err(error) => json!({"file": file, "line": line, "error": error.reason()}),
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
        line("root", format!("{id} ({}:{}): {what}", word(&root["file"]), root["line"]));
    }
    for problem in facts["problems"].as_array().into_iter().flatten() {
        line("problem", word(problem));
    }
    lines.concat()
}

fn member(member: &Member) -> Value {
    let network = &member.network;
    json!({
        "id": member.id,
        "target": network.target,
        "parameters": network.numbers(),
        "spatial_dims": network.spatial_dims,
        "in_channels": network.in_channels,
        "out_channels": network.out_channels,
    })
}

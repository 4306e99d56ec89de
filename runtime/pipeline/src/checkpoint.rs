//! Which file holds the weights, and whether they are this network's.

use std::collections::HashSet;

use monai_bundle::{Component, Config, Node, Value};
use monai_networks::{Network, ParameterKind};
use monai_weights::{Checkpoint, Dtype};

use crate::problem::Problems;

const USUAL: [&str; 3] = ["models/model.pt", "models/model.safetensors", "models/model.ts"];
/// Most tensors that are named one by one.
const MOST_NAMED: usize = 20;

/// A checkpoint as the config names it.
pub(crate) struct Source {
    pub(crate) file: String,
    pub(crate) key: Option<String>,
}

/// The file and the key for each of the networks with these ids: from the `CheckpointLoader` that loads it, else, for a
/// single network, the usual file.
pub(crate) fn sources(config: &Config, networks: &[&str], problems: &mut Problems) -> Option<Vec<Source>> {
    let mut loaders = Vec::new();
    if let Some(root) = config.get("") {
        find(root, "", &mut loaders);
    }
    let mut components: Vec<Component> = Vec::new();
    let mut failed = None;
    for id in &loaders {
        match config.resolve_all(id) {
            Ok(Value::Component(component)) => components.push(component),
            Ok(_) => {}
            Err(errors) => {
                problems.extend(errors);
                failed = Some(id);
            }
        }
    }
    if let Some(id) = failed {
        return file_alone(config, id).filter(|_| networks.len() == 1).map(|source| vec![source]);
    }
    match (components.as_slice(), networks) {
        ([], [_]) => usual(config, problems).map(|source| vec![source]),
        ([component], [_]) => loader(config, component, problems).map(|source| vec![source]),
        ([_, second, ..], [_]) => {
            let id = &second.id;
            problems.add(
                config.origin(id),
                id,
                "a second `CheckpointLoader`; one checkpoint for one network is supported",
            );
            None
        }
        (components, networks) => {
            let each = networks.iter().map(|network| own(config, components, network, problems));
            each.collect::<Vec<_>>().into_iter().collect()
        }
    }
}

fn usual(config: &Config, problems: &mut Problems) -> Option<Source> {
    let found = USUAL.into_iter().find(|file| config.inside(file).is_some_and(|path| path.is_file()));
    if found.is_none() {
        let reason =
            format!("no weights: the config has no `CheckpointLoader` that is enabled and there is no {}", USUAL[0]);
        problems.add(USUAL[0], "", reason);
    }
    found.map(|file| Source { file: file.to_owned(), key: None })
}

/// The source of one network among several.
fn own(config: &Config, components: &[Component], network: &str, problems: &mut Problems) -> Option<Source> {
    let loads = |component: &&Component| match component.args.get("load_dict") {
        Some(Value::Map(map)) => map.values().any(|value| matches!(value, Value::Component(own) if own.id == network)),
        _ => false,
    };
    let mut loaders = components.iter().filter(loads);
    match (loaders.next(), loaders.next()) {
        (Some(component), None) => loader(config, component, problems),
        (None, _) => {
            problems.add(config.origin(network), network, "no weights: no `CheckpointLoader` that is enabled loads it");
            None
        }
        (Some(_), Some(second)) => {
            let reason = format!("a second `CheckpointLoader` of `{network}`");
            problems.add(config.origin(&second.id), &second.id, reason);
            None
        }
    }
}

/// The source of a loader that cannot be resolved, where its path can: the file is to be looked at all the same.
fn file_alone(config: &Config, id: &str) -> Option<Source> {
    let Ok(Value::Str(path)) = config.resolve(&format!("{id}::load_path")) else { return None };
    let keys = config.get(&format!("{id}::load_dict")).map(Node::children).unwrap_or_default();
    let key = match keys.as_slice() {
        [(key, _)] => Some(key.clone()),
        _ => None,
    };
    Some(Source { file: path.strip_prefix("./").unwrap_or(&path).to_owned(), key })
}

fn find(node: &Node, id: &str, loaders: &mut Vec<String>) {
    let target = node.get("_target_").and_then(Node::as_str);
    if target.is_some_and(|target| target.rsplit('.').next() == Some("CheckpointLoader")) {
        loaders.push(id.to_owned());
        return;
    }
    for (key, item) in node.children() {
        find(item, &if id.is_empty() { key } else { format!("{id}::{key}") }, loaders);
    }
}

fn loader(config: &Config, component: &Component, problems: &mut Problems) -> Option<Source> {
    let (id, place) = (component.id.as_str(), config.origin(&component.id));
    let before = problems.count();
    for (argument, value) in &component.args {
        let supported = match argument.as_str() {
            "load_path" | "load_dict" | "map_location" | "name" => true,
            "strict" | "strict_shape" => match value {
                Value::Bool(strict) => *strict,
                Value::Str(strict) => strict.eq_ignore_ascii_case("true"),
                _ => false,
            },
            _ => false,
        };
        if !supported {
            let shown = value.to_json();
            problems.add(place, id, format!("`CheckpointLoader` does not support `{argument}` = {shown}"));
        }
    }
    let key = match component.args.get("load_dict") {
        Some(Value::Map(map)) if map.len() == 1 => map.keys().next().cloned(),
        _ => {
            problems.add(place, id, "`load_dict` is not a mapping of one key to the network");
            None
        }
    };
    let path = match component.args.get("load_path") {
        Some(Value::Str(path)) => Some(path.clone()),
        _ => {
            problems.add(place, id, "`load_path` is not a string");
            None
        }
    };
    let path = path?;
    let relative = path.strip_prefix("./").unwrap_or(&path).to_owned();
    if config.inside(&relative).is_none() {
        problems.add(place, id, format!("`load_path` `{path}` lies outside the bundle"));
    }
    (problems.count() == before).then_some(Source { file: relative, key })
}

/// Opens the checkpoint and compares names, shapes and types with the network's parameters.
pub(crate) fn open(
    config: &Config,
    source: &Source,
    network: Option<&Network>,
    problems: &mut Problems,
) -> Option<Checkpoint> {
    let path = config.inside(&source.file)?;
    let checkpoint = match Checkpoint::open(&path, source.key.as_deref()) {
        Ok(checkpoint) => checkpoint,
        Err(error) => {
            let text = error.to_string();
            let reason = text.replace(&path.display().to_string(), &source.file);
            problems.add(source.file.as_str(), "", reason);
            return None;
        }
    };
    if let Some(network) = network {
        compare(&source.file, &checkpoint, network, problems);
    }
    Some(checkpoint)
}

fn compare(file: &str, checkpoint: &Checkpoint, network: &Network, problems: &mut Problems) {
    let mut found = Vec::new();
    let mut wanted = HashSet::new();
    for parameter in &network.parameters {
        wanted.insert(parameter.name.as_str());
        let Some(entry) = checkpoint.get(&parameter.name) else {
            if parameter.kind != ParameterKind::Counter {
                found.push((
                    &parameter.name,
                    format!("is missing; the network needs it with shape {:?}", parameter.shape),
                ));
            }
            continue;
        };
        if entry.shape() != parameter.shape {
            let reason = format!("has shape {:?}, the network needs {:?}", entry.shape(), parameter.shape);
            found.push((&parameter.name, reason));
        }
        let fits = match parameter.kind {
            ParameterKind::Float => entry.dtype().is_float(),
            ParameterKind::Counter | ParameterKind::Index => entry.dtype() == Dtype::I64,
        };
        if !fits {
            let needed = if parameter.kind == ParameterKind::Float { "floating point" } else { "int64" };
            found.push((&parameter.name, format!("has dtype {}, the network needs {needed}", entry.dtype())));
        }
    }
    for entry in checkpoint.entries().iter().filter(|entry| !wanted.contains(entry.name.as_str())) {
        found.push((&entry.name, format!("is not a parameter of {}", network.target)));
    }
    let more = found.len().saturating_sub(MOST_NAMED);
    for (name, reason) in found.into_iter().take(MOST_NAMED) {
        problems.add(file, name, format!("tensor `{name}` {reason}"));
    }
    if more > 0 {
        problems.add(file, "", format!("{more} more tensors do not fit the network"));
    }
}

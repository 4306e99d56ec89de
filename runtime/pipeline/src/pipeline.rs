use std::path::{Path, PathBuf};

use monai_bundle::{Bundle, Component, Config, Metadata, Mode, Value};
use monai_networks::{Error, Network};
use monai_transforms::Transform;
use monai_weights::Checkpoint;
use serde_json::json;

use crate::chain::{PREPROCESSING, steps};
use crate::checkpoint;
use crate::digest::digest;
use crate::inferer::{self, Inferer};
use crate::keys;
use crate::problem::{Problems, Report, arguments, hint, target};

/// A bundle that can be served: every part of the serving path read and checked.
#[derive(Debug)]
pub struct Pipeline {
    /// The bundle's folder.
    pub folder: PathBuf,
    /// Digest of the folder ([`crate::digest`]).
    pub digest: String,
    /// `configs/metadata.json`.
    pub metadata: Metadata,
    /// Id of the network in the config.
    pub network_id: String,
    /// The network as a graph with its parameter table.
    pub network: Network,
    /// What is done to the image before the network, in order.
    pub preprocessing: Vec<Transform>,
    /// Key under which preprocessing takes the request's image.
    pub image_key: String,
    /// How the network is run over the image.
    pub inferer: Inferer,
    /// What is done to the network's output, in order.
    pub postprocessing: Vec<Transform>,
    /// Key under which postprocessing takes the network's output and leaves the answer.
    pub prediction_key: String,
    /// File of the weights, relative to the bundle.
    pub checkpoint_file: String,
    /// The weights: headers read and matched with the network, data still on disk.
    pub checkpoint: Checkpoint,
}

impl Pipeline {
    /// Opens a bundle's folder and checks all that serving needs. The report holds every problem that was found.
    pub fn open(folder: &Path) -> Result<Pipeline, Report> {
        let mut problems = Problems::default();
        let digest = match digest(folder) {
            Ok(digest) => Some(digest),
            Err(error) => {
                problems.add(".", "", error.to_string());
                None
            }
        };
        let bundle = match Bundle::open(folder) {
            Ok(bundle) => bundle,
            Err(error) => {
                problems.push(error);
                return Err(problems.report());
            }
        };
        problems.extend(bundle.errors().iter().cloned());
        let config = bundle.config();
        let network = network(config, &mut problems);
        let preprocessing = steps(config, PREPROCESSING, &mut problems);
        let image_key = preprocessing.as_ref().and_then(|steps| keys::image(config, steps, &mut problems));
        let axes = network.as_ref().map(|(_, network)| network.spatial_dims);
        let inferer = inferer(config, axes, &mut problems);
        let postprocessing = steps(config, "postprocessing", &mut problems);
        let prediction_key = match (&postprocessing, &image_key) {
            (Some(steps), Some(image)) => keys::prediction(config, steps, image, &mut problems),
            _ => None,
        };
        let source = checkpoint::source(config, &mut problems);
        let graph = network.as_ref().map(|(_, network)| network);
        let checkpoint = source.as_ref().and_then(|source| checkpoint::open(config, source, graph, &mut problems));
        if let Some(network) = graph {
            channels(&bundle, network, &mut problems);
        }
        let chains = (preprocessing, image_key, postprocessing, prediction_key);
        match (digest, network, inferer, source, checkpoint, chains) {
            (
                Some(digest),
                Some((network_id, network)),
                Some(inferer),
                Some(source),
                Some(checkpoint),
                (Some(preprocessing), Some(image_key), Some(postprocessing), Some(prediction_key)),
            ) if problems.count() == 0 => Ok(Pipeline {
                folder: folder.to_owned(),
                digest,
                metadata: bundle.metadata().clone(),
                network_id,
                network,
                preprocessing: preprocessing.into_iter().map(|step| step.transform).collect(),
                image_key,
                inferer,
                postprocessing: postprocessing.into_iter().map(|step| step.transform).collect(),
                prediction_key,
                checkpoint_file: source.file,
                checkpoint,
            }),
            _ => Err(problems.report()),
        }
    }
}

/// The component at a serving root.
fn component(config: &Config, id: &str, what: &str, problems: &mut Problems) -> Option<Component> {
    match config.resolve_all(id) {
        Ok(Value::Component(component)) if component.mode == Mode::Default => Some(component),
        Ok(other) => {
            problems.add(config.origin(id), id, format!("is {}, expected {what}", other.kind()));
            None
        }
        Err(errors) => {
            problems.extend(errors);
            None
        }
    }
}

fn network(config: &Config, problems: &mut Problems) -> Option<(String, Network)> {
    let Some(id) = ["network", "network_def"].into_iter().find(|id| config.get(id).is_some()) else {
        problems.add(config.origin(""), "network_def", "is missing; a bundle names its network here");
        return None;
    };
    let Some(component) = component(config, id, "a network", problems) else {
        // Its arguments are wrong, and perhaps there is no such network either.
        for id in ["network_def", "network"] {
            let parsed = target(config, id).map(|target| (Network::parse(&target, json!({})), target));
            if let Some((Err(error @ Error::UnknownNetwork { .. }), target)) = parsed {
                unsupported(config, id, &target, &error, problems);
            }
        }
        return None;
    };
    match Network::parse(&component.target, arguments(&component)) {
        Ok(network) => Some((component.id, network)),
        Err(error) => {
            unsupported(config, &component.id, &component.target, &error, problems);
            None
        }
    }
}

fn unsupported(config: &Config, id: &str, target: &str, error: &Error, problems: &mut Problems) {
    let hint = match error {
        Error::UnknownNetwork { supported, .. } => hint(target, supported.split(", ")),
        _ => String::new(),
    };
    problems.add(config.origin(id), id, format!("{error}{hint}"));
}

fn inferer(config: &Config, axes: Option<usize>, problems: &mut Problems) -> Option<Inferer> {
    if config.get("inferer").is_none() {
        problems.add(config.origin(""), "inferer", "is missing; a bundle says here how its network is run");
        return None;
    }
    let Some(component) = component(config, "inferer", "an inferer", problems) else {
        let target = target(config, "inferer").filter(|target| !inferer::is_known(target));
        if let Some(target) = target {
            problems.add(config.origin("inferer"), "inferer", inferer::unknown(&target));
        }
        return None;
    };
    // Without a network, the window says how many axes there are: its other problems are to be found all the same.
    let window = match component.args.get("roi_size") {
        Some(Value::List(extents)) => extents.len(),
        _ => 3,
    };
    match Inferer::parse(&component.target, arguments(&component), axes.unwrap_or(window)) {
        Ok(inferer) => Some(inferer),
        Err(error) => {
            problems.add(config.origin(&component.id), &component.id, error.to_string());
            None
        }
    }
}

/// The metadata must not promise other channels than the network has.
fn channels(bundle: &Bundle, network: &Network, problems: &mut Problems) {
    let metadata = bundle.metadata();
    let sides =
        [("inputs", &metadata.inputs, network.in_channels), ("outputs", &metadata.outputs, network.out_channels)];
    for (side, tensors, expected) in sides {
        let [(name, tensor)] = tensors.iter().collect::<Vec<_>>()[..] else { continue };
        if let Some(found) = tensor.channels
            && found != expected as u64
        {
            let id = format!("network_data_format::{side}::{name}::num_channels");
            let place = bundle.config().origin(&format!("_meta_::{id}"));
            problems.add(place, &id, format!("is {found}, the network has {expected}"));
        }
    }
}

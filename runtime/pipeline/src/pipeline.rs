use std::path::{Path, PathBuf};

use monai_bundle::{Bundle, Config, Metadata, Value};
use monai_networks::Network;
use monai_transforms::{Format, Transform, leading_voxelwise};
use monai_weights::Checkpoint;
use serde_json::json;

use crate::answer::{Answer, AnswerKind};
use crate::chain::{PREPROCESSING, Step, steps};
use crate::checkpoint;
use crate::digest::digest;
use crate::inferer::{self, Inferer};
use crate::input::Input;
use crate::item::Items;
use crate::keys;
use crate::member::{self, Candidate, Member};
use crate::problem::{Problems, Report, arguments, component, target};

/// A bundle that can be served: every part of the serving path read and checked.
#[derive(Debug)]
pub struct Pipeline {
    /// The bundle's folder.
    pub folder: PathBuf,
    /// Digest of the folder ([`crate::digest`]).
    pub digest: String,
    /// `configs/metadata.json`.
    pub metadata: Metadata,
    /// The networks with their weights: one, or those of an ensemble, which have channels and axes in common.
    pub members: Vec<Member>,
    /// What is done to the image before the network, in order.
    pub preprocessing: Vec<Transform>,
    /// What a request brings.
    pub input: Input,
    /// How each network is run over the image.
    pub inferer: Inferer,
    /// What is done to the networks' outputs, in order. Where the bundle takes no image back onto the input's grid, that is
    /// added at the end: an image that is the answer always lies on it.
    pub postprocessing: Vec<Transform>,
    /// What a request gets back.
    pub answer: Answer,
}

impl Pipeline {
    /// Opens a bundle's folder and checks all that serving needs. The report holds every problem that was found.
    ///
    /// # Errors
    /// The bundle cannot be served.
    pub fn open(folder: &Path) -> Result<Pipeline, Report> {
        Pipeline::open_with(folder, &[], &[])
    }

    /// The same of other config files of the bundle and with items of them overridden, as [`Bundle::open_with`] takes both. The
    /// digest stays that of the folder.
    ///
    /// # Errors
    /// What is asked for cannot be served.
    pub fn open_with(folder: &Path, files: &[&str], overrides: &[(&str, &str)]) -> Result<Pipeline, Report> {
        let mut problems = Problems::default();
        let digest = match digest(folder) {
            Ok(digest) => Some(digest),
            Err(error) => {
                problems.add(".", "", error.to_string());
                None
            }
        };
        let bundle = match Bundle::open_with(folder, files, overrides) {
            Ok(bundle) => bundle,
            Err(error) => {
                problems.push(error);
                return Err(problems.report());
            }
        };
        problems.extend(bundle.errors().iter().cloned());
        let config = bundle.config();
        let candidates = member::candidates(config, &mut problems);
        let first = candidates.as_ref().map(|candidates| &candidates[0].network);
        let preprocessing = steps(config, PREPROCESSING, &mut problems);
        let mut items = Items::default();
        preprocessing.iter().for_each(|steps| items.gather(steps, [keys::first_loaded(steps)]));
        let image = preprocessing.as_ref().and_then(|steps| keys::image(config, steps, &items.0, &mut problems));
        let inferer = inferer(config, first.map(|network| network.spatial_dims), &mut problems);
        if let Some((inferer, network)) = inferer.as_ref().zip(first) {
            windows(config, inferer, network, &mut problems);
        }
        let postprocessing = steps(config, "postprocessing", &mut problems);
        let answer = match (&postprocessing, &image, &candidates) {
            (Some(steps), Some((image, keys)), Some(candidates)) => {
                let outputs = candidates.iter().map(|candidate| candidate.key.clone());
                let mut keys = keys.clone();
                keys.add_outputs(image, outputs);
                items.gather(steps, keys.names());
                keys.add(items.0.iter().map(|item| item.key.clone()));
                keys::answer(config, steps, keys, image, &mut problems)
                    .and_then(|key| answer(config, steps, key, &candidates[0].network, &mut problems))
            }
            _ => None,
        };
        // Without a network, its weights are looked at all the same.
        let ids: Vec<&str> = match &candidates {
            Some(candidates) => candidates.iter().map(|candidate| candidate.id.as_str()).collect(),
            None => vec![""],
        };
        let sources = checkpoint::sources(config, &ids, &mut problems);
        let opened: Vec<Option<Checkpoint>> = sources
            .iter()
            .flatten()
            .enumerate()
            .map(|(index, source)| {
                let network = candidates.as_ref().map(|candidates| &candidates[index].network);
                checkpoint::open(config, source, network, &mut problems)
            })
            .collect();
        if let Some(network) = first {
            channels(&bundle, network, &mut problems);
        }
        let checkpoints: Option<Vec<Checkpoint>> = opened.into_iter().collect();
        let chains = (preprocessing, image, postprocessing, answer);
        match (digest, candidates, inferer, sources, checkpoints, chains) {
            (
                Some(digest),
                Some(candidates),
                Some(inferer),
                Some(sources),
                Some(checkpoints),
                (Some(preprocessing), Some((key, _)), Some(postprocessing), Some(answer)),
            ) if problems.count() == 0 => {
                let channels = candidates[0].network.in_channels;
                let mut postprocessing: Vec<_> = postprocessing.into_iter().map(|step| step.transform).collect();
                postprocessing.extend(restoration(&postprocessing, &answer, &key));
                let input = Input::new(key, items.0, bundle.metadata(), channels, &preprocessing);
                let weights = sources.into_iter().zip(checkpoints);
                let member = |(Candidate { id, network, key }, (source, checkpoint)): (_, (checkpoint::Source, _))| {
                    Member { id, network, checkpoint_file: source.file, checkpoint, key }
                };
                Ok(Pipeline {
                    folder: folder.to_owned(),
                    digest,
                    metadata: bundle.metadata().clone(),
                    members: candidates.into_iter().zip(weights).map(member).collect(),
                    preprocessing: preprocessing.into_iter().map(|step| step.transform).collect(),
                    input,
                    inferer,
                    postprocessing,
                    answer,
                })
            }
            _ => Err(problems.report()),
        }
    }

    /// The network: of an ensemble the first, to which the others are alike.
    pub fn network(&self) -> &Network {
        &self.members[0].network
    }

    /// Postprocessing in two parts. The first, voxelwise transforms of the networks' outputs, is applied to each part of an
    /// output as soon as it is stitched, so that of many classes only the last transform's result is ever whole.
    pub fn fused(&self) -> (&[Transform], &[Transform]) {
        let keys: Vec<&str> = self.members.iter().map(|member| member.key.as_str()).collect();
        self.postprocessing.split_at(leading_voxelwise(&self.postprocessing, &keys))
    }

    /// Whether postprocessing reads the voxels of the image that the networks saw.
    pub fn keeps_image(&self) -> bool {
        self.postprocessing.iter().any(|transform| transform.reads(&self.input.key))
    }

    /// Number of spatial axes of the images that it takes.
    pub fn spatial_dims(&self) -> usize {
        self.inferer.spatial_dims(self.network().spatial_dims)
    }
}

/// What takes the answer back onto the input's grid, where no transform does.
fn restoration(postprocessing: &[Transform], answer: &Answer, image: &str) -> Option<Transform> {
    let restores = |transform: &Transform| match transform {
        Transform::Invertd(_) => true,
        Transform::SaveImaged(save) => save.resample.0,
        _ => false,
    };
    if answer.kind == AnswerKind::Scores || postprocessing.iter().any(restores) {
        return None;
    }
    let arguments = json!({
        "keys": answer.key, "transform": PREPROCESSING, "orig_keys": image, "nearest_interp": true,
    });
    Some(Transform::parse("Invertd", arguments).expect("these are its arguments"))
}

/// The form of the answer under `key`.
fn answer(config: &Config, steps: &[Step], key: String, network: &Network, problems: &mut Problems) -> Option<Answer> {
    let vector = network.output_shape(&network.multiple_of).is_ok_and(|shape| shape.spatial.is_empty());
    let mut kind = if vector { AnswerKind::Scores } else { AnswerKind::Image(Format::NiftiGz) };
    for Step { id, transform } in steps {
        let given = match transform {
            Transform::SaveImaged(save) => save.format().ok().map(AnswerKind::Image),
            Transform::SaveClassificationd(_) => Some(AnswerKind::Scores),
            _ => None,
        };
        let Some(given) = given.filter(|_| transform.keys().as_slice().contains(&key)) else { continue };
        if vector != (given == AnswerKind::Scores) {
            let what = if vector { "a vector" } else { "an image" };
            problems.add(config.origin(id), id, format!("`{}` of a network that gives {what}", transform.name()));
            return None;
        }
        kind = given;
    }
    Some(Answer { key, kind })
}

fn inferer(config: &Config, axes: Option<usize>, problems: &mut Problems) -> Option<Inferer> {
    if config.get("inferer").is_none() {
        problems.add(config.origin(""), "inferer", "is missing; a bundle says here how its network is run");
        return None;
    }
    let Some(component) = component(config, "inferer", "an inferer", config.resolve_all("inferer"), problems) else {
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

/// The network must take the inferer's windows, and give them back in their size.
fn windows(config: &Config, inferer: &Inferer, network: &Network, problems: &mut Problems) {
    let Some(window) = inferer.fixed_window() else { return };
    let reason = match network.output_shape(&window) {
        Ok(output) if output.spatial == window => return,
        Ok(output) => format!(
            "the network gives {:?} voxels for a window of {window:?}; supported are outputs of the window's size",
            output.spatial
        ),
        Err(error) => format!("the network does not take its windows: {error}"),
    };
    problems.add(config.origin("inferer"), "inferer", reason);
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

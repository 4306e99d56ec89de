//! The networks whose outputs the answer is made of: one, or those of MONAI's `EnsembleEvaluator`.

use monai_bundle::{Component, Config, Value};
use monai_networks::{Error, Network};
use monai_weights::Checkpoint;
use serde_json::json;

use crate::problem::{Problems, arguments, component, hint, target};

/// `monai.utils.CommonKeys.PRED`: where MONAI's evaluator puts a network's output.
const PREDICTION: &str = "pred";
const EVALUATOR: &str = "evaluator";

/// A network with its weights.
#[derive(Debug)]
pub struct Member {
    /// Id of the network in the config.
    pub id: String,
    /// The network as a graph with its parameter table.
    pub network: Network,
    /// File of the weights, relative to the bundle.
    pub checkpoint_file: String,
    /// The weights: headers read and matched with the network, data still on disk.
    pub checkpoint: Checkpoint,
    /// Key under which postprocessing takes the network's output.
    pub key: String,
}

/// A network before its weights are known.
pub(crate) struct Candidate {
    pub(crate) id: String,
    pub(crate) network: Network,
    pub(crate) key: String,
}

/// The networks of the config: none where one has a problem.
pub(crate) fn candidates(config: &Config, problems: &mut Problems) -> Option<Vec<Candidate>> {
    if target(config, EVALUATOR).is_some_and(|target| target.rsplit('.').next() == Some("EnsembleEvaluator")) {
        return ensemble(config, problems);
    }
    let Some(id) = ["network", "network_def"].into_iter().find(|id| config.get(id).is_some()) else {
        problems.add(config.origin(""), "network_def", "is missing; a bundle names its network here");
        return None;
    };
    let resolved = config.resolve_all(id);
    let Some(component) = component(config, id, "a network", resolved, problems) else {
        // Its arguments are wrong, and perhaps there is no such network either.
        for id in ["network_def", "network"] {
            let parsed = target(config, id).map(|target| (Network::parse(&target, json!({})), target));
            if let Some((Err(error @ Error::UnknownNetwork { .. }), target)) = parsed {
                unsupported(config, id, &target, &error, problems);
            }
        }
        return None;
    };
    Some(vec![candidate(config, &component, PREDICTION.to_owned(), problems)?])
}

fn ensemble(config: &Config, problems: &mut Problems) -> Option<Vec<Candidate>> {
    let before = problems.count();
    let id = format!("{EVALUATOR}::networks");
    let components: Vec<Component> = match config.resolve_all(&id) {
        Ok(Value::List(values)) if !values.is_empty() => {
            let each = values.into_iter().map(Ok);
            each.filter_map(|value| component(config, &id, "a network", value, problems)).collect()
        }
        Ok(other) => {
            problems.add(config.origin(&id), &id, format!("is {}, expected a list of networks", other.kind()));
            return None;
        }
        Err(errors) => {
            problems.extend(errors);
            return None;
        }
    };
    let id = format!("{EVALUATOR}::pred_keys");
    let keys: Vec<String> = match config.get(&id).map(|_| config.resolve_all(&id)) {
        None | Some(Ok(Value::Null)) => (0..components.len()).map(|index| format!("{PREDICTION}_{index}")).collect(),
        Some(Ok(Value::Str(key))) => vec![key],
        Some(Ok(Value::List(keys))) => keys
            .into_iter()
            .filter_map(|key| match key {
                Value::Str(key) | Value::Symbol(key) => Some(key),
                _ => None,
            })
            .collect(),
        Some(Ok(other)) => {
            problems.add(config.origin(&id), &id, format!("is {}, expected a list of keys", other.kind()));
            return None;
        }
        Some(Err(errors)) => {
            problems.extend(errors);
            return None;
        }
    };
    if problems.count() == before && keys.len() != components.len() {
        let reason = format!("has {} keys for {} networks", keys.len(), components.len());
        problems.add(config.origin(&id), &id, reason);
    }
    let pairs = components.iter().zip(keys);
    let members: Vec<_> = pairs.filter_map(|(component, key)| candidate(config, component, key, problems)).collect();
    let form = |member: &Candidate| {
        let network = &member.network;
        (network.spatial_dims, network.in_channels, network.out_channels)
    };
    if let Some(other) = members.iter().find(|member| form(member) != form(&members[0])) {
        let shown = |(axes, inputs, outputs)| format!("{axes} spatial axes, {inputs} channels in and {outputs} out");
        let (found, expected) = (shown(form(other)), shown(form(&members[0])));
        let reason = format!("has {found}, the ensemble's first network has {expected}");
        problems.add(config.origin(&other.id), &other.id, reason);
    }
    (problems.count() == before).then_some(members)
}

fn candidate(config: &Config, component: &Component, key: String, problems: &mut Problems) -> Option<Candidate> {
    match Network::parse(&component.target, arguments(component)) {
        Ok(network) => Some(Candidate { id: component.id.clone(), network, key }),
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

//! `Compose`: a root of the config becomes a flat list of transforms, all problems of it collected.

use monai_bundle::{Component, Config, Mode, Node, Value};
use monai_transforms::Transform;
use serde_json::Value as Json;

use crate::keys::LABEL;
use crate::problem::{Problems, arguments, hint, target};

/// The root whose transforms `Invertd` may name.
pub(crate) const PREPROCESSING: &str = "preprocessing";

/// A transform and the id of the config item that it was read from.
pub(crate) struct Step {
    pub(crate) id: String,
    pub(crate) transform: Transform,
}

/// Who says whether a transform is lazy.
#[derive(Clone, Copy)]
enum Laziness {
    /// Nobody yet.
    Outside,
    /// A `Compose`.
    Compose(bool),
    /// The transform: the `lazy` of its `Compose` is null.
    Transform,
}

impl Laziness {
    /// Within a `Compose` with this argument `lazy`; the outermost one decides.
    fn within(self, config: &Config, id: &str, argument: Option<&Value>, problems: &mut Problems) -> Laziness {
        match (self, argument) {
            (Laziness::Outside, Some(Value::Null)) => Laziness::Transform,
            (Laziness::Outside, argument) => Laziness::Compose(argument == Some(&Value::Bool(true))),
            (Laziness::Compose(false), _) => Laziness::Compose(false),
            (lazy, _) => {
                problems.add(config.origin(id), id, "a `Compose` within one that is lazy is not supported");
                lazy
            }
        }
    }
}

/// The transforms of the item `id`, in order: none where the config has no such item, `None` where one has a problem.
pub(crate) fn steps(config: &Config, id: &str, problems: &mut Problems) -> Option<Vec<Step>> {
    let before = problems.count();
    let mut components = Vec::new();
    if config.get(id).is_some() {
        gather(config, id, Laziness::Outside, &mut components, problems);
    }
    let step = |(component, laziness): &(Component, Laziness)| {
        let transform = transform(config, component, *laziness, problems)?;
        Some(Step { id: component.id.clone(), transform })
    };
    let steps: Vec<Step> = components.iter().filter_map(step).collect();
    (problems.count() == before).then_some(steps)
}

fn is_compose(target: &str) -> bool {
    matches!(target, "Compose" | "monai.transforms.Compose" | "monai.transforms.compose.Compose")
}

/// Resolves each transform of a written-out list alone, so that one bad transform does not hide the next.
fn gather(
    config: &Config,
    id: &str,
    laziness: Laziness,
    components: &mut Vec<(Component, Laziness)>,
    problems: &mut Problems,
) {
    if let Some(map) = config.get(id).and_then(Node::as_map)
        && map.get("_target_").and_then(Node::as_str).is_some_and(is_compose)
        && let Some(items) = map.get("transforms").and_then(Node::as_list)
        && !map.keys().any(|key| matches!(key.as_str(), "_disabled_" | "_requires_" | "_mode_"))
    {
        let mut lazy = None;
        for argument in map.keys().filter(|key| !key.starts_with('_') && *key != "transforms") {
            match config.resolve_all(&format!("{id}::{argument}")) {
                Ok(value) => {
                    check_compose(config, id, argument, &value, problems);
                    lazy = if argument == "lazy" { Some(value) } else { lazy };
                }
                Err(errors) => problems.extend(errors),
            }
        }
        let laziness = laziness.within(config, id, lazy.as_ref(), problems);
        for index in 0..items.len() {
            gather(config, &format!("{id}::transforms::{index}"), laziness, components, problems);
        }
        return;
    }
    match config.resolve_all(id) {
        Ok(value) => flatten(config, id, value, laziness, components, problems),
        Err(errors) => {
            problems.extend(errors);
            // Its arguments are wrong, and perhaps there is no such transform either.
            if let Some(target) = target(config, id).filter(|target| !is_compose(target) && !is_known(target)) {
                problems.add(config.origin(id), id, unknown(&target));
            }
        }
    }
}

/// Where MONAI has the transforms that are not in `monai.transforms`.
const APPS: [(&str, &[&str]); 5] = [
    (
        "monai.apps.deepedit",
        &["AddGuidanceFromPointsDeepEditd", "AddGuidanceSignalDeepEditd", "ResizeGuidanceMultipleLabelDeepEditd"],
    ),
    ("monai.apps.detection", &["AffineBoxToWorldCoordinated", "ClipBoxToImaged", "ConvertBoxModed"]),
    ("monai.apps.nuclick", &["AddClickSignalsd", "AddLabelAsGuidanced"]),
    ("monai.apps.pathology", &["HoVerNetInstanceMapPostProcessingd", "HoVerNetNuclearTypePostProcessingd"]),
    ("monai.apps.vista3d", &["VistaPostTransformd", "VistaPreTransformd"]),
];

/// Whether MONAI's name of a transform, alone or with its module, is that of one that is built here.
fn is_known(target: &str) -> bool {
    let (path, name) = target.rsplit_once('.').unwrap_or(("", target));
    let package =
        APPS.iter().find(|(_, names)| names.contains(&name)).map_or("monai.transforms", |(package, _)| package);
    let within = path.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    (path.is_empty() || within) && Transform::NAMES.contains(&name)
}

fn unknown(target: &str) -> String {
    let (path, name) = target.rsplit_once('.').unwrap_or(("", target));
    let why = if path == "scripts" || path.starts_with("scripts.") {
        "; it is Python of the bundle's own, which is never run".to_owned()
    } else if name.starts_with("Rand") {
        "; it is random, and an answer must not depend on chance".to_owned()
    } else {
        hint(target, Transform::NAMES.iter().copied())
    };
    format!("the transform `{target}` is not supported{why}")
}

fn flatten(
    config: &Config,
    id: &str,
    value: Value,
    laziness: Laziness,
    components: &mut Vec<(Component, Laziness)>,
    problems: &mut Problems,
) {
    match value {
        Value::Null => {}
        Value::List(values) => {
            // MONAI's datasets put a list into a `Compose`.
            let laziness = if let Laziness::Outside = laziness { Laziness::Compose(false) } else { laziness };
            values.into_iter().for_each(|value| flatten(config, id, value, laziness, components, problems));
        }
        Value::Component(component) if is_compose(&component.target) && component.mode == Mode::Default => {
            let laziness = laziness.within(config, &component.id, component.args.get("lazy"), problems);
            for (argument, value) in component.args {
                match argument.as_str() {
                    "transforms" => flatten(config, &component.id, value, laziness, components, problems),
                    argument => check_compose(config, &component.id, argument, &value, problems),
                }
            }
        }
        Value::Component(component) => components.push((component, laziness)),
        other => {
            problems.add(config.origin(id), id, format!("is {}, expected a transform", other.kind()));
        }
    }
}

fn check_compose(config: &Config, id: &str, argument: &str, value: &Value, problems: &mut Problems) {
    let default = match argument {
        "map_items" => matches!(value, Value::Bool(_)),
        "unpack_items" | "log_stats" => *value == Value::Bool(false),
        "lazy" => matches!(value, Value::Bool(_) | Value::Null),
        "overrides" => *value == Value::Null,
        _ => false,
    };
    if !default {
        let shown = value.to_json();
        problems.add(config.origin(id), id, format!("`Compose` does not support `{argument}` = {shown}"));
    }
}

/// The keys of an argument `keys`.
fn keys(given: &Json) -> Vec<&str> {
    match given {
        Json::Array(keys) => keys.iter().filter_map(Json::as_str).collect(),
        key => key.as_str().into_iter().collect(),
    }
}

fn transform(config: &Config, component: &Component, laziness: Laziness, problems: &mut Problems) -> Option<Transform> {
    let id = component.id.as_str();
    let place = config.origin(id);
    if component.mode != Mode::Default {
        problems.add(place, id, "`_mode_` `callable` is not supported for a transform");
        return None;
    }
    if !is_known(&component.target) {
        problems.add(place, id, unknown(&component.target));
        return None;
    }
    let mut given = arguments(component);
    if keys(&given["keys"]).contains(&LABEL) {
        given["allow_missing_keys"] = Json::from(true);
    }
    if Transform::LAZY.contains(&component.name()) {
        match laziness {
            Laziness::Outside => given["lazy"] = Json::from(false),
            Laziness::Compose(lazy) => given["lazy"] = Json::from(lazy),
            Laziness::Transform => {}
        }
    }
    if component.name() == "Invertd" {
        match component.args.get("transform") {
            Some(Value::Component(inverted)) if inverted.id == PREPROCESSING => {
                given["transform"] = Json::from(format!("@{PREPROCESSING}"));
            }
            _ => {
                problems.add(
                    place,
                    id,
                    format!("`transform` is not `@{PREPROCESSING}`; only preprocessing is inverted"),
                );
                return None;
            }
        }
    }
    match Transform::parse(&component.target, given) {
        Ok(Transform::AddClickSignalsd(_)) => {
            let reason = "`AddClickSignalsd` makes a picture of each click; one network run for one image is supported";
            problems.add(place, id, reason);
            None
        }
        Ok(transform) => Some(transform),
        Err(error) => {
            problems.add(place, id, error.to_string());
            None
        }
    }
}

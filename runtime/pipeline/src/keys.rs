//! Which key of MONAI's data dictionary holds the image and which the answer. A request brings one image, with what guides
//! the network to it, and takes one answer.

use std::collections::BTreeSet;

use monai_bundle::Config;
use monai_transforms::Transform;

use crate::chain::Step;
use crate::item::{self, Item};
use crate::problem::Problems;

/// `monai.utils.CommonKeys.IMAGE` and `.PRED`: what MONAI's evaluator takes where no transform says otherwise.
const IMAGE: &str = "image";
const PREDICTION: &str = "pred";
/// `monai.utils.CommonKeys.LABEL`: the truth, which no request brings. What a bundle does to it in the same step as to the
/// image is left out.
pub(crate) const LABEL: &str = "label";

/// The keys of a sample between two steps.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    there: BTreeSet<String>,
    /// Those of images whose place `FromMetaTensord` took, and of what came after it.
    placeless: BTreeSet<String>,
}

impl Keys {
    /// Those that are there.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.there.iter().cloned()
    }

    /// Adds what comes with the image.
    pub(crate) fn add(&mut self, keys: impl IntoIterator<Item = String>) {
        self.there.extend(keys);
    }

    /// Adds what networks make of the image under `image`.
    pub(crate) fn add_outputs(&mut self, image: &str, outputs: impl Iterator<Item = String> + Clone) {
        if self.placeless.contains(image) {
            self.placeless.extend(outputs.clone());
        }
        self.add(outputs);
    }

    /// Takes them through a transform.
    fn change(&mut self, transform: &Transform) {
        if let Transform::FromMetaTensord(bare) = transform {
            self.placeless.extend(bare.keys.as_slice().iter().cloned());
        }
        let before = self.there.clone();
        transform.change_keys(&mut self.there);
        // What is new may be made of them.
        if !self.placeless.is_empty() {
            self.placeless.extend(self.there.difference(&before).cloned());
        }
    }
}

fn loads(preprocessing: &[Step]) -> impl Iterator<Item = &Step> {
    preprocessing.iter().filter(|step| matches!(step.transform, Transform::LoadImaged(_)))
}

/// The first key that `LoadImaged` fills, the one that evaluators take where there is none.
pub(crate) fn first_loaded(preprocessing: &[Step]) -> String {
    let mut keys = loads(preprocessing).flat_map(|step| step.transform.keys().as_slice());
    keys.find(|key| *key != LABEL).cloned().unwrap_or_else(|| IMAGE.to_owned())
}

/// The key that `LoadImaged` fills, and all keys that there are after preprocessing. `items` come with the image.
pub(crate) fn image(
    config: &Config,
    preprocessing: &[Step],
    items: &[Item],
    problems: &mut Problems,
) -> Option<(String, Keys)> {
    let beside: Vec<&str> = items.iter().map(|item| item.key.as_str()).chain([LABEL]).collect();
    let key = only(config, loads(preprocessing), &beside, problems)?.unwrap_or_else(|| IMAGE.to_owned());
    let mut keys = Keys::default();
    keys.add(items.iter().map(|item| item.key.clone()).chain([key.clone()]));
    if !follow(config, preprocessing, &mut keys, problems) {
        return None;
    }
    if !keys.there.contains(&key) {
        problems.add(config.origin(""), "preprocessing", format!("leaves no image `{key}` for the network"));
        return None;
    }
    Some((key, keys))
}

/// The key that `SaveImaged` or `SaveClassificationd` writes. `keys` are those that there are before postprocessing, the
/// networks' outputs among them; `image` is that of the request's image.
pub(crate) fn answer(
    config: &Config,
    postprocessing: &[Step],
    mut keys: Keys,
    image: &str,
    problems: &mut Problems,
) -> Option<String> {
    let saves = postprocessing
        .iter()
        .filter(|step| matches!(step.transform, Transform::SaveImaged(_) | Transform::SaveClassificationd(_)));
    let key = only(config, saves.clone(), &[LABEL], problems)?.unwrap_or_else(|| PREDICTION.to_owned());
    if let Some(save) = saves.clone().next().filter(|_| key == image) {
        let name = save.transform.name();
        let reason = format!("`{name}` saves `{key}`, the image itself; expected the prediction");
        problems.add(config.origin(&save.id), &save.id, reason);
        return None;
    }
    if !follow(config, postprocessing, &mut keys, problems) {
        return None;
    }
    if !keys.there.contains(&key) {
        let reason = format!("leaves no `{key}` for the answer, and no `SaveImaged` names another key");
        problems.add(config.origin(""), "postprocessing", reason);
        return None;
    }
    Some(key)
}

/// The one key of the one step, `beside` those that do not count; none without a step.
fn only<'a>(
    config: &Config,
    mut steps: impl Iterator<Item = &'a Step>,
    beside: &[&str],
    problems: &mut Problems,
) -> Option<Option<String>> {
    let own = |step: &Step| -> Vec<String> {
        step.transform.keys().as_slice().iter().filter(|key| !beside.contains(&key.as_str())).cloned().collect()
    };
    let Some(first) = steps.find(|step| !own(step).is_empty()) else { return Some(None) };
    if let Some(second) = steps.find(|step| !own(step).is_empty()) {
        let reason = format!("a second `{}`; one image in and one out are supported", second.transform.name());
        problems.add(config.origin(&second.id), &second.id, reason);
        return None;
    }
    let mut keys = own(first);
    if let [key] = keys.as_mut_slice() {
        return Some(Some(std::mem::take(key)));
    }
    let (name, found) = (first.transform.name(), keys.join("`, `"));
    let reason = format!("`{name}` has the keys `{found}`; one image in and one out are supported");
    problems.add(config.origin(&first.id), &first.id, reason);
    None
}

/// Takes the keys through the steps; says whether every key that a step needs is there when a request runs, and whether
/// nothing moves an image behind `FromMetaTensord`: MONAI takes it there as one that lies nowhere.
fn follow(config: &Config, steps: &[Step], keys: &mut Keys, problems: &mut Problems) -> bool {
    let before = problems.count();
    for Step { id, transform } in steps {
        let guides = item::read(transform).into_iter().filter(|item| item.required).map(|item| item.key);
        let needed = needed(transform).into_iter().map(str::to_owned).chain(guides);
        for key in needed.filter(|key| !keys.there.contains(key)) {
            let there = keys.there.iter().map(String::as_str).collect::<Vec<_>>().join("` and `");
            let reason = format!("`{}` needs the key `{key}`; a request has only `{there}`", transform.name());
            problems.add(config.origin(id), id, reason);
        }
        if Transform::LAZY.contains(&transform.name())
            && let Some(key) = transform.keys().as_slice().iter().find(|key| keys.placeless.contains(*key))
        {
            let reason = format!("`{}` of `{key}`, whose place `FromMetaTensord` took from it", transform.name());
            problems.add(config.origin(id), id, reason);
        }
        keys.change(transform);
    }
    problems.count() == before
}

fn needed(transform: &Transform) -> Vec<&str> {
    let mut keys: Vec<&str> = Vec::new();
    let others = matches!(transform, Transform::DeleteItemsd(_) | Transform::FlattenSubKeysd(_));
    if !transform.allows_missing_keys() && !others {
        keys.extend(transform.keys().as_slice().iter().map(String::as_str));
    }
    match transform {
        Transform::CropForegroundd(crop) => keys.push(&crop.source_key),
        Transform::HoVerNetInstanceMapPostProcessingd(hover) => keys.push(&hover.hover_map_key),
        Transform::HoVerNetNuclearTypePostProcessingd(types) => {
            keys.extend([types.instance_map_key.as_str(), &types.instance_info_key]);
        }
        Transform::MaskIntensityd(mask) => keys.push(&mask.mask_key),
        Transform::Invertd(invert) => {
            keys.extend(invert.orig_keys.iter().flat_map(|orig| orig.as_slice()).map(String::as_str));
        }
        _ => {}
    }
    keys
}

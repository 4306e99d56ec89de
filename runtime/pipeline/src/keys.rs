//! Which key of MONAI's data dictionary holds the image and which the prediction. Every other key is a problem: a request
//! brings one image and takes one answer.

use monai_bundle::Config;
use monai_transforms::Transform;

use crate::chain::Step;
use crate::problem::Problems;

/// `monai.utils.CommonKeys.IMAGE` and `.PRED`: what MONAI's evaluator takes where no transform says otherwise.
const IMAGE: &str = "image";
const PREDICTION: &str = "pred";

/// The key that `LoadImaged` fills.
pub(crate) fn image(config: &Config, preprocessing: &[Step], problems: &mut Problems) -> Option<String> {
    let loads = preprocessing.iter().filter(|step| matches!(step.transform, Transform::LoadImaged(_)));
    let key = only(config, loads, IMAGE, problems)?;
    known(config, preprocessing, &[&key], problems).then_some(key)
}

/// The key that `SaveImaged` writes: the network's output goes there.
pub(crate) fn prediction(
    config: &Config,
    postprocessing: &[Step],
    image: &str,
    problems: &mut Problems,
) -> Option<String> {
    let saves = postprocessing.iter().filter(|step| matches!(step.transform, Transform::SaveImaged(_)));
    let key = only(config, saves.clone(), PREDICTION, problems)?;
    if let Some(save) = saves.clone().next().filter(|_| key == image) {
        let reason = format!("`SaveImaged` saves `{key}`, the image itself; expected the prediction");
        problems.add(config.origin(&save.id), &save.id, reason);
        return None;
    }
    known(config, postprocessing, &[image, &key], problems).then_some(key)
}

/// The one key of the one step, `usual` without a step.
fn only<'a>(
    config: &Config,
    mut steps: impl Iterator<Item = &'a Step>,
    usual: &str,
    problems: &mut Problems,
) -> Option<String> {
    let Some(Step { id, transform }) = steps.next() else { return Some(usual.to_owned()) };
    if let Some(second) = steps.next() {
        let reason = format!("a second `{}`; one image in and one out are supported", transform.name());
        problems.add(config.origin(&second.id), &second.id, reason);
        return None;
    }
    match transform.keys().as_slice() {
        [key] => Some(key.clone()),
        keys => {
            let (name, found) = (transform.name(), keys.join("`, `"));
            let reason = format!("`{name}` has the keys `{found}`; one image in and one out are supported");
            problems.add(config.origin(id), id, reason);
            None
        }
    }
}

/// Whether every key that a step needs is there when a request runs.
fn known(config: &Config, steps: &[Step], keys: &[&str], problems: &mut Problems) -> bool {
    let before = problems.count();
    for Step { id, transform } in steps {
        for key in needed(transform).into_iter().filter(|key| !keys.contains(key)) {
            let there = keys.join("` and `");
            let reason = format!("`{}` needs the key `{key}`; a request has only `{there}`", transform.name());
            problems.add(config.origin(id), id, reason);
        }
    }
    problems.count() == before
}

fn needed(transform: &Transform) -> Vec<&str> {
    let mut keys: Vec<&str> = Vec::new();
    if !transform.allows_missing_keys() {
        keys.extend(transform.keys().as_slice().iter().map(String::as_str));
    }
    match transform {
        Transform::CropForegroundd(crop) => keys.push(&crop.source_key),
        Transform::MaskIntensityd(mask) => keys.push(&mask.mask_key),
        Transform::Invertd(invert) => {
            keys.extend(invert.orig_keys.iter().flat_map(|orig| orig.as_slice()).map(String::as_str));
        }
        _ => {}
    }
    keys
}

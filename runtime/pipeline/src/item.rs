//! What a request may bring beside the image: clicks, prompts, a mask.

use std::collections::BTreeSet;

use monai_transforms::{AddClickSignalsd, Transform, VistaPostTransformd};

use crate::chain::Step;

/// One of the things that a request may bring beside the image, under its key in MONAI's data dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The key; a part of a request has it as its name.
    pub key: String,
    /// Its form.
    pub kind: ItemKind,
    /// Whether there is no answer without it.
    pub required: bool,
}

/// The form of an [`Item`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// An image of one channel on the grid of the image.
    Image,
    /// JSON: points, labels, prompts.
    Value,
}

/// The items of a pipeline.
#[derive(Debug, Default)]
pub(crate) struct Items(pub(crate) Vec<Item>);

impl Items {
    /// Adds what the steps read that is neither among the keys nor made by a step before.
    pub(crate) fn gather(&mut self, steps: &[Step], keys: impl IntoIterator<Item = String>) {
        let mut keys: BTreeSet<String> = keys.into_iter().collect();
        for Step { transform, .. } in steps {
            for item in read(transform).into_iter().filter(|item| !keys.contains(&item.key)) {
                match self.0.iter_mut().find(|other| other.key == item.key) {
                    Some(other) => other.required |= item.required,
                    None => self.0.push(item),
                }
            }
            transform.change_keys(&mut keys);
        }
    }
}

/// What a transform reads of the dictionary beside the images of its keys.
pub(crate) fn read(transform: &Transform) -> Vec<Item> {
    let item = |key: &str, kind, required| Item { key: key.to_owned(), kind, required };
    let value = |key: &str| item(key, ItemKind::Value, true);
    let prompt = |key: &str| item(key, ItemKind::Value, false);
    match transform {
        Transform::AddClickSignalsd(add) => vec![value(&add.foreground), prompt(AddClickSignalsd::LOCATION)],
        Transform::AddGuidanceFromPointsDeepEditd(add) => add.labels().map(|label| prompt(label)).collect(),
        Transform::AddGuidanceSignalDeepEditd(add) => vec![value(&add.guidance)],
        Transform::AddLabelAsGuidanced(add) => vec![item(&add.source, ItemKind::Image, true)],
        Transform::ResizeGuidanceMultipleLabelDeepEditd(resize) => vec![value(&resize.guidance)],
        Transform::VistaPostTransformd(_) | Transform::VistaPreTransformd(_) => {
            VistaPostTransformd::PROMPTS.map(prompt).into()
        }
        _ => Vec::new(),
    }
}

use monai_bundle::Metadata;
use monai_imaging::Colours;
use monai_transforms::Transform;

use crate::chain::Step;
use crate::{Item, ItemKind};

/// What a request brings: one image, in one file or in several, each with some of its channels, and what the bundle takes
/// beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Key under which preprocessing takes the image.
    pub key: String,
    /// Names of the channels in their order (`channel_def` of the metadata), where a file may bring one channel alone.
    pub parts: Vec<String>,
    /// The colours of a picture (`converter` of `LoadImaged`).
    pub colours: Colours,
    /// What a request may bring beside the image.
    pub items: Vec<Item>,
}

impl Input {
    /// The input under `key` of a network that takes so many channels.
    pub(crate) fn new(
        key: String,
        items: Vec<Item>,
        metadata: &Metadata,
        channels: usize,
        preprocessing: &[Step],
    ) -> Input {
        let mut labels: Vec<_> = metadata.input(&key).map(|tensor| tensor.labels.iter().collect()).unwrap_or_default();
        labels.sort_by_key(|(number, _)| **number);
        let numbered = labels.iter().enumerate().all(|(index, (number, _))| **number == index as u64);
        // Of what guides the network, transforms make channels: those that have names are not the file's.
        let whole = labels.len() == channels && channels > 1 && numbered && items.is_empty();
        let parts = if whole { labels.into_iter().map(|(_, name)| name.clone()).collect() } else { Vec::new() };
        let colours = preprocessing.iter().find_map(|step| match &step.transform {
            Transform::LoadImaged(load) => load.converter,
            _ => None,
        });
        Input { key, parts, colours: colours.unwrap_or_default(), items }
    }

    /// The names that a part of a request may have: of the whole image, of its channels, of what comes beside it.
    pub fn names(&self) -> Vec<String> {
        [&self.key].into_iter().chain(&self.parts).chain(self.items.iter().map(|item| &item.key)).cloned().collect()
    }

    /// Keys of the images beside the image.
    pub(crate) fn images(&self) -> impl Iterator<Item = &String> {
        self.items.iter().filter(|item| item.kind == ItemKind::Image).map(|item| &item.key)
    }
}

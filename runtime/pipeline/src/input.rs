use monai_bundle::Metadata;
use monai_imaging::Colours;
use monai_transforms::Transform;

use crate::chain::Step;

/// What a request brings: one image, in one file or in several, each with some of its channels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Key under which preprocessing takes the image.
    pub key: String,
    /// Names of the channels in their order (`channel_def` of the metadata), where a file may bring one channel alone.
    pub parts: Vec<String>,
    /// The colours of a picture (`converter` of `LoadImaged`).
    pub colours: Colours,
}

impl Input {
    /// The input under `key` of a network that takes so many channels.
    pub(crate) fn new(key: String, metadata: &Metadata, channels: usize, preprocessing: &[Step]) -> Input {
        let mut labels: Vec<_> = metadata.input(&key).map(|tensor| tensor.labels.iter().collect()).unwrap_or_default();
        labels.sort_by_key(|(number, _)| **number);
        let numbered = labels.iter().enumerate().all(|(index, (number, _))| **number == index as u64);
        let whole = labels.len() == channels && channels > 1 && numbered;
        let parts = if whole { labels.into_iter().map(|(_, name)| name.clone()).collect() } else { Vec::new() };
        let colours = preprocessing.iter().find_map(|step| match &step.transform {
            Transform::LoadImaged(load) => load.converter,
            _ => None,
        });
        Input { key, parts, colours: colours.unwrap_or_default() }
    }
}

use serde::Deserialize;
use serde_json::Value;

use crate::boxes::{BoxMode, Boxes};
use crate::points::kind;
use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "ClipBoxToImaged";

/// MONAI's `monai.apps.detection.transforms.dictionary.ClipBoxToImaged`: cuts boxes at the edges of an image, and leaves out those
/// of which nothing remains, with what belongs to them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipBoxToImaged {
    /// The key of the boxes, by their corners in voxels.
    #[serde(rename = "box_keys")]
    pub keys: Keys,
    /// Keys of lists with something for each box: labels, scores.
    pub label_keys: Keys,
    /// The image.
    pub box_ref_image_keys: Keys,
    /// Whether boxes without extent are left out.
    #[serde(default = "yes")]
    pub remove_empty: Flag,
    /// Taken and without effect, as in MONAI, which needs every key all the same.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn yes() -> Flag {
    Flag(true)
}

impl ClipBoxToImaged {
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.keys.check_one(NAME, "box_keys")?;
        self.box_ref_image_keys.check_one(NAME, "box_ref_image_keys")
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let volume = &sample.need(NAME, &self.box_ref_image_keys.as_slice()[0])?.volume;
        let (shape, rank) = (volume.shape, usize::from(volume.rank));
        let key = &self.keys.as_slice()[0];
        let mut boxes = Boxes::parse(NAME, key, sample.need_value(NAME, key)?, BoxMode::default())?;
        if ![0, rank].contains(&boxes.rank) {
            let expected = format!("boxes of {} numbers, for an image of {rank} axes", 2 * rank);
            return Err(Error::value(NAME, key, expected, format!("some of {}", 2 * boxes.rank)));
        }
        let clip = |(place, number): (usize, &mut f32)| *number = number.clamp(0.0, shape[place % rank] as f32);
        boxes.corners.iter_mut().for_each(|corners| corners.iter_mut().enumerate().for_each(clip));
        let filled = |corners: &Vec<f32>| (0..rank).all(|axis| corners[rank + axis] >= corners[axis] + 1.0);
        let keep: Vec<bool> = boxes.corners.iter().map(|corners| !self.remove_empty.0 || filled(corners)).collect();
        for label in self.label_keys.as_slice() {
            let labels = match sample.need_value(NAME, label)? {
                Value::Array(labels) if labels.len() == keep.len() => labels,
                other => {
                    let count = other.as_array().map(|labels| format!("one of {}", labels.len()));
                    let expected = format!("a list with something for each of {} boxes", keep.len());
                    return Err(Error::value(NAME, label, expected, count.unwrap_or_else(|| kind(other).to_owned())));
                }
            };
            let kept = labels.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(label, _)| label.clone()).collect();
            sample.values.insert(label.clone(), kept);
        }
        let mut kept = keep.iter();
        boxes.corners.retain(|_| kept.next() == Some(&true));
        sample.values.insert(key.clone(), boxes.write(BoxMode::default()));
        Ok(())
    }
}

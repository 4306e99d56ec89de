use serde::Deserialize;
use serde_json::{Map, Value};

use crate::guidance::{moved, reference};
use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "AddGuidanceFromPointsDeepEditd";

/// MONAI's `monai.apps.deepedit.transforms.AddGuidanceFromPointsDeepEditd`: gathers the clicks that a request brings, a list
/// of points in voxels of the file under the name of each label, into one value. A label without clicks has none there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddGuidanceFromPointsDeepEditd {
    /// The image that was clicked at.
    #[serde(rename = "ref_image")]
    pub keys: Keys,
    /// Under which key the clicks by label go.
    #[serde(default = "guidance")]
    pub guidance: String,
    /// The labels in the order of the channels that their clicks become, and their numbers.
    pub label_names: Option<Map<String, Value>>,
    /// Where MONAI keeps header fields of an image that does not carry them; every image here does.
    pub meta_keys: Option<String>,
    /// As `meta_keys`.
    pub meta_key_postfix: Option<String>,
    #[doc(hidden)]
    #[serde(skip)]
    pub allow_missing_keys: Flag,
}

pub(crate) fn guidance() -> String {
    "guidance".to_owned()
}

impl AddGuidanceFromPointsDeepEditd {
    /// The labels, each of which may have clicks under its name.
    pub fn labels(&self) -> impl Iterator<Item = &String> {
        self.label_names.iter().flat_map(Map::keys)
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        self.keys.check_one(NAME, "ref_image")
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let image = reference(NAME, &self.keys, sample)?;
        let none = Value::Array(Vec::new());
        let clicks = |label: &String| {
            let clicks = sample.values.get(label).unwrap_or(&none);
            Ok((label.clone(), moved(NAME, label, clicks, image, f64::trunc)?))
        };
        let guidance = self.labels().map(clicks).collect::<Result<Map<_, _>, Error>>()?;
        sample.values.insert(self.guidance.clone(), Value::Object(guidance));
        Ok(())
    }
}

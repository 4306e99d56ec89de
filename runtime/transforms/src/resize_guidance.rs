use std::convert;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::guidance::{guidance, moved, reference};
use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "ResizeGuidanceMultipleLabelDeepEditd";

/// MONAI's `monai.apps.deepedit.transforms.ResizeGuidanceMultipleLabelDeepEditd`: brings clicks from the grid that an image was
/// loaded on to the one that it has.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResizeGuidanceMultipleLabelDeepEditd {
    /// Key of the clicks by label.
    pub guidance: String,
    /// The image that was resized.
    #[serde(rename = "ref_image")]
    pub keys: Keys,
    #[doc(hidden)]
    #[serde(skip)]
    pub allow_missing_keys: Flag,
}

impl ResizeGuidanceMultipleLabelDeepEditd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.keys.check_one(NAME, "ref_image")
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let image = reference(NAME, &self.keys, sample)?;
        let clicks = guidance(NAME, &self.guidance, sample)?.iter();
        let clicks = clicks
            .map(|(label, clicks)| Ok((label.clone(), moved(NAME, &self.guidance, clicks, image, convert::identity)?)));
        let resized = clicks.collect::<Result<Map<_, _>, Error>>()?;
        sample.values.insert(self.guidance.clone(), Value::Object(resized));
        Ok(())
    }
}

use std::collections::BTreeMap;

use monai_imaging::Volume;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::instance_map::{info, map};
use super::plane::{Activation, check_grid, planes};
use crate::points::{kind, points_of};
use crate::{Error, Flag, Keys, Number, Sample};

const NAME: &str = "HoVerNetNuclearTypePostProcessingd";

/// MONAI's `HoVerNetNuclearTypePostProcessingd`: the type that most pixels of a nucleus have, with their share, is added to
/// what there is to know of it; a map of the types is made.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoVerNetNuclearTypePostProcessingd {
    /// Key of the network's output for types.
    #[serde(rename = "type_prediction_key", default = "types")]
    pub keys: Keys,
    /// Key of what there is to know of each nucleus.
    #[serde(default = "info")]
    pub instance_info_key: String,
    /// Key of the map of nuclei.
    #[serde(default = "map")]
    pub instance_map_key: String,
    /// Under which key the map of types goes.
    #[serde(default = "type_map")]
    pub type_map_key: String,
    /// What is done to the output for types.
    #[serde(default)]
    pub activation: Activation,
    /// What it is then compared with; none: its largest channel, or 0.5 of the sigmoid.
    pub threshold: Option<Number>,
    /// Whether the map is made.
    #[serde(default = "yes")]
    pub return_type_map: Flag,
    /// The device of MONAI's tensor; the runtime chooses its own.
    pub device: Option<String>,
    #[doc(hidden)]
    #[serde(skip)]
    pub allow_missing_keys: Flag,
}

fn types() -> Keys {
    Keys::one("type_prediction")
}

fn type_map() -> String {
    "type_map".to_owned()
}

fn yes() -> Flag {
    Flag(true)
}

impl HoVerNetNuclearTypePostProcessingd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.keys.check_one(NAME, "type_prediction_key")
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let Flag(mapped) = self.return_type_map;
        if mapped && (sample.images.contains_key(&self.type_map_key) || sample.values.contains_key(&self.type_map_key))
        {
            return Err(Error::KeyExists { target: NAME, key: self.type_map_key.clone() });
        }
        let prediction = planes(NAME, sample, &self.keys.as_slice()[0], None)?;
        let instances = planes(NAME, sample, &self.instance_map_key, Some(1))?;
        check_grid(NAME, &self.instance_map_key, &instances.volume, prediction.volume.shape)?;
        let types = self.activation.decide(prediction, self.threshold.map(|threshold| threshold.0))?.volume;
        let mut nuclei = match sample.need_value(NAME, &self.instance_info_key)? {
            Value::Object(nuclei) => nuclei.clone(),
            other => return Err(self.wrong("an object with the nuclei by number", kind(other))),
        };
        let mut own_types = BTreeMap::new();
        for (number, nucleus) in &mut nuclei {
            let (Ok(number), Value::Object(nucleus)) = (number.parse::<u32>(), nucleus) else {
                return Err(self.wrong("an object for each number of a nucleus", "something else"));
            };
            let places = self.places(&instances.volume, number, nucleus)?;
            let (own, share) = most(&places, types.channel(0));
            nucleus.insert("type_prob".to_owned(), json!(share));
            nucleus.insert("type".to_owned(), json!(own as i64));
            own_types.insert((number as f32).to_bits(), own);
        }
        if mapped {
            let mut map = instances.clone();
            let own = |number: f32| own_types.get(&number.to_bits()).copied().unwrap_or(0.0);
            map.volume.data.iter_mut().for_each(|number| *number = own(*number));
            sample.images.insert(self.type_map_key.clone(), map);
        }
        sample.values.insert(self.instance_info_key.clone(), Value::Object(nuclei));
        Ok(())
    }

    fn wrong(&self, expected: &str, found: &str) -> Error {
        Error::value(NAME, &self.instance_info_key, expected, found)
    }

    /// The pixels of a nucleus, at least one.
    fn places(&self, map: &Volume, number: u32, nucleus: &Map<String, Value>) -> Result<Vec<usize>, Error> {
        let [rows, columns, _] = map.shape;
        let own = nucleus.get("bounding_box").unwrap_or(&Value::Null);
        let own = points_of(NAME, &self.instance_info_key, own, 4)?;
        let own: Vec<usize> = own.concat().into_iter().map(|end| end.max(0.0) as usize).collect();
        let [top, bottom, left, right] = own[..] else {
            return Err(self.wrong("one box for each nucleus", "another number"));
        };
        let lines = (top..bottom.min(rows))
            .flat_map(|row| (left..right.min(columns)).map(move |column| row * columns + column));
        let places: Vec<usize> = lines.filter(|place| map.data[*place] == number as f32).collect();
        if places.is_empty() {
            return Err(self.wrong("boxes around the nuclei of the map", "one without its nucleus"));
        }
        Ok(places)
    }
}

/// The type that most pixels have, the next one where that is 0, and the share of the pixels that have it
/// (`GenerateInstanceType`).
fn most(places: &[usize], types: &[f32]) -> (f32, f64) {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    places.iter().for_each(|place| *counts.entry(types[*place] as u32).or_default() += 1);
    let mut counts: Vec<(u32, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let (own, count) = if counts[0].0 == 0 && counts.len() > 1 { counts[1] } else { counts[0] };
    (own as f32, count as f64 / (places.len() as f64 + 1e-6))
}

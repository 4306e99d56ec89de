use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::points::kind;
use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "VistaPreTransformd";
pub(crate) const LABEL_PROMPT: &str = "label_prompt";
pub(crate) const POINT_LABELS: &str = "point_labels";

/// MONAI's `monai.apps.vista3d.transforms.VistaPreTransformd`: the labels that are asked for become those that the network knows, a
/// group of them its members, and points on special ones get labels of their own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VistaPreTransformd {
    /// Keys of the images, which it does not look at.
    pub keys: Keys,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
    /// Labels whose points count as 2, beside it, and 3, on it, in place of 0 and 1.
    #[serde(default = "special")]
    pub special_index: Vec<i64>,
    /// Names of labels, by number: a prompt may name one. Of numbers with one name, the last counts.
    pub labels_dict: Option<Map<String, Value>>,
    /// The members of a label, by its number.
    pub subclass: Option<HashMap<String, Vec<i64>>>,
}

fn special() -> Vec<i64> {
    vec![25, 26, 27, 28, 29, 117]
}

impl VistaPreTransformd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let labels = self.labels_dict.iter().flat_map(Map::keys).map(|key| ("labels_dict", key));
        let groups = self.subclass.iter().flat_map(HashMap::keys).map(|key| ("subclass", key));
        if let Some((argument, key)) = labels.chain(groups).find(|(_, key)| key.parse::<i64>().is_err()) {
            return Err(Error::unsupported(NAME, argument, key, "numbers of labels as keys"));
        }
        match self.labels_dict.iter().flat_map(Map::values).find(|name| !name.is_string()) {
            Some(other) => Err(Error::unsupported(NAME, "labels_dict", other, "names of labels")),
            None => Ok(()),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let Some(prompt) = sample.values.get(LABEL_PROMPT).filter(|prompt| !prompt.is_null()) else { return Ok(()) };
        let labels = self.labels(prompt)?;
        // Names are written back only with the members; those alone MONAI forgets.
        if let Some(members) = &self.subclass {
            let own = |label: &i64| members.get(&label.to_string()).cloned().unwrap_or_else(|| vec![*label]);
            let prompt = labels.iter().flat_map(own).collect::<Vec<_>>();
            sample.values.insert(LABEL_PROMPT.to_owned(), Value::from(prompt));
        }
        let special = labels.first().is_some_and(|label| self.special_index.contains(label));
        if let Some(points) = sample.values.get_mut(POINT_LABELS).filter(|points| special && !points.is_null()) {
            mark(points)?;
        }
        Ok(())
    }

    /// The numbers of the labels that are asked for.
    fn labels(&self, prompt: &Value) -> Result<Vec<i64>, Error> {
        let mut numbers: Map<String, Value> = Map::new();
        for (number, name) in self.labels_dict.iter().flatten() {
            let name = name.as_str().unwrap_or_default();
            numbers.insert(name.to_lowercase(), Value::from(number.parse::<i64>().unwrap_or(0)));
        }
        let wrong =
            |found: &Value| Error::value(NAME, LABEL_PROMPT, "a list of numbers or names of labels", kind(found));
        let asked = prompt.as_array().ok_or_else(|| wrong(prompt))?;
        // A name that is new gets the next number.
        for name in asked.iter().filter_map(Value::as_str).filter(|name| !is_number(name)) {
            let next = Value::from(numbers.len() as i64);
            numbers.entry(name.to_lowercase()).or_insert(next);
        }
        let label = |label: &Value| match label {
            Value::String(name) => {
                let known = numbers.get(&name.to_lowercase()).and_then(Value::as_i64);
                known.or_else(|| name.parse().ok()).ok_or_else(|| wrong(label))
            }
            other => other.as_i64().ok_or_else(|| wrong(other)),
        };
        asked.iter().map(label).collect()
    }
}

/// Whether a text is the number of a label, not its name.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit())
}

/// Gives points on special labels theirs, in lists of any depth.
fn mark(points: &mut Value) -> Result<(), Error> {
    match points {
        Value::Array(points) => points.iter_mut().try_for_each(mark),
        Value::Number(label) => {
            match label.as_f64() {
                Some(0.0) => *points = Value::from(2),
                Some(1.0) => *points = Value::from(3),
                _ => {}
            }
            Ok(())
        }
        other => Err(Error::value(NAME, POINT_LABELS, "lists of numbers", kind(other))),
    }
}

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::ensemble::{self, Members};
use crate::{Error, Flag, Keys, Number, Sample};

const NAME: &str = "MeanEnsembled";

/// MONAI's `MeanEnsembled`: the mean of several images, weighted where weights are given.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeanEnsembled {
    /// Keys of the images, two or more.
    pub keys: Keys,
    /// Under which key the mean goes.
    pub output_key: Option<String>,
    /// Weights: one for each image, or for each channel of each, or further for each place along the axes of space.
    pub weights: Option<Weights>,
    #[serde(skip)]
    pub(crate) allow_missing_keys: Flag,
}

/// An array of numbers, its shape with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    shape: Vec<usize>,
    values: Vec<f32>,
}

impl<'de> Deserialize<'de> for Weights {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Weights, D::Error> {
        let mut weights = Weights { shape: Vec::new(), values: Vec::new() };
        weights.read(&Value::deserialize(from)?, 0).map_err(D::Error::custom)?;
        match weights.shape.len() {
            1..=5 => Ok(weights),
            found => Err(D::Error::custom(format!("`weights` has {found} axes, expected 1 to 5"))),
        }
    }
}

impl Weights {
    fn read(&mut self, value: &Value, axis: usize) -> Result<(), String> {
        let Value::Array(list) = value else {
            let number: Number = serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
            self.values.push(number.0 as f32);
            return if axis == self.shape.len() { Ok(()) } else { Err("`weights` is no array".to_owned()) };
        };
        if axis > 4 || list.is_empty() {
            return Err("`weights` has more than 5 axes or an empty one".to_owned());
        }
        if axis == self.shape.len() && self.values.is_empty() {
            self.shape.push(list.len());
        }
        if self.shape.get(axis) != Some(&list.len()) {
            return Err("`weights` is no array: its rows differ in length".to_owned());
        }
        list.iter().try_for_each(|value| self.read(value, axis + 1))
    }

    /// The weight of an image at the place numbered `place` along the axes that the weights have, of these extents.
    fn at(&self, member: usize, mut place: usize, extents: &[usize]) -> f32 {
        let (mut index, mut stride) = (0, 1);
        for (&extent, &own) in extents.iter().zip(&self.shape[1..]).rev() {
            index += if own == 1 { 0 } else { place % extent * stride };
            (place, stride) = (place / extent, stride * own);
        }
        self.values[index + if self.shape[0] == 1 { 0 } else { member * stride }]
    }
}

impl MeanEnsembled {
    pub(crate) fn check(&self) -> Result<(), Error> {
        ensemble::check(NAME, &self.keys, self.output_key.as_ref())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let members = Members::of(NAME, &self.keys, sample)?;
        let (data, first) = (members.data(), &members.first().volume);
        let mean = match &self.weights {
            None if !members.first().dtype.is_floating() => {
                return Err(Error::shape(NAME, "images of a float type", format!("{:?}", members.first().dtype)));
            }
            None => members.combine(first.channels, |start, out| {
                ensemble::sum(&data, start, out);
                out.iter_mut().for_each(|sum| *sum /= data.len() as f32);
                Ok(())
            }),
            Some(weights) => {
                let extents = [first.channels, first.shape[0], first.shape[1], first.shape[2]];
                let expected = [&[data.len()], &extents[..]].concat();
                if weights.shape.iter().zip(&expected).any(|(own, extent)| own != extent && *own != 1) {
                    return Err(Error::shape(NAME, format!("weights of {expected:?}"), format!("{:?}", weights.shape)));
                }
                let (outer, inner) = extents.split_at(weights.shape.len() - 1);
                let inner: usize = inner.iter().product();
                members.combine(first.channels, |start, out| {
                    let end = start + out.len();
                    let mut at = start;
                    while at < end {
                        let place = at / inner;
                        let next = end.min((place + 1) * inner);
                        let own: Vec<f32> = (0..data.len()).map(|member| weights.at(member, place, outer)).collect();
                        let mean = own.iter().sum::<f32>() / own.len() as f32;
                        let part = &mut out[at - start..next - start];
                        part.fill(0.0);
                        for (member, weight) in data.iter().zip(own) {
                            let values = &member[at..next];
                            part.iter_mut().zip(values).for_each(|(sum, value)| *sum += value * weight / mean);
                        }
                        part.iter_mut().for_each(|sum| *sum /= data.len() as f32);
                        at = next;
                    }
                    Ok(())
                })
            }
        }?;
        sample.images.insert(self.output_key.clone().unwrap_or_default(), mean);
        Ok(())
    }
}

//! Maps of one channel, and what several steps do to them.

use monai_imaging::Volume;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::components::{Parts, rows};
use crate::{Error, FillHolesd, Flag, Image, Keys, Number, RemoveSmallObjectsd, Sample, Transform};

/// What is done to a network's output before it is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activation {
    /// Over the channels, of which the largest then decides.
    #[default]
    Softmax,
    /// Of each channel, which a threshold then decides.
    Sigmoid,
}

impl<'de> Deserialize<'de> for Activation {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Activation, D::Error> {
        let given = Value::deserialize(from)?;
        match given.as_str().map(str::to_lowercase).as_deref() {
            Some("softmax") => Ok(Activation::Softmax),
            Some("sigmoid") => Ok(Activation::Sigmoid),
            _ => Err(serde::de::Error::custom(format!("found {given}, expected `softmax` or `sigmoid`"))),
        }
    }
}

impl Activation {
    /// The decision of a network's output: the channel of each pixel, or 1 where a channel is at least the threshold, 0.5
    /// where there is none.
    pub(crate) fn decide(self, output: &Image, threshold: Option<f64>) -> Result<Image, Error> {
        const KEY: &str = "map";
        let softmax = self == Activation::Softmax;
        let threshold = threshold.or(if softmax { None } else { Some(0.5) });
        let steps = [
            ("Activationsd", json!({ "keys": KEY, "softmax": softmax, "sigmoid": !softmax })),
            ("AsDiscreted", json!({ "keys": KEY, "argmax": softmax, "threshold": threshold })),
        ];
        let mut sample = Sample { images: [(KEY.to_owned(), output.clone())].into(), ..Sample::default() };
        for (target, arguments) in steps {
            Transform::parse(target, arguments)?.apply(&mut sample)?;
        }
        sample.images.remove(KEY).ok_or_else(|| Error::MissingKey { target: "AsDiscreted", key: KEY.to_owned() })
    }
}

/// A plane with so many channels.
pub(crate) fn planes<'a>(
    target: &'static str,
    sample: &'a Sample,
    key: &str,
    channels: Option<usize>,
) -> Result<&'a Image, Error> {
    let image = sample.need(target, key)?;
    let volume = &image.volume;
    if volume.rank != 2 || channels.is_some_and(|channels| channels != volume.channels) {
        let expected = match channels {
            Some(channels) => format!("`{key}` of {channels} channels and two spatial axes"),
            None => format!("`{key}` of two spatial axes"),
        };
        return Err(Error::shape(target, expected, format!("{} channels of {} axes", volume.channels, volume.rank)));
    }
    Ok(image)
}

/// Refuses maps that do not lie on one grid.
pub(crate) fn check_grid(target: &'static str, key: &str, map: &Volume, shape: [usize; 3]) -> Result<(), Error> {
    if map.shape == shape {
        return Ok(());
    }
    Err(Error::shape(target, format!("`{key}` on the grid {shape:?}"), format!("{:?}", map.shape)))
}

/// The connected parts of what is above 0, numbered from 1 on in the order of their first pixels; those of fewer than `least`
/// pixels become 0. Neighbours have an edge in common.
pub(crate) fn objects(mask: &mut Volume, least: f64) -> Result<(), Error> {
    let [width, height, _] = mask.shape;
    let class = |value: f32| f32::from(u8::from(value > 0.0));
    let parts = Parts::find(&mask.data, rows(1, [1, width, height]), 1, class, |_, _| false);
    mask.data = parts.numbers(&mask.data);
    if least > 0.0 {
        remove_small(mask, least)?;
    }
    Ok(())
}

/// Gives what an object encloses to it (`FillHoles` as MONAI makes it here).
pub(crate) fn fill_holes(mask: Volume) -> Result<Volume, Error> {
    let fill = FillHolesd {
        keys: Keys::one("mask"),
        applied_labels: None,
        connectivity: None,
        allow_missing_keys: Flag(false),
    };
    let mut image = Image::new(mask);
    fill.fill(&mut image)?;
    Ok(image.volume)
}

fn remove_small(mask: &mut Volume, least: f64) -> Result<(), Error> {
    let remove = RemoveSmallObjectsd {
        keys: Keys::one("mask"),
        min_size: Number(least),
        connectivity: 1,
        independent_channels: Flag(true),
        by_measure: Flag(false),
        pixdim: None,
        allow_missing_keys: Flag(false),
    };
    let taken = std::mem::replace(mask, Volume { data: Vec::new(), ..mask.clone() });
    let mut image = Image::new(taken);
    remove.clean(&mut image)?;
    *mask = image.volume;
    Ok(())
}

use monai_imaging::Volume;
use monai_kernels::shorten;
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use crate::components::{Parts, rows};
use crate::points::{Point, points, points_of};
use crate::vista_pre_transform::{LABEL_PROMPT, POINT_LABELS};
use crate::{Error, Flag, Image, Keys, Sample, TypeName};

const NAME: &str = "VistaPostTransformd";
const POINTS: &str = "points";

/// MONAI's `monai.apps.vista3d.transforms.VistaPostTransformd`: logits, one channel for each object, become a map of one channel.
/// Where `label_prompt` says which objects were asked for, these are its labels, else 1, 2 and so on. Where `points` came without
/// `label_prompt`, what is not connected to a point on the object is no part of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VistaPostTransformd {
    /// Keys of the logits; those that are missing are passed over.
    pub keys: Keys,
    /// Whether a key may be missing; as in MONAI, each may.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl VistaPostTransformd {
    /// Keys of what a request may say of the objects.
    pub const PROMPTS: [&str; 3] = [LABEL_PROMPT, POINTS, POINT_LABELS];

    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let given = |key: &str| sample.values.get(key).filter(|value| !value.is_null());
        let objects = match (given(LABEL_PROMPT), given(POINTS)) {
            (None, Some(points)) => {
                let labels = given(POINT_LABELS);
                let labels = labels.ok_or_else(|| Error::MissingKey { target: NAME, key: POINT_LABELS.to_owned() })?;
                Some(objects(points, labels)?)
            }
            _ => None,
        };
        let prompt = given(LABEL_PROMPT).map(labels_of).transpose()?;
        for key in self.keys.as_slice() {
            let Some(image) = sample.images.get_mut(key) else { continue };
            for (channel, points) in objects.iter().flatten().enumerate() {
                keep(&mut image.volume, channel, points)?;
            }
            decide(image, prompt.as_deref())?;
        }
        Ok(())
    }
}

fn labels_of(labels: &Value) -> Result<Vec<f32>, Error> {
    let one = points(NAME, LABEL_PROMPT, &Value::Array(vec![labels.clone()]))?;
    Ok(one.concat().into_iter().map(|label| label as f32).collect())
}

/// The points on each object: those with the label 3, then those with 1.
fn objects(points: &Value, labels: &Value) -> Result<Vec<Vec<Point>>, Error> {
    let list =
        points.as_array().ok_or_else(|| Error::value(NAME, POINTS, "a list of points for each object", "no list"))?;
    let labels = crate::points::points(NAME, POINT_LABELS, labels)?;
    if labels.len() != list.len() {
        let expected = format!("labels for {} objects", list.len());
        return Err(Error::value(NAME, POINT_LABELS, expected, format!("some for {}", labels.len())));
    }
    let object = |(points, labels): (&Value, &Point)| {
        let points = points_of(NAME, POINTS, points, 3)?;
        if points.len() != labels.len() {
            let expected = format!("labels for {} points", points.len());
            return Err(Error::value(NAME, POINT_LABELS, expected, labels.len()));
        }
        let with =
            |label: f64| points.iter().zip(labels).filter(move |(_, own)| **own == label).map(|(point, _)| point);
        Ok(with(3.0).chain(with(1.0)).cloned().collect())
    };
    list.iter().zip(&labels).map(object).collect()
}

/// Keeps of an object what is connected to one of its points; the rest gets the mean of all that is not kept
/// (`keep_components_with_positive_points`).
fn keep(volume: &mut Volume, channel: usize, points: &[Point]) -> Result<(), Error> {
    if channel >= volume.channels {
        return Err(Error::value(NAME, POINTS, format!("{} objects, one for each channel", volume.channels), "more"));
    }
    if points.is_empty() {
        return Ok(());
    }
    let (shape, voxels) = (volume.shape, volume.voxels());
    let place = |point: &Point| {
        let at: Vec<f64> = point.iter().map(|at| at.round_ties_even()).collect();
        let inside = volume.rank == 3 && (0..3).all(|axis| at[axis] >= 0.0 && at[axis] < shape[axis] as f64);
        let found = || Error::value(NAME, POINTS, format!("points on an image of {shape:?}"), "one beside it");
        inside.then(|| (at[0] as usize * shape[1] + at[1] as usize, at[2] as u32)).ok_or_else(found)
    };
    let places = points.iter().map(place).collect::<Result<Vec<_>, Error>>()?;
    let data = &mut volume.data[channel * voxels..][..voxels];
    let mut mask: Vec<f32> = data.par_iter().map(|value| f32::from(u8::from(*value > 0.0))).collect();
    let parts = Parts::find(
        &mask,
        rows(1, shape),
        3,
        |value| value,
        |row, run| places.iter().any(|(own, at)| *own == row && (run.start..run.end).contains(at)),
    );
    let chosen: Vec<bool> = parts.parts.iter().map(|part| part.marked).collect();
    parts.paint(&mut mask, &chosen, KEPT);
    let others = || data.iter().zip(&mask).filter(|(value, mask)| **mask != KEPT && !value.is_nan());
    let (sum, count) = others().fold((0.0, 0_u64), |(sum, count), (value, _)| (sum + f64::from(*value), count + 1));
    let mean = (sum / count as f64) as f32;
    data.iter_mut().zip(&mask).filter(|(_, mask)| **mask == 1.0).for_each(|(value, _)| *value = mean);
    Ok(())
}

/// Marks what is connected to a point.
const KEPT: f32 = 2.0;

/// The object of each voxel, or its label.
fn decide(image: &mut Image, labels: Option<&[f32]>) -> Result<(), Error> {
    let volume = &mut image.volume;
    let (voxels, channels) = (volume.voxels(), volume.channels);
    if let Some(labels) = labels.filter(|labels| labels.len() < channels) {
        let expected = format!("a label for each of {channels} objects");
        return Err(Error::value(NAME, LABEL_PROMPT, expected, labels.len()));
    }
    let label = |object: usize| labels.map_or(object as f32, |labels| labels[object - 1]);
    if channels == 1 {
        let decide = |value: &mut f32| match () {
            () if value.is_nan() => {}
            () if *value > 0.0 => *value = label(1),
            () => *value = 0.0,
        };
        volume.data.par_iter_mut().for_each(decide);
        return Ok(());
    }
    let (first, rest) = volume.data.split_at_mut(voxels);
    first.par_iter_mut().enumerate().for_each(|(voxel, best)| {
        let mut object = 1;
        for (index, others) in rest.chunks_exact(voxels).enumerate() {
            // As PyTorch, the first NaN is the greatest.
            if !best.is_nan() && (others[voxel].is_nan() || others[voxel].max(0.0) > best.max(0.0)) {
                (*best, object) = (others[voxel], index + 2);
            }
        }
        *best = if *best <= 0.0 { 0.0 } else { label(object) };
    });
    shorten(&mut volume.data, voxels);
    (volume.channels, image.dtype) = (1, TypeName::Float32);
    Ok(())
}

//! Clicks by label, on their way to the channels that guide a network (DeepEdit).

use serde_json::{Map, Value};

use crate::points::{Point, kind, points_of};
use crate::{Error, Image, Sample};

/// The one image that a transform of the guidance looks at.
pub(crate) fn reference<'a>(target: &'static str, keys: &crate::Keys, sample: &'a Sample) -> Result<&'a Image, Error> {
    sample.need(target, &keys.as_slice()[0])
}

/// Clicks brought from the grid that the image was loaded on to its own, as MONAI's transforms do: each coordinate by the
/// quotient of the extents, without the part behind the point. Turns and crops of the image do not move them.
/// `before` is done to each coordinate first.
pub(crate) fn moved(
    target: &'static str,
    key: &str,
    clicks: &Value,
    image: &Image,
    before: fn(f64) -> f64,
) -> Result<Value, Error> {
    let rank = usize::from(image.volume.rank);
    let (now, loaded) = (image.volume.shape, image.loaded_shape());
    let moved = |point: Point| -> Value {
        let along =
            |(axis, at): (usize, f64)| Value::from((before(at) * (now[axis] as f64 / loaded[axis] as f64)) as i64);
        point.into_iter().enumerate().map(along).collect()
    };
    Ok(points_of(target, key, clicks, rank)?.into_iter().map(moved).collect())
}

/// The guidance of a sample: clicks by label, in the order of the channels that they become.
pub(crate) fn guidance<'a>(
    target: &'static str,
    key: &str,
    sample: &'a Sample,
) -> Result<&'a Map<String, Value>, Error> {
    match sample.need_value(target, key)? {
        Value::Object(guidance) => Ok(guidance),
        other => Err(Error::value(target, key, "an object with the clicks of each label", kind(other))),
    }
}

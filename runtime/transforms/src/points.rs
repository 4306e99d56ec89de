//! Points, as a request or a transform before holds them in a sample: JSON.

use serde_json::Value;

use crate::Error;

/// Farthest that a coordinate may be from 0; floating point numbers tell neighbours apart up to there.
const MOST: f64 = 1e15;

/// A point by its coordinates in voxels.
pub(crate) type Point = Vec<f64>;

/// The points under `key`: a list of lists of numbers. Those that are not numbers, or beyond all images, are refused.
///
/// # Errors
/// [`Error::WrongValue`].
pub(crate) fn points(target: &'static str, key: &str, value: &Value) -> Result<Vec<Point>, Error> {
    let wrong = |found: String| Error::value(target, key, "a list of points, each a list of numbers", found);
    let Value::Array(points) = value else { return Err(wrong(kind(value).to_owned())) };
    let point = |point: &Value| {
        let Value::Array(coordinates) = point else { return Err(wrong(format!("{} among the points", kind(point)))) };
        let number = |number: &Value| match number.as_f64() {
            Some(found) if found.abs() <= MOST => Ok(found),
            Some(_) => Err(wrong("a coordinate beyond all images".to_owned())),
            None => Err(wrong(format!("{} as a coordinate", kind(number)))),
        };
        coordinates.iter().map(number).collect()
    };
    points.iter().map(point).collect()
}

/// The same of so many coordinates each.
///
/// # Errors
/// [`Error::WrongValue`].
pub(crate) fn points_of(target: &'static str, key: &str, value: &Value, count: usize) -> Result<Vec<Point>, Error> {
    let points = points(target, key, value)?;
    check_coordinates(target, key, &points, count, |found| found == count)?;
    Ok(points)
}

/// Refuses points with a number of coordinates that is not `good`.
///
/// # Errors
/// [`Error::WrongValue`].
pub(crate) fn check_coordinates(
    target: &'static str,
    key: &str,
    points: &[Point],
    expected: usize,
    good: impl Fn(usize) -> bool,
) -> Result<(), Error> {
    match points.iter().find(|point| !good(point.len())) {
        Some(other) => {
            let expected = format!("points of {expected} coordinates");
            Err(Error::value(target, key, expected, format!("one of {}", other.len())))
        }
        None => Ok(()),
    }
}

/// What a value is, without what it holds.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

//! Boxes around what a detector found, as a sample holds them: JSON, one list of numbers per box.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::Error;
use crate::points::points;

/// Boxes by their corners, in 32-bit floats as MONAI computes them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Boxes {
    /// Spatial axes of all; 0 where there is no box.
    pub(crate) rank: usize,
    /// Of each box, the numbers of its first corner, then those of its last one.
    pub(crate) corners: Vec<Vec<f32>>,
}

impl Boxes {
    /// The boxes under `key`, written in a mode: lists of 4 or of 6 numbers.
    ///
    /// # Errors
    /// [`Error::WrongValue`].
    pub(crate) fn parse(target: &'static str, key: &str, value: &Value, mode: BoxMode) -> Result<Boxes, Error> {
        let boxes = points(target, key, value)?;
        let numbers = boxes.first().map_or(0, Vec::len);
        if let Some(other) = boxes.iter().find(|own| own.len() != numbers || ![4, 6].contains(&numbers)) {
            return Err(Error::value(
                target,
                key,
                "boxes of 4 numbers each, or of 6",
                format!("one of {}", other.len()),
            ));
        }
        let rank = numbers / 2;
        let corners =
            |numbers: Vec<f64>| mode.corners(&numbers.into_iter().map(|x| x as f32).collect::<Vec<_>>(), rank);
        Ok(Boxes { rank, corners: boxes.into_iter().map(corners).collect() })
    }

    /// The boxes in a mode.
    pub(crate) fn write(&self, mode: BoxMode) -> Value {
        self.corners.iter().map(|corners| Value::from(mode.numbers(corners, self.rank))).collect()
    }
}

/// How the numbers of a box are to be read (`monai.data.box_utils.BoxMode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BoxMode {
    /// First corner, last corner: `xyxy`, `xyzxyz`.
    #[default]
    CornerCornerA,
    /// Axis by axis: `xxyy`, `xxyyzz`.
    CornerCornerB,
    /// As in a plane, then the third axis: `xyxyzz`.
    CornerCornerC,
    /// First corner, size: `xywh`, `xyzwhd`.
    CornerSize,
    /// Centre, size: `ccwh`, `cccwhd`.
    CenterSize,
}

impl BoxMode {
    fn parse(name: &str) -> Option<BoxMode> {
        match name {
            "xyxy" | "xyzxyz" => Some(BoxMode::CornerCornerA),
            "xxyy" | "xxyyzz" => Some(BoxMode::CornerCornerB),
            "xyxyzz" => Some(BoxMode::CornerCornerC),
            "xywh" | "xyzwhd" => Some(BoxMode::CornerSize),
            "ccwh" | "cccwhd" => Some(BoxMode::CenterSize),
            _ => None,
        }
    }

    /// By MONAI's class, with its package before it or without.
    fn of_class(path: &str) -> Option<BoxMode> {
        match path.rsplit('.').next()? {
            "CornerCornerModeTypeA" | "StandardMode" => Some(BoxMode::CornerCornerA),
            "CornerCornerModeTypeB" => Some(BoxMode::CornerCornerB),
            "CornerCornerModeTypeC" => Some(BoxMode::CornerCornerC),
            "CornerSizeMode" => Some(BoxMode::CornerSize),
            "CenterSizeMode" => Some(BoxMode::CenterSize),
            _ => None,
        }
    }

    /// Where the first and the last corner of an axis stand, in the modes that hold both.
    fn places(self, axis: usize, rank: usize) -> [usize; 2] {
        match self {
            BoxMode::CornerCornerB => [2 * axis, 2 * axis + 1],
            BoxMode::CornerCornerC if rank == 3 => [[0, 2], [1, 3], [4, 5]][axis],
            _ => [axis, rank + axis],
        }
    }

    fn corners(self, numbers: &[f32], rank: usize) -> Vec<f32> {
        let axis = |axis: usize| {
            let [first, last] = self.places(axis, rank).map(|place| numbers[place]);
            match self {
                BoxMode::CornerSize => [first, first + last.max(0.0)],
                BoxMode::CenterSize => [first - (last / 2.0).max(0.0), first + (last / 2.0).max(0.0)],
                _ => [first, last],
            }
        };
        let ends: Vec<[f32; 2]> = (0..rank).map(axis).collect();
        ends.iter().map(|ends| ends[0]).chain(ends.iter().map(|ends| ends[1])).collect()
    }

    fn numbers(self, corners: &[f32], rank: usize) -> Vec<f32> {
        let mut numbers = vec![0.0; 2 * rank];
        for axis in 0..rank {
            let (first, last) = (corners[axis], corners[rank + axis]);
            let pair = match self {
                BoxMode::CornerSize => [first, last - first],
                BoxMode::CenterSize => [(first + last) / 2.0, last - first],
                _ => [first, last],
            };
            self.places(axis, rank).into_iter().zip(pair).for_each(|(place, number)| numbers[place] = number);
        }
        numbers
    }
}

impl<'de> Deserialize<'de> for BoxMode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<BoxMode, D::Error> {
        let given = Value::deserialize(from)?;
        let mode = match &given {
            Value::Null => return Ok(BoxMode::default()),
            // An instance, `_target_: CenterSizeMode`.
            Value::Object(component) => component.get("_target_").and_then(Value::as_str).and_then(BoxMode::of_class),
            // A bare name is text to MONAI; what an expression names has its package.
            other => other
                .as_str()
                .and_then(|name| if name.contains('.') { BoxMode::of_class(name) } else { BoxMode::parse(name) }),
        };
        mode.ok_or_else(|| {
            serde::de::Error::custom(format!("found {given}, expected a mode of boxes such as `xyzxyz`"))
        })
    }
}

use monai_imaging::Volume;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::border::{basins, border};
use super::contour::Mask;
use super::markers::markers;
use super::plane::{Activation, check_grid, fill_holes, objects, planes};
use super::watershed::watershed;
use crate::{Error, Flag, Image, Keys, Number, Sample, TypeName};

const NAME: &str = "HoVerNetInstanceMapPostProcessingd";

/// MONAI's `HoVerNetInstanceMapPostProcessingd`: from what HoVerNet says of nuclei and of the distances to their middles, a map
/// with one number for each nucleus, and by that number its box, its middle and its outline in pixels.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoVerNetInstanceMapPostProcessingd {
    /// Key of the network's output for nuclei.
    #[serde(rename = "nuclear_prediction_key", default = "nuclei")]
    pub keys: Keys,
    /// Key of its distances, across and down.
    #[serde(default = "distances")]
    pub hover_map_key: String,
    /// Under which key goes what there is to know of each nucleus.
    #[serde(default = "info")]
    pub instance_info_key: String,
    /// Under which key the map goes.
    #[serde(default = "map")]
    pub instance_map_key: String,
    /// What is done to the output for nuclei.
    #[serde(default)]
    pub activation: Activation,
    /// What it is then compared with; none: its largest channel, or 0.5 of the sigmoid.
    pub mask_threshold: Option<Number>,
    /// The least number of pixels of a nucleus, and of its inner part; 0: any.
    #[serde(default = "ten")]
    pub min_object_size: i64,
    /// Size of the Sobel operator.
    #[serde(default = "five")]
    pub sobel_kernel_size: usize,
    /// What smooths the distances: only none, `GaussianSmooth`.
    pub distance_smooth_fn: Option<Value>,
    /// From which value on a pixel is at a border.
    #[serde(default = "four_tenths")]
    pub marker_threshold: Number,
    /// Radius in pixels of the disk that opens the inner parts.
    #[serde(default = "two")]
    pub marker_radius: usize,
    /// What is done to the inner parts: only none, `FillHoles`.
    pub marker_postprocess_fn: Option<Value>,
    /// How many axes neighbours may differ along while basins are flooded, the channel one of them; none: 1.
    pub watershed_connectivity: Option<usize>,
    /// Fewer points than this are no outline, and the nucleus is left out of what there is to know.
    #[serde(default = "three")]
    pub min_num_points: usize,
    /// Where between 0 and 1 outlines run; none: in the middle.
    pub contour_level: Option<Number>,
    /// The device of MONAI's tensor; the runtime chooses its own.
    pub device: Option<String>,
    #[doc(hidden)]
    #[serde(skip)]
    pub allow_missing_keys: Flag,
}

fn nuclei() -> Keys {
    Keys::one("nucleus_prediction")
}

fn distances() -> String {
    "horizontal_vertical".to_owned()
}

pub(super) fn info() -> String {
    "instance_info".to_owned()
}

pub(super) fn map() -> String {
    "instance_map".to_owned()
}

fn ten() -> i64 {
    10
}

fn five() -> usize {
    5
}

fn four_tenths() -> Number {
    Number(0.4)
}

fn two() -> usize {
    2
}

fn three() -> usize {
    3
}

impl HoVerNetInstanceMapPostProcessingd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let functions =
            [("distance_smooth_fn", &self.distance_smooth_fn), ("marker_postprocess_fn", &self.marker_postprocess_fn)];
        for (argument, function) in functions {
            if let Some(function) = function.as_ref().filter(|function| !function.is_null()) {
                return Err(Error::unsupported(NAME, argument, function, "none"));
            }
        }
        if self.sobel_kernel_size < 3 || self.sobel_kernel_size.is_multiple_of(2) || self.sobel_kernel_size > 99 {
            let expected = "an odd number from 3 to 99";
            return Err(Error::unsupported(NAME, "sobel_kernel_size", self.sobel_kernel_size, expected));
        }
        if self.marker_threshold.0 <= 0.0 {
            return Err(Error::unsupported(NAME, "marker_threshold", self.marker_threshold.0, "more than 0"));
        }
        if self.marker_radius > 99 {
            return Err(Error::unsupported(NAME, "marker_radius", self.marker_radius, "at most 99"));
        }
        if self.watershed_connectivity == Some(0) {
            return Err(Error::unsupported(NAME, "watershed_connectivity", 0, "1 or more"));
        }
        self.keys.check_one(NAME, "nuclear_prediction_key")
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        for key in [&self.instance_info_key, &self.instance_map_key] {
            if sample.images.contains_key(key) || sample.values.contains_key(key) {
                return Err(Error::KeyExists { target: NAME, key: key.clone() });
            }
        }
        let prediction = planes(NAME, sample, &self.keys.as_slice()[0], None)?;
        let hover = &planes(NAME, sample, &self.hover_map_key, Some(2))?.volume;
        check_grid(NAME, &self.hover_map_key, hover, prediction.volume.shape)?;
        let map = self.map(prediction, hover)?;
        let info = self.info(&map.volume)?;
        sample.values.insert(self.instance_info_key.clone(), info);
        sample.images.insert(self.instance_map_key.clone(), map);
        Ok(())
    }

    /// The number of each pixel's nucleus.
    fn map(&self, prediction: &Image, hover: &Volume) -> Result<Image, Error> {
        let least = self.min_object_size as f64;
        let mut mask = self.activation.decide(prediction, self.mask_threshold.map(|threshold| threshold.0))?;
        if mask.volume.channels != 1 {
            let found = format!("{} channels", mask.volume.channels);
            return Err(Error::shape(NAME, "one channel for nuclei, or softmax", found));
        }
        objects(&mut mask.volume, least)?;
        mask.volume.data.iter_mut().for_each(|value| *value = f32::from(u8::from(*value > 0.0)));
        let mask = mask.volume;
        let border = border(NAME, hover, &mask.data, self.sobel_kernel_size)?;
        let basins = basins(&mask.data, &border, mask.shape);
        let markers = markers(&mask, &border, self.marker_threshold.0, self.marker_radius, least)?;
        let connectivity = self.watershed_connectivity.unwrap_or(1);
        let data = watershed(&basins, &markers.data, &mask.data, mask.shape, connectivity);
        let records = prediction.records.clone();
        Ok(Image { volume: Volume { data, ..mask }, records, dtype: TypeName::Int64 })
    }

    /// Box, middle and outline by the number of the nucleus.
    fn info(&self, map: &Volume) -> Result<Value, Error> {
        let [_, columns, _] = map.shape;
        let mut boxes: std::collections::BTreeMap<usize, [usize; 4]> = Default::default();
        for (index, number) in map.data.iter().enumerate().filter(|(_, number)| **number > 0.0) {
            let (row, column) = (index / columns, index % columns);
            let own = boxes.entry(*number as usize).or_insert([row, row + 1, column, column + 1]);
            *own = [own[0].min(row), own[1].max(row + 1), own[2].min(column), own[3].max(column + 1)];
        }
        let mut info = Map::new();
        for (number, own) in boxes {
            if let Some(nucleus) = self.nucleus(map, number, own)? {
                info.insert(number.to_string(), nucleus);
            }
        }
        Ok(Value::Object(info))
    }

    fn nucleus(&self, map: &Volume, number: usize, own: [usize; 4]) -> Result<Option<Value>, Error> {
        let [top, bottom, left, right] = own;
        let (rows, columns) = (bottom - top, right - left);
        if rows < 2 || columns < 2 {
            let found = format!("one of {rows} by {columns}");
            return Err(Error::shape(NAME, "nuclei of two pixels and more along each axis", found));
        }
        let line = |row: usize| &map.data[row * map.shape[1] + left..][..columns];
        let mask = (top..bottom).flat_map(line).map(|value| f32::from(u8::from(*value == number as f32)));
        let mask = Volume { channels: 1, shape: [rows, columns, 1], rank: 2, data: mask.collect(), affine: map.affine };
        let inside = || (0..mask.data.len()).filter(|index| mask.data[*index] != 0.0);
        let mean = |part: &dyn Fn(usize) -> usize| inside().map(part).sum::<usize>() as f64 / inside().count() as f64;
        // As MONAI, which adds the box's first column to the row and its first row to the column.
        let middle = [mean(&|index| index / columns) + left as f64, mean(&|index| index % columns) + top as f64];
        let filled = fill_holes(mask)?;
        let outline = Mask { data: &filled.data, rows, columns }.contour(self.contour_level.map(|level| level.0));
        let Some(outline) = outline.filter(|outline| outline.len() >= self.min_num_points) else { return Ok(None) };
        let outline: Vec<[i64; 2]> =
            outline.into_iter().map(|[column, row]| [column + left as i64, row + top as i64]).collect();
        Ok(Some(json!({
            "bounding_box": [own],
            "centroid": middle.map(|at| at as i64),
            "contour": outline,
        })))
    }
}

use std::collections::BTreeMap;

use monai_imaging::Volume;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::components::{Parts, Rows, Run, rows};
use crate::{Error, Flag, Image, Keys, PerKey, Sample};

const NAME: &str = "FillHolesd";

/// MONAI's `FillHolesd`: what a label encloses becomes that label, other labels in it too. Labels are filled in
/// ascending order.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FillHolesd {
    /// Keys of the images: labels in one channel, or one channel for each class.
    pub keys: Keys,
    /// Labels (or channels) to fill; all but 0 without it, as with 0 itself.
    #[serde(default, deserialize_with = "some_labels")]
    pub applied_labels: Option<Vec<i64>>,
    /// How many axes neighbouring voxels of a hole may differ along; all without it.
    pub connectivity: Option<usize>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

/// Python's truth: a list that is empty, and 0, but not a list of 0, are as none.
fn some_labels<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<i64>>, D::Error> {
    let value = Value::deserialize(from)?;
    if value.is_null() || value.as_i64() == Some(0) || value.as_array().is_some_and(Vec::is_empty) {
        return Ok(None);
    }
    let labels: PerKey<i64> = serde_json::from_value(value).map_err(D::Error::custom)?;
    Ok(Some(labels.values().to_vec()))
}

/// A box of voxels, half open.
type Region = [std::ops::Range<usize>; 3];

impl FillHolesd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| self.fill(image))
    }

    pub(crate) fn fill(&self, image: &mut Image) -> Result<(), Error> {
        let volume = &mut image.volume;
        let labels = self.applied_labels.as_deref();
        let chosen = |label: f32| labels.is_none_or(|labels| labels.iter().any(|&one| one as f32 == label));
        let connectivity = match self.connectivity {
            None | Some(0) => 3,
            Some(connectivity) => connectivity,
        };
        let (voxels, grid) =
            (volume.voxels(), Grid { shape: volume.shape, rank: usize::from(volume.rank), connectivity });
        if volume.channels == 1 {
            for (label, region) in regions(&volume.data, grid.shape, |value| if chosen(value) { value } else { 0.0 }) {
                grid.fill(&mut volume.data, &region, |value| value == label, label);
            }
            return Ok(());
        }
        if let Some(&label) =
            labels.iter().flat_map(|labels| labels.iter()).find(|&&label| !(0..volume.channels as i64).contains(&label))
        {
            return Err(Error::shape(NAME, format!("a channel {label}"), format!("{} channels", volume.channels)));
        }
        for channel in (1..volume.channels).filter(|&channel| chosen(channel as f32)) {
            let filled = labels.is_some() || is_filled(volume, channel);
            let data = &mut volume.data[channel * voxels..][..voxels];
            for value in data.iter_mut().filter(|value| filled && **value != 0.0) {
                *value = 1.0;
            }
            for (_, region) in regions(data, grid.shape, |value| f32::from(u8::from(filled && value != 0.0))) {
                grid.fill(data, &region, |value| value != 0.0, 1.0);
            }
        }
        Ok(())
    }
}

fn is_filled(volume: &Volume, channel: usize) -> bool {
    volume.channel(channel).iter().map(|&value| f64::from(value)).sum::<f64>() > 0.0
}

/// The box around each class but 0, in the order of the classes.
fn regions(data: &[f32], shape: [usize; 3], class: impl Fn(f32) -> f32 + Sync) -> Vec<(f32, Region)> {
    let mut found: BTreeMap<u32, (f32, Region)> = BTreeMap::new();
    rows(1, shape).each(data, class, |row, run| {
        let place = [row / shape[1], row % shape[1], run.start as usize];
        let ends = [place[0] + 1, place[1] + 1, run.end as usize];
        let fresh = || (run.class, std::array::from_fn(|axis| place[axis]..ends[axis]));
        let (_, region) = found.entry(run.class.to_bits()).or_insert_with(fresh);
        for axis in 0..3 {
            region[axis] = region[axis].start.min(place[axis])..region[axis].end.max(ends[axis]);
        }
    });
    let mut regions: Vec<(f32, Region)> = found.into_values().collect();
    regions.sort_by(|a, b| a.0.total_cmp(&b.0));
    regions
}

struct Grid {
    shape: [usize; 3],
    rank: usize,
    connectivity: usize,
}

impl Grid {
    /// Gives `label` to what `inside` encloses within its box. All that lies outside the box hangs together with the
    /// image's border, so what touches the box's border is no hole.
    fn fill(&self, data: &mut [f32], region: &Region, inside: impl Fn(f32) -> bool + Sync, label: f32) {
        let [_, ny, nz] = self.shape;
        let extents: [usize; 3] = std::array::from_fn(|axis| region[axis].len());
        let start = |row: usize| {
            let (x, y) = (region[0].start + row / extents[1], region[1].start + row % extents[1]);
            (x * ny + y) * nz + region[2].start
        };
        let rows = Rows { shape: [1, extents[0], extents[1]], length: extents[2], start };
        let outside = |value: f32| f32::from(u8::from(!inside(value)));
        let ends = |axis: usize, index: usize| axis < self.rank && (index == 0 || index + 1 == extents[axis]);
        let open = |row: usize, run: &Run| {
            let along = ends(2, run.start as usize) || ends(2, run.end as usize - 1);
            along || ends(0, row / extents[1]) || ends(1, row % extents[1])
        };
        let parts = Parts::find(data, rows, self.connectivity, outside, open);
        let holes: Vec<bool> = parts.parts.iter().map(|part| !part.marked).collect();
        parts.paint(data, &holes, label);
    }
}

use monai_imaging::Volume;
use serde::Deserialize;
use serde_json::Value;

use crate::arguments::eager;
use crate::padding::{self, Box3, PadMode};
use crate::{Error, Flag, Keys, PerKey, Sample};

const NAME: &str = "SpatialCropd";

/// MONAI's `SpatialCropd`: cuts to a box, given by center and size or by start and end. Axes for which nothing is given are
/// kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpatialCropd {
    /// Keys of the images.
    pub keys: Keys,
    /// The box's middle voxel.
    pub roi_center: Option<PerKey<i64>>,
    /// The box's extents.
    pub roi_size: Option<PerKey<i64>>,
    /// The box's first voxel; less than 0 is 0.
    pub roi_start: Option<PerKey<i64>>,
    /// The voxel after the box's last.
    pub roi_end: Option<PerKey<i64>>,
    /// Python's slices: only none.
    pub roi_slices: Option<Value>,
    /// Only `false`.
    #[serde(default)]
    pub lazy: Flag,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl SpatialCropd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        eager(NAME, self.lazy)?;
        let instead = "roi_center and roi_size, or roi_start and roi_end";
        if let Some(slices) = self.roi_slices.as_ref().filter(|slices| !slices.is_null()) {
            return Err(Error::unsupported(NAME, "roi_slices", slices, instead));
        }
        self.bounds().map(drop)
    }

    /// Start and end of the box along each axis that is cut.
    fn bounds(&self) -> Result<Vec<(usize, usize)>, Error> {
        let (first, second, centered) = match self {
            Self { roi_center: Some(center), roi_size: Some(size), .. } => (center, size, true),
            Self { roi_start: Some(start), roi_end: Some(end), .. } => (start, end, false),
            _ => return Err(Error::unsupported(NAME, "roi_start", "none", "roi_center and roi_size, or roi_start and roi_end")),
        };
        let (first, second) = (first.values(), second.values());
        let axes = first.len().max(second.len());
        if [first.len(), second.len()].iter().any(|&found| found != 1 && found != axes) {
            let found = format!("{} and {} values", first.len(), second.len());
            let argument = if centered { "roi_size" } else { "roi_end" };
            return Err(Error::unsupported(NAME, argument, found, "as many values as its companion"));
        }
        let bound = |axis: usize| {
            let (first, second) = (first[axis.min(first.len() - 1)], second[axis.min(second.len() - 1)]);
            let start = if centered { first.saturating_sub(second.div_euclid(2)) } else { first }.max(0);
            let end = if centered { start.saturating_add(second) } else { second }.max(start);
            (start as usize, end as usize)
        };
        Ok((0..axes).map(bound).collect())
    }

    /// The box that is kept of a volume.
    fn region(&self, volume: &Volume) -> Result<Box3, Error> {
        let mut out = Box3::of(volume);
        let bounds = self.bounds()?.into_iter().take(usize::from(volume.rank)).enumerate();
        bounds.for_each(|(axis, (start, end))| out.cut(axis, start, end));
        Ok(out)
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let region = self.region(&image.volume)?;
            padding::place(NAME, image, region, PadMode::Constant, [[0.0; 2]; 3], most)
        })
    }
}

use monai_imaging::Volume;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::padding::{self, Box3, PadMode};
use crate::{Error, Flag, Keys, PerKey, Sample};

const NAME: &str = "SpatialCropd";

/// MONAI's `SpatialCropd`: cuts to a box, given by center and size, by start and end or by slices. Axes for which nothing is given are
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
    /// A Python slice for each axis, such as `slice(None, -2)`; without a step.
    pub roi_slices: Option<Slices>,
    /// Whether the voxels are moved later, together with what other lazy transforms do to the grid. A `Compose` says so for
    /// all of its transforms, and only where its own `lazy` is null each for itself.
    #[serde(default)]
    pub lazy: Flag,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

/// Python's slices of step 1: start and end, from the end where negative, as text or a list of texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slices(Vec<(Option<i64>, Option<i64>)>);

impl Slices {
    fn parse(text: &str) -> Option<Slices> {
        let text = text.trim().trim_start_matches('$').trim();
        let list = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        let bound = |text: &str| match text.trim() {
            "None" => Some(None),
            number => number.parse().ok().map(Some),
        };
        let slice = |text: &str| {
            let (inside, rest) = text.split_once(')')?;
            let bounds: Option<Vec<Option<i64>>> = inside.split(',').map(bound).collect();
            let known = rest.trim().trim_end_matches(',').trim().is_empty();
            match bounds?[..] {
                [end] if known => Some((None, end)),
                [start, end] | [start, end, None | Some(1)] if known => Some((start, end)),
                _ => None,
            }
        };
        let (before, slices) = list.split_once("slice(")?;
        let slices: Option<Vec<_>> = slices.split("slice(").map(slice).collect();
        before.trim().is_empty().then_some(Slices(slices?))
    }
}

impl<'de> Deserialize<'de> for Slices {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Slices, D::Error> {
        let value = Value::deserialize(from)?;
        let text = match &value {
            Value::String(text) => Some(text.clone()),
            Value::Array(list) => {
                list.iter().map(Value::as_str).collect::<Option<Vec<_>>>().map(|list| list.join(", "))
            }
            _ => None,
        };
        text.and_then(|text| Slices::parse(&text))
            .ok_or_else(|| D::Error::custom(format!("found {value}, expected such as slice(1, -2) for each axis")))
    }
}

impl SpatialCropd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.roi_slices.is_some() { Ok(()) } else { self.bounds().map(drop) }
    }

    /// Start and end of the box along each axis that is cut.
    fn bounds(&self) -> Result<Vec<(usize, usize)>, Error> {
        let (first, second, centered) = match self {
            Self { roi_center: Some(center), roi_size: Some(size), .. } => (center, size, true),
            Self { roi_start: Some(start), roi_end: Some(end), .. } => (start, end, false),
            _ => {
                let expected = "roi_center and roi_size, roi_start and roi_end, or roi_slices";
                return Err(Error::unsupported(NAME, "roi_start", "none", expected));
            }
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
        if let Some(Slices(slices)) = &self.roi_slices {
            for (axis, &(start, end)) in slices.iter().enumerate().take(usize::from(volume.rank)) {
                let extent = volume.shape[axis] as i64;
                let place = |bound: i64| (if bound < 0 { bound + extent } else { bound }).max(0) as usize;
                out.cut(axis, start.map_or(0, place), end.map_or(volume.shape[axis], place));
            }
            return Ok(out);
        }
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

use monai_imaging::Volume;
use rayon::prelude::*;
use serde::Deserialize;

use crate::lambda::Predicate;
use crate::padding::{self, Box3, ConstantValues, PadMode, constants, per_axis};
use crate::{Error, Flag, Keys, Number, PerKey, Sample};

const NAME: &str = "CropForegroundd";

/// MONAI's `CropForegroundd`: cuts to the box around the foreground of one image, with a margin.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CropForegroundd {
    /// Keys of the images to cut.
    pub keys: Keys,
    /// Key of the image whose foreground counts.
    pub source_key: String,
    /// What is foreground, such as `lambda x: x > 0` (the default).
    #[serde(default)]
    pub select_fn: Predicate,
    /// Channels whose foreground counts, from the end where negative; all without it.
    pub channel_indices: Option<PerKey<i64>>,
    /// Voxels around the box: a number, or one for each axis.
    #[serde(default = "zero")]
    pub margin: PerKey<i64>,
    /// Whether the margin ends at the image's border; else the image is padded.
    #[serde(default)]
    pub allow_smaller: Flag,
    /// The box's extents become multiples of this: a number, or one for each axis; what is not positive is 1.
    #[serde(default = "one")]
    pub k_divisible: PerKey<i64>,
    /// What padding is filled with, by key.
    #[serde(default = "PadMode::constant")]
    pub mode: PerKey<PadMode>,
    /// The constant.
    pub value: Option<Number>,
    /// The constant, as NumPy writes it.
    pub constant_values: Option<ConstantValues>,
    /// Under which key MONAI puts the box's start; nothing reads it here.
    pub start_coord_key: Option<String>,
    /// As `start_coord_key`, for its end.
    pub end_coord_key: Option<String>,
    /// Whether the voxels are moved later, together with what other lazy transforms do to the grid. A `Compose` says so for
    /// all of its transforms, and only where its own `lazy` is null each for itself.
    #[serde(default)]
    pub lazy: Flag,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn zero() -> PerKey<i64> {
    PerKey::all(0)
}

fn one() -> PerKey<i64> {
    PerKey::all(1)
}

impl CropForegroundd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        PadMode::check(NAME, &self.keys, &self.mode, self.value, self.constant_values.as_ref())?;
        let wrong = |values: &PerKey<i64>, least: i64| {
            let far = values.values().iter().any(|value| !(least..=32767).contains(value));
            (values.values().len() > 3 || far).then(|| format!("{:?}", values.values()))
        };
        if let Some(found) = wrong(&self.margin, 0) {
            return Err(Error::unsupported(NAME, "margin", found, "up to three numbers from 0 to 32767"));
        }
        match wrong(&self.k_divisible, -32767) {
            Some(found) => Err(Error::unsupported(NAME, "k_divisible", found, "up to three numbers up to 32767")),
            None => Ok(()),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let region = self.region(sample)?;
        self.cut(sample, region)
    }

    /// The box around the foreground: MONAI's `generate_spatial_bounding_box`, then `k_divisible`.
    pub(crate) fn region(&self, sample: &Sample) -> Result<Box3, Error> {
        let source = &sample.need(NAME, &self.source_key)?.volume;
        let margin = per_axis(NAME, "margin", &self.margin, source.rank)?;
        let divisors = per_axis(NAME, "k_divisible", &self.k_divisible, source.rank)?;
        let bounds = self.foreground(source)?.ok_or(Error::NoForeground { target: NAME })?;
        let mut out = Box3::of(source);
        for axis in 0..usize::from(source.rank) {
            let (margin, divisor) = (margin[axis] as isize, divisors[axis].max(1) as isize);
            let (mut start, mut end) = (bounds[axis].0 as isize - margin, bounds[axis].1 as isize + margin);
            if self.allow_smaller.0 {
                (start, end) = (start.max(0), end.min(source.shape[axis] as isize));
            }
            let size = end - start;
            let whole = (size + divisor - 1) / divisor * divisor;
            (out.start[axis], out.shape[axis]) = (start - (whole - size) / 2, whole as usize);
        }
        Ok(out)
    }

    /// Cuts all images to a box on the source's grid.
    pub(crate) fn cut(&self, sample: &mut Sample, region: Box3) -> Result<(), Error> {
        let grid = sample.need(NAME, &self.source_key)?.volume.shape;
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |key, image| {
            if image.volume.shape != grid {
                let found = format!("{:?}", image.volume.shape);
                return Err(Error::shape(NAME, format!("the grid {grid:?} of the source"), found));
            }
            let numbers = constants(NAME, self.value, self.constant_values.as_ref(), image.volume.rank)?;
            padding::place(NAME, image, region, *self.mode.get(key), numbers, most)
        })
    }

    fn foreground(&self, source: &Volume) -> Result<Option<[(usize, usize); 3]>, Error> {
        let every: Vec<i64> = (0..source.channels as i64).collect();
        let channels = self.channel_indices.as_ref().map_or(&every[..], |indices| indices.values());
        let [nx, ny, nz] = source.shape;
        let mut out: Option<[(usize, usize); 3]> = None;
        for &index in channels {
            let count = source.channels as i64;
            if !(-count..count).contains(&index) {
                return Err(Error::shape(NAME, format!("a channel {index}"), format!("{count} channels")));
            }
            let index = index.rem_euclid(count) as usize;
            let found = source.channel(index).par_chunks(ny * nz).take(nx).enumerate().map(|(x, plane)| {
                let mut found: Option<[(usize, usize); 3]> = None;
                for (y, row) in plane.chunks_exact(nz).enumerate() {
                    if let Some(first) = row.iter().position(|&voxel| self.select_fn.holds(voxel)) {
                        let last = row.iter().rposition(|&voxel| self.select_fn.holds(voxel)).unwrap_or(first);
                        found = join(found, Some([(x, x + 1), (y, y + 1), (first, last + 1)]));
                    }
                }
                found
            });
            out = join(out, found.reduce(|| None, join));
        }
        Ok(out)
    }
}

fn join(a: Option<[(usize, usize); 3]>, b: Option<[(usize, usize); 3]>) -> Option<[(usize, usize); 3]> {
    match (a, b) {
        (Some(a), Some(b)) => Some(std::array::from_fn(|i| (a[i].0.min(b[i].0), a[i].1.max(b[i].1)))),
        (a, b) => a.or(b),
    }
}

use monai_imaging::{Affine, Volume};
use rayon::prelude::*;
use serde::Deserialize;

use crate::arguments::eager;
use crate::cast_to_type::per_key;
use crate::lambda::Predicate;
use crate::{Error, Flag, Image, Keys, PerKey, Record, Sample};

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
    /// Channels whose foreground counts; all without it.
    pub channel_indices: Option<PerKey<usize>>,
    /// Voxels around the box: a number, or one for each axis.
    #[serde(default = "zero")]
    pub margin: PerKey<usize>,
    /// Whether the margin ends at the image's border; else the image is padded.
    #[serde(default)]
    pub allow_smaller: Flag,
    /// The box's extents become multiples of this: a number, or one for each axis.
    #[serde(default = "one")]
    pub k_divisible: PerKey<usize>,
    /// What padding is filled with, by key.
    #[serde(default = "constant")]
    pub mode: PerKey<Fill>,
    /// Under which key MONAI puts the box's start; nothing reads it here.
    pub start_coord_key: Option<String>,
    /// As `start_coord_key`, for its end.
    pub end_coord_key: Option<String>,
    /// Only `false`.
    #[serde(default)]
    pub lazy: Flag,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

/// What padding is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fill {
    /// 0.
    Constant,
    /// The nearest voxel of the image.
    #[serde(alias = "replicate")]
    Edge,
    /// The least voxel along the axis.
    Minimum,
}

fn zero() -> PerKey<usize> {
    PerKey::all(0)
}

fn one() -> PerKey<usize> {
    PerKey::all(1)
}

fn constant() -> PerKey<Fill> {
    PerKey::all(Fill::Constant)
}

/// A box on an image's grid, half open; it may reach beyond the image.
#[derive(Clone, Copy)]
struct Region {
    start: [isize; 3],
    end: [isize; 3],
}

impl CropForegroundd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        eager(NAME, self.lazy)?;
        per_key(NAME, "mode", Some(&self.mode), &self.keys)?;
        for (argument, values) in [("margin", &self.margin), ("k_divisible", &self.k_divisible)] {
            if values.values().len() > 3 || values.values().iter().any(|&value| value > 32767) {
                return Err(Error::unsupported(
                    NAME,
                    argument,
                    format!("{:?}", values.values()),
                    "up to three numbers",
                ));
            }
        }
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let source = &sample.need(NAME, &self.source_key)?.volume;
        let (region, grid) = (self.region(source)?, source.shape);
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |index, image| {
            if image.volume.shape != grid {
                return Err(Error::shape(
                    NAME,
                    format!("the grid {grid:?} of the source"),
                    format!("{:?}", image.volume.shape),
                ));
            }
            let extent = |axis: usize| (region.end[axis] - region.start[axis]) as usize;
            let shape: [usize; 3] = std::array::from_fn(extent);
            Sample::bound(NAME, image.volume.channels, shape.map(|extent| extent as f64), most)?;
            let mut shift = *Affine::IDENTITY.matrix();
            (0..3).for_each(|axis| shift[axis][3] = region.start[axis] as f64);
            let affine =
                image.volume.affine.after(&shift).map_err(|source| Error::Geometry { target: NAME, source })?;
            image.records.push(Record::Cropped {
                start: region.start,
                shape: image.volume.shape,
                affine: image.volume.affine,
            });
            place(&mut image.volume, region.start, shape, *self.mode.get(index));
            image.volume.affine = affine;
            Ok(())
        })
    }

    /// MONAI's `generate_spatial_bounding_box`, then `k_divisible`.
    fn region(&self, source: &Volume) -> Result<Region, Error> {
        let bounds = self.foreground(source)?.ok_or(Error::NoForeground { target: NAME })?;
        let mut region = Region { start: [0; 3], end: [1; 3] };
        let values = |values: &PerKey<usize>, axis: usize| match values.values() {
            [all] => Some(*all as isize),
            list => list.get(axis).map(|&value| value as isize),
        };
        for axis in 0..usize::from(source.rank) {
            let (Some(margin), Some(divisor)) = (values(&self.margin, axis), values(&self.k_divisible, axis)) else {
                return Err(Error::shape(NAME, "a margin and k_divisible for each axis", "fewer"));
            };
            let (mut start, mut end) = (bounds[axis].0 as isize - margin, bounds[axis].1 as isize + margin);
            if self.allow_smaller.0 {
                (start, end) = (start.max(0), end.min(source.shape[axis] as isize));
            }
            let size = end - start;
            let whole = if divisor > 0 { (size + divisor - 1) / divisor * divisor } else { size };
            start -= (whole - size) / 2;
            region.start[axis] = start;
            region.end[axis] = start + whole;
        }
        Ok(region)
    }

    fn foreground(&self, source: &Volume) -> Result<Option<[(usize, usize); 3]>, Error> {
        let every: Vec<usize> = (0..source.channels).collect();
        let channels = self.channel_indices.as_ref().map_or(&every[..], |indices| indices.values());
        let [nx, ny, nz] = source.shape;
        let mut out: Option<[(usize, usize); 3]> = None;
        for &index in channels {
            if index >= source.channels {
                return Err(Error::shape(NAME, format!("a channel {index}"), format!("{} channels", source.channels)));
            }
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

/// Cuts the box at `start` of extent `shape` out of every channel; what lies outside the image is filled.
fn place(volume: &mut Volume, start: [isize; 3], shape: [usize; 3], fill: Fill) {
    let old = volume.shape;
    let source = std::mem::take(&mut volume.data);
    let inside = |axis: usize, index: usize| {
        let at = start[axis] + index as isize;
        (0..old[axis] as isize).contains(&at).then_some(at as usize)
    };
    let nearest = |axis: usize, index: usize| (start[axis] + index as isize).clamp(0, old[axis] as isize - 1) as usize;
    let first = (-start[2]).clamp(0, shape[2] as isize) as usize;
    let last = (old[2] as isize - start[2]).clamp(first as isize, shape[2] as isize) as usize;
    let mut data = vec![0f32; volume.channels * shape.iter().product::<usize>()];
    data.par_chunks_mut(shape[1] * shape[2]).enumerate().for_each(|(plane, out)| {
        let (channel, x) = (plane / shape[0], plane % shape[0]);
        for (y, row) in out.chunks_exact_mut(shape[2]).enumerate() {
            let line = match (inside(0, x), inside(1, y)) {
                (Some(x), Some(y)) => (x, y),
                _ if fill == Fill::Edge => (nearest(0, x), nearest(1, y)),
                _ => continue,
            };
            let line = &source[((channel * old[0] + line.0) * old[1] + line.1) * old[2]..][..old[2]];
            if first < last {
                let from = (start[2] + first as isize) as usize;
                row[first..last].copy_from_slice(&line[from..from + last - first]);
            }
            if fill == Fill::Edge {
                row[..first].fill(line[0]);
                row[last..].fill(line[old[2] - 1]);
            }
        }
    });
    volume.data = data;
    volume.shape = shape;
    if fill == Fill::Minimum {
        (0..3).for_each(|axis| fill_minimum(volume, axis, start[axis], old[axis]));
    }
}

/// NumPy's pad mode `minimum` along one axis: outside, the least voxel of each line.
fn fill_minimum(volume: &mut Volume, axis: usize, start: isize, old: usize) {
    let length = volume.shape[axis];
    let (first, last) = ((-start).max(0) as usize, (old as isize - start).min(length as isize) as usize);
    if first == 0 && last == length {
        return;
    }
    let stride: usize = volume.shape[axis + 1..].iter().product();
    volume.data.par_chunks_mut(length * stride).for_each(|lines| {
        for offset in 0..stride {
            let least = (first..last).map(|index| lines[index * stride + offset]).fold(f32::INFINITY, f32::min);
            for index in (0..first).chain(last..length) {
                lines[index * stride + offset] = least;
            }
        }
    });
}

/// Undoes [`Record::Cropped`]: what was cut away is 0.
pub(crate) fn undo(image: &mut Image, start: [isize; 3], shape: [usize; 3], affine: Affine) {
    place(&mut image.volume, start.map(|start| -start), shape, Fill::Constant);
    image.volume.affine = affine;
}

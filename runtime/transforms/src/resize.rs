use monai_imaging::{Affine, Volume};
use rayon::prelude::*;
use serde::Deserialize;

use crate::arguments::{eager, float32, floating};
use crate::cast_to_type::per_key;
use crate::{Error, Flag, Keys, PerKey, Record, Sample, TypeName};

const NAME: &str = "Resized";

/// MONAI's `Resized`: interpolates to a shape.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resized {
    /// Keys of the images.
    pub keys: Keys,
    /// The shape, where -1 keeps an extent; one number for all axes, or for the longest.
    pub spatial_size: PerKey<i64>,
    /// Whether `spatial_size` is the shape, or the extent of the longest axis.
    #[serde(default)]
    pub size_mode: SizeMode,
    /// Interpolation, by key.
    #[serde(default = "area")]
    pub mode: PerKey<Mode>,
    /// PyTorch's `align_corners`, by key.
    #[serde(default = "none")]
    pub align_corners: PerKey<Option<Flag>>,
    /// Whether the image is smoothed before it shrinks: only `false`.
    #[serde(default = "no")]
    pub anti_aliasing: PerKey<Flag>,
    /// For `anti_aliasing`: only none.
    pub anti_aliasing_sigma: Option<serde_json::Value>,
    /// Type for computing.
    #[serde(default = "float32")]
    pub dtype: Option<TypeName>,
    /// Only `false`.
    #[serde(default)]
    pub lazy: Flag,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

/// What `spatial_size` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SizeMode {
    /// The shape.
    #[default]
    All,
    /// The extent of the longest axis.
    Longest,
}

/// PyTorch's modes of `interpolate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The voxel at the scaled index, rounded down.
    Nearest,
    /// Linear along each axis.
    #[serde(alias = "trilinear", alias = "bilinear")]
    Linear,
    /// The mean of the voxels covered.
    Area,
}

fn area() -> PerKey<Mode> {
    PerKey::all(Mode::Area)
}

fn none() -> PerKey<Option<Flag>> {
    PerKey::all(None)
}

fn no() -> PerKey<Flag> {
    PerKey::all(Flag(false))
}

impl Resized {
    pub(crate) fn check(&self) -> Result<(), Error> {
        eager(NAME, self.lazy)?;
        floating(NAME, self.dtype)?;
        per_key(NAME, "mode", Some(&self.mode), &self.keys)?;
        per_key(NAME, "align_corners", Some(&self.align_corners), &self.keys)?;
        if self.anti_aliasing.values().iter().any(|flag| flag.0) {
            return Err(Error::unsupported(NAME, "anti_aliasing", true, "false"));
        }
        if let Some(sigma) = self.anti_aliasing_sigma.as_ref().filter(|sigma| !sigma.is_null()) {
            return Err(Error::unsupported(NAME, "anti_aliasing_sigma", sigma, "none"));
        }
        let sizes = self.spatial_size.values();
        if sizes.iter().any(|&size| size == 0 || size > 32767)
            || (self.size_mode == SizeMode::Longest && sizes.len() > 1)
        {
            return Err(Error::unsupported(NAME, "spatial_size", format!("{sizes:?}"), "extents up to 32767"));
        }
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |index, image| {
            let (old, affine) = (image.volume.shape, image.volume.affine);
            let shape = self.shape(&image.volume)?;
            Sample::bound(NAME, image.volume.channels, shape.map(|extent| extent as f64), most)?;
            let (mode, align_corners) = (*self.mode.get(index), self.align_corners.get(index).unwrap_or_default().0);
            let new = affine
                .after(&scale(old, shape, align_corners))
                .map_err(|source| Error::Geometry { target: NAME, source })?;
            interpolate(&mut image.volume, shape, mode, align_corners);
            image.volume.affine = new;
            image.records.push(Record::Resized { shape: old, affine, mode, align_corners });
            Ok(())
        })
    }

    fn shape(&self, volume: &Volume) -> Result<[usize; 3], Error> {
        let (old, rank) = (volume.shape, usize::from(volume.rank));
        let sizes = self.spatial_size.values();
        let mut out = old;
        if self.size_mode == SizeMode::Longest {
            let factor = sizes[0] as f64 / old[..rank].iter().max().copied().unwrap_or(1) as f64;
            (0..rank).for_each(|axis| out[axis] = ((old[axis] as f64 * factor).round_ties_even() as usize).max(1));
            return Ok(out);
        }
        if sizes.len() != rank {
            return Err(Error::shape(NAME, format!("an image of {} axes", sizes.len()), format!("{rank} axes")));
        }
        for axis in 0..rank {
            if sizes[axis] > 0 {
                out[axis] = sizes[axis] as usize;
            }
        }
        Ok(out)
    }
}

/// MONAI's `scale_affine`, centred.
fn scale(old: [usize; 3], new: [usize; 3], align_corners: bool) -> [[f64; 4]; 4] {
    let mut out = *Affine::IDENTITY.matrix();
    for axis in 0..3 {
        let (from, to) = (old[axis] as f64, new[axis] as f64);
        if from == to {
            continue;
        }
        out[axis][axis] = if align_corners { (from - 1.0) / (to - 1.0) } else { from / to };
        out[axis][3] = if align_corners { 0.0 } else { (out[axis][axis] - 1.0) / 2.0 };
    }
    out
}

/// Weights of the input positions `first..` that make one output position along an axis.
struct Window {
    first: usize,
    weights: Vec<f32>,
}

fn windows(old: usize, new: usize, mode: Mode, align_corners: bool) -> Vec<Window> {
    let factor = old as f32 / new as f32;
    let one = |index: usize| match mode {
        Mode::Nearest => Window { first: ((index as f32 * factor) as usize).min(old - 1), weights: vec![1.0] },
        Mode::Area => {
            let (first, end) = (index * old / new, ((index + 1) * old).div_ceil(new));
            Window { first, weights: vec![1.0 / (end - first) as f32; end - first] }
        }
        Mode::Linear => {
            let at = if align_corners {
                if new > 1 { index as f32 * ((old - 1) as f32 / (new - 1) as f32) } else { 0.0 }
            } else {
                (factor * (index as f32 + 0.5) - 0.5).max(0.0)
            };
            let first = (at as usize).min(old - 1);
            let part = at - first as f32;
            if first + 1 < old {
                Window { first, weights: vec![1.0 - part, part] }
            } else {
                Window { first, weights: vec![1.0] }
            }
        }
    };
    (0..new).map(one).collect()
}

/// PyTorch's `interpolate` along each axis in turn.
pub(crate) fn interpolate(volume: &mut Volume, shape: [usize; 3], mode: Mode, align_corners: bool) {
    for axis in 0..3 {
        let (old, new) = (volume.shape[axis], shape[axis]);
        if old == new {
            continue;
        }
        let windows = windows(old, new, mode, align_corners);
        let stride: usize = volume.shape[axis + 1..].iter().product();
        let source = std::mem::take(&mut volume.data);
        let mut data = vec![0f32; source.len() / old * new];
        data.par_chunks_mut(new * stride).zip(source.par_chunks(old * stride)).for_each(|(out, lines)| {
            for (out, window) in out.chunks_exact_mut(stride).zip(&windows) {
                for (offset, &weight) in window.weights.iter().enumerate() {
                    let line = &lines[(window.first + offset) * stride..][..stride];
                    out.iter_mut().zip(line).for_each(|(out, &value)| *out += weight * value);
                }
            }
        });
        volume.data = data;
        volume.shape[axis] = new;
    }
}

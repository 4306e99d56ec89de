use monai_imaging::{Affine, Volume};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::arguments::floating;
use crate::cast_to_type::per_key;
use crate::interpolation::windows;
use crate::kernel::{self, Blend};
use crate::record::Change;
use crate::{Error, Flag, Image, Keys, Number, PerKey, Record, Sample, TypeName};

const NAME: &str = "Resized";

/// MONAI's `Resized`: interpolates to a shape.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resized {
    /// Keys of the images.
    pub keys: Keys,
    /// The shape, where what is not positive keeps an extent; one number for the longest axis. Three numbers make a plane a
    /// volume.
    pub spatial_size: PerKey<i64>,
    /// Whether `spatial_size` is the shape, or the extent of the longest axis.
    #[serde(default)]
    pub size_mode: SizeMode,
    /// Interpolation, by key.
    #[serde(default = "area")]
    pub mode: PerKey<Mode>,
    /// PyTorch's `align_corners`, by key; of effect where `mode` is linear or bicubic.
    #[serde(default = "none")]
    pub align_corners: PerKey<Option<Flag>>,
    /// Whether a Gaussian smooths the image before it shrinks, by key.
    #[serde(default = "no")]
    pub anti_aliasing: PerKey<Flag>,
    /// Standard deviation of that Gaussian in voxels, by key: a number, or one for each axis. Without it, half of what the
    /// factor by which an axis shrinks is above 1.
    pub anti_aliasing_sigma: Option<PerKey<Option<PerKey<Number>>>>,
    /// Type for computing: 64 bit whatever float is named.
    pub dtype: Option<PerKey<Option<TypeName>>>,
    /// Whether the voxels are moved later, together with what other lazy transforms do to the grid. A `Compose` says so for
    /// all of its transforms, and only where its own `lazy` is null each for itself.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The voxel at the scaled index, rounded down.
    Nearest,
    /// The voxel at the scaled centre.
    NearestExact,
    /// Linear along each axis.
    Linear,
    /// Cubic along each axis; planes only.
    Bicubic,
    /// The mean of the voxels covered.
    Area,
}

impl<'de> Deserialize<'de> for Mode {
    /// PyTorch's names, or the order of the spline that MONAI takes to mean one of them.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Mode, D::Error> {
        let value = Value::deserialize(from)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Ok(match text.as_str() {
            "nearest" => Mode::Nearest,
            "nearest-exact" | "0" => Mode::NearestExact,
            "linear" | "bilinear" | "trilinear" | "1" => Mode::Linear,
            "bicubic" | "3" => Mode::Bicubic,
            "area" => Mode::Area,
            _ => {
                let modes = "nearest, nearest-exact, linear, bilinear, trilinear, bicubic or area";
                return Err(D::Error::custom(format!("the mode {value} is not supported; expected {modes}")));
            }
        })
    }
}

/// How a shape becomes another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scaling {
    /// How voxels are interpolated.
    pub mode: Mode,
    /// PyTorch's `align_corners`.
    pub align_corners: bool,
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
        if self.lazy.0 && self.anti_aliasing.values().iter().any(|flag| flag.0) {
            return Err(Error::unsupported(NAME, "anti_aliasing", true, "false where it is lazy"));
        }
        per_key(NAME, "mode", Some(&self.mode), &self.keys)?;
        per_key(NAME, "align_corners", Some(&self.align_corners), &self.keys)?;
        per_key(NAME, "anti_aliasing", Some(&self.anti_aliasing), &self.keys)?;
        per_key(NAME, "anti_aliasing_sigma", self.anti_aliasing_sigma.as_ref(), &self.keys)?;
        per_key(NAME, "dtype", self.dtype.as_ref(), &self.keys)?;
        for dtype in self.dtype.iter().flat_map(PerKey::values) {
            floating(NAME, *dtype)?;
        }
        let sigmas = self.anti_aliasing_sigma.iter().flat_map(PerKey::values).flatten().flat_map(PerKey::values);
        if let Some(sigma) = sigmas.map(|sigma| sigma.0).find(|sigma| !(0.0..=1000.0).contains(sigma)) {
            return Err(Error::unsupported(NAME, "anti_aliasing_sigma", sigma, "numbers from 0 to 1000"));
        }
        let sizes = self.spatial_size.values();
        let longest = self.size_mode == SizeMode::Longest;
        let single = sizes.len() == 1 && sizes[0] > 0;
        if sizes.len() > 3 || sizes.iter().any(|&size| size > 32767) || (longest && !single) {
            let expected = if longest { "one number from 1 to 32767" } else { "two or three numbers up to 32767" };
            return Err(Error::unsupported(NAME, "spatial_size", format!("{sizes:?}"), expected));
        }
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |key, image| {
            let (to, rank) = self.shape(&image.volume)?;
            Sample::bound(NAME, image.volume.channels, to.map(|extent| extent as f64), most)?;
            self.one(key, image, to, rank)
        })
    }

    fn one(&self, key: usize, image: &mut Image, to: [usize; 3], rank: u8) -> Result<(), Error> {
        let (mode, align_corners) = (*self.mode.get(key), self.align_corners.get(key).unwrap_or_default().0);
        if mode == Mode::Bicubic && rank != 2 {
            return Err(Error::shape(NAME, "a plane for `mode` = bicubic", "a volume"));
        }
        let Volume { channels, shape: from, affine, .. } = image.volume;
        let scaled = affine.after(&scale(from, to, align_corners));
        let affine = scaled.map_err(|source| Error::Geometry { target: NAME, source })?;
        let scaling = Scaling { mode, align_corners };
        image.records.push(Record::of(&image.volume, Change::Resized(scaling)));
        if from != to {
            let shrinks = (0..3).any(|axis| to[axis] < from[axis]);
            let smooth = self.anti_aliasing.get(key).0 && shrinks;
            let sigma = self.anti_aliasing_sigma.as_ref().and_then(|sigma| sigma.get(key).as_ref());
            let axes = [0, 1, 2].map(|axis| {
                let windows = windows(from[axis], to[axis], scaling);
                if smooth && axis < usize::from(rank) {
                    windows.smoothed(deviation(from[axis], to[axis], axis, sigma), from[axis])
                } else {
                    windows
                }
            });
            kernel::apply(&Blend::new(channels, from, axes), &mut image.volume);
        }
        (image.volume.affine, image.volume.rank) = (affine, rank);
        Ok(())
    }

    /// The shape to make of a volume and its number of axes.
    fn shape(&self, volume: &Volume) -> Result<([usize; 3], u8), Error> {
        let (old, rank) = (volume.shape, usize::from(volume.rank));
        let sizes = self.spatial_size.values();
        let mut out = old;
        if self.size_mode == SizeMode::Longest {
            let factor = sizes[0] as f64 / old[..rank].iter().max().copied().unwrap_or(1) as f64;
            (0..rank).for_each(|axis| out[axis] = ((old[axis] as f64 * factor).round_ties_even() as usize).max(1));
            return Ok((out, volume.rank));
        }
        if sizes.len() < rank {
            return Err(Error::shape(NAME, format!("an image of {} axes", sizes.len()), format!("{rank} axes")));
        }
        for (axis, &size) in sizes.iter().enumerate().filter(|(_, size)| **size > 0) {
            out[axis] = size as usize;
        }
        Ok((out, sizes.len() as u8))
    }
}

/// The Gaussian's standard deviation along an axis, in 32 bit as MONAI computes it.
fn deviation(from: usize, to: usize, axis: usize, given: Option<&PerKey<Number>>) -> f64 {
    let factor = from as f32 / to as f32;
    match given.map(PerKey::values) {
        None => f64::from(((factor - 1.0) / 2.0).max(0.0)),
        Some(_) if factor <= 1.0 => 0.0,
        Some(sigma) => f64::from(sigma.get(axis).unwrap_or(&sigma[0]).0 as f32),
    }
}

/// MONAI's `scale_affine`, centred.
pub(crate) fn scale(old: [usize; 3], new: [usize; 3], align_corners: bool) -> [[f64; 4]; 4] {
    let mut out = *Affine::IDENTITY.matrix();
    for axis in 0..3 {
        let (from, to) = (old[axis] as f64, new[axis] as f64);
        if from == to {
            continue;
        }
        out[axis][axis] = match align_corners {
            true if to == 1.0 => 0.0,
            true => (from - 1.0) / (to - 1.0),
            false => from / to,
        };
        out[axis][3] = if align_corners { 0.0 } else { (out[axis][axis] - 1.0) / 2.0 };
    }
    out
}

/// What interpolates a shape to another.
pub(crate) fn kernel(channels: usize, from: [usize; 3], to: [usize; 3], scaling: Scaling) -> Blend {
    Blend::new(channels, from, [0, 1, 2].map(|axis| windows(from[axis], to[axis], scaling)))
}

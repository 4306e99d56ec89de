//! Cutting to a box that may reach beyond the image, as MONAI's croppers and padders do.

use monai_imaging::{Affine, Volume};
use rayon::prelude::*;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::cast_to_type::per_key;
use crate::kernel::{self, Fill, Placement};
use crate::record::Change;
use crate::{Error, Image, Keys, Number, PerKey, Record, Sample};

/// What padding is filled with: NumPy's modes and PyTorch's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PadMode {
    /// 0, or what `value` or `constant_values` say.
    Constant,
    /// The nearest voxel of the image.
    #[serde(alias = "replicate")]
    Edge,
    /// The image, mirrored at the centre of its outer voxels.
    Reflect,
    /// The image, mirrored at the border of its outer voxels.
    Symmetric,
    /// The other end of the image.
    #[serde(alias = "circular")]
    Wrap,
    /// The least voxel along the axis.
    Minimum,
    /// The largest voxel along the axis.
    Maximum,
    /// The mean along the axis.
    Mean,
    /// The median along the axis.
    Median,
    /// Falls linearly from the outer voxel to 0.
    LinearRamp,
    /// Anything; 0 here.
    Empty,
}

/// NumPy's `constant_values`: a number, a pair for the two sides, or a pair for each axis, channels first.
#[derive(Debug, Clone, PartialEq)]
pub struct ConstantValues(Vec<[f32; 2]>);

impl<'de> Deserialize<'de> for ConstantValues {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<ConstantValues, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            One(Number),
            Pair([Number; 2]),
            Pairs(Vec<[Number; 2]>),
        }
        let value = Value::deserialize(from)?;
        let pair = |[low, high]: [Number; 2]| [low.0 as f32, high.0 as f32];
        Ok(ConstantValues(match serde_json::from_value(value.clone()) {
            Ok(Form::One(all)) => vec![pair([all, all])],
            Ok(Form::Pair(sides)) => vec![pair(sides)],
            Ok(Form::Pairs(axes)) if !axes.is_empty() => axes.into_iter().map(pair).collect(),
            _ => return Err(D::Error::custom(format!("found {value}, expected a number or pairs of numbers"))),
        }))
    }
}

impl PadMode {
    pub(crate) fn constant() -> PerKey<PadMode> {
        PerKey::all(PadMode::Constant)
    }

    /// Refuses a list of modes of another length than the keys', and numbers for a mode that takes none.
    pub(crate) fn check(
        target: &'static str,
        keys: &Keys,
        modes: &PerKey<PadMode>,
        value: Option<Number>,
        constants: Option<&ConstantValues>,
    ) -> Result<(), Error> {
        per_key(target, "mode", Some(modes), keys)?;
        let expected = "none, for only padding by one constant takes one";
        let constant = modes.values().iter().all(|mode| *mode == PadMode::Constant);
        match (value, constants) {
            (Some(value), constants) if !constant || constants.is_some() => {
                Err(Error::unsupported(target, "value", value.0, expected))
            }
            (_, Some(constants)) if !constant => {
                Err(Error::unsupported(target, "constant_values", format!("{:?}", constants.0), expected))
            }
            _ => Ok(()),
        }
    }
}

/// Numbers for the sides of X, Y and Z.
pub(crate) fn constants(
    target: &'static str,
    value: Option<Number>,
    constants: Option<&ConstantValues>,
    rank: u8,
) -> Result<[[f32; 2]; 3], Error> {
    let value = value.map_or(0.0, |value| value.0 as f32);
    let mut out = [[value; 2]; 3];
    if let Some(ConstantValues(pairs)) = constants {
        let axes = usize::from(rank) + 1;
        if pairs.len() != 1 && pairs.len() != axes {
            return Err(Error::shape(target, format!("{axes} pairs of constant_values"), pairs.len()));
        }
        (0..3).for_each(|axis| out[axis] = *pairs.get(axis + 1).unwrap_or(&pairs[0]));
    }
    Ok(out)
}

/// The entry of each axis: one number is for all.
pub(crate) fn per_axis<T: Copy>(
    target: &'static str,
    argument: &str,
    values: &PerKey<T>,
    rank: u8,
) -> Result<Vec<T>, Error> {
    let (values, rank) = (values.values(), usize::from(rank));
    match values.len() {
        1 => Ok(vec![values[0]; rank]),
        found if found == rank => Ok(values.to_vec()),
        found => Err(Error::shape(target, format!("{rank} values of `{argument}`, one for each axis"), found)),
    }
}

/// A box on an image's grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Box3 {
    pub(crate) start: [isize; 3],
    pub(crate) shape: [usize; 3],
}

impl Box3 {
    /// All of an image.
    pub(crate) fn of(volume: &Volume) -> Box3 {
        Box3 { start: [0; 3], shape: volume.shape }
    }

    /// Adds `low` and `high` voxels along an axis.
    pub(crate) fn pad(&mut self, axis: usize, low: usize, high: usize) {
        self.start[axis] -= low as isize;
        self.shape[axis] = self.shape[axis].saturating_add(low).saturating_add(high);
    }

    /// Keeps the voxels from `start` to before `end` along an axis, as far as there are any.
    pub(crate) fn cut(&mut self, axis: usize, start: usize, end: usize) {
        let (start, end) = (start.min(self.shape[axis]), end.min(self.shape[axis]));
        self.start[axis] += start as isize;
        self.shape[axis] = end.saturating_sub(start);
    }
}

/// Cuts an image to a box and fills what lies outside: voxels, affine and record.
pub(crate) fn place(
    target: &'static str,
    image: &mut Image,
    Box3 { start, shape }: Box3,
    mode: PadMode,
    numbers: [[f32; 2]; 3],
    most: usize,
) -> Result<(), Error> {
    let Volume { channels, shape: [x, y, z], .. } = image.volume;
    if shape.contains(&0) {
        return Err(Error::shape(target, format!("a box with voxels of the shape {:?}", [x, y, z]), "an empty one"));
    }
    Sample::bound(target, channels, shape.map(|extent| extent as f64), most)?;
    let inside = [0, 1, 2].map(|axis| {
        let bound = |at: usize| (at as isize - start[axis]).clamp(0, shape[axis] as isize) as usize;
        bound(0)..bound(image.volume.shape[axis])
    });
    for axis in 0..3 {
        let (left, padding) = (inside[axis].len(), inside[axis].start.max(shape[axis] - inside[axis].end));
        if mode == PadMode::Reflect && padding > 0 && padding >= left {
            let expected = format!("less than {left} voxels to reflect along axis {axis}");
            return Err(Error::shape(target, expected, padding));
        }
        if left == 0 && mode != PadMode::Constant {
            return Err(Error::shape(target, "a box that meets the image", "one beside it"));
        }
    }
    let mut shift = *Affine::IDENTITY.matrix();
    (0..3).for_each(|axis| shift[axis][3] = start[axis] as f64);
    let affine = image.volume.affine.after(&shift).map_err(|source| Error::Geometry { target, source })?;
    image.records.push(Record::of(&image.volume, Change::Placed { start }));
    let kept = inside.each_ref().map(ExactSizeIterator::len);
    let first = start.map(|start| start.max(0));
    if kept != [x, y, z] {
        let source = [channels, x, y, z];
        kernel::apply(&Placement { source, start: first, shape: kept, fill: Fill::ZERO }, &mut image.volume);
    }
    if kept != shape {
        let fill = match mode {
            PadMode::Constant => Fill::Constant(numbers),
            PadMode::Edge => Fill::Edge,
            PadMode::Reflect => Fill::Reflect,
            PadMode::Symmetric => Fill::Symmetric,
            PadMode::Wrap => Fill::Wrap,
            _ => Fill::ZERO,
        };
        // What is repeated is only what the box keeps.
        let start = [0, 1, 2].map(|axis| start[axis] - first[axis]);
        kernel::apply(
            &Placement { source: [channels, kept[0], kept[1], kept[2]], start, shape, fill },
            &mut image.volume,
        );
        if let Some(extend) = extension(mode) {
            (0..3).for_each(|axis| extend_lines(&mut image.volume, axis, inside[axis].clone(), extend));
        }
    }
    image.volume.affine = affine;
    Ok(())
}

/// From the voxels along a line and the distance from its end, in parts of the padding's width: a voxel outside.
type Extend = fn(&mut [f32], f32, f32) -> f32;

/// The modes for which what lies outside is computed of the line.
fn extension(mode: PadMode) -> Option<Extend> {
    Some(match mode {
        PadMode::Minimum => |line, _, _| line.iter().copied().fold(f32::INFINITY, f32::min),
        PadMode::Maximum => |line, _, _| line.iter().copied().fold(f32::NEG_INFINITY, f32::max),
        PadMode::Mean => |line, _, _| (line.iter().map(|&v| f64::from(v)).sum::<f64>() / line.len() as f64) as f32,
        PadMode::Median => |line, _, _| {
            line.sort_by(f32::total_cmp);
            let (low, high) = (line[(line.len() - 1) / 2], line[line.len() / 2]);
            (low + high) / 2.0
        },
        PadMode::LinearRamp => |_, edge, part| edge * part,
        _ => return None,
    })
}

/// NumPy's padding along one axis by what the voxels `inside` of each line make.
fn extend_lines(volume: &mut Volume, axis: usize, inside: std::ops::Range<usize>, extend: Extend) {
    let length = volume.shape[axis];
    if inside.len() == length {
        return;
    }
    let stride: usize = volume.shape[axis + 1..].iter().product();
    volume.data.par_chunks_mut(length * stride).for_each(|lines| {
        for offset in 0..stride {
            let mut line: Vec<f32> = inside.clone().map(|index| lines[index * stride + offset]).collect();
            let ends = [line[0], line[line.len() - 1]];
            let (low, high) = (inside.start, length - inside.end);
            for (side, width) in [low, high].into_iter().enumerate() {
                for step in 0..width {
                    // From the outermost voxel inwards.
                    let voxel = extend(&mut line, ends[side], step as f32 / width as f32);
                    let index = if side == 0 { step } else { length - 1 - step };
                    lines[index * stride + offset] = voxel;
                }
            }
        }
    });
}

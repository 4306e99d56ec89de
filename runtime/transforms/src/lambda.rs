use rayon::prelude::*;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::cast_to_type::per_key;
use crate::{Error, Flag, Keys, PerKey, Sample};

const NAME: &str = "Lambdad";

/// MONAI's `Lambdad` with a function of a known form: `lambda x: x[1:]` (channels left out), `lambda x: x > 0` and the
/// other comparisons with a number. Nothing else is executed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lambdad {
    /// Keys of the images.
    pub keys: Keys,
    /// The function, by key.
    pub func: PerKey<Function>,
    /// The inverse: only none.
    pub inv_func: Option<serde_json::Value>,
    /// Whether MONAI keeps the affine; it is always kept.
    pub track_meta: Option<Flag>,
    /// Whether the result replaces the image: only `true`.
    pub overwrite: Option<Flag>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

/// A function of a known form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Function {
    /// `x[start:end]`: some of the channels.
    Channels {
        /// First channel, from the end where negative.
        start: Option<i64>,
        /// Channel after the last, from the end where negative.
        end: Option<i64>,
    },
    /// A comparison: 1 where it holds, else 0.
    Compare(Predicate),
}

/// A comparison of a voxel with a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Predicate {
    operator: Operator,
    number: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Equal,
    NotEqual,
}

impl Default for Predicate {
    /// MONAI's `is_positive`.
    fn default() -> Predicate {
        Predicate { operator: Operator::Greater, number: 0.0 }
    }
}

impl Predicate {
    /// Whether the voxel fulfils it.
    pub fn holds(&self, voxel: f32) -> bool {
        match self.operator {
            Operator::Greater => voxel > self.number,
            Operator::GreaterEqual => voxel >= self.number,
            Operator::Less => voxel < self.number,
            Operator::LessEqual => voxel <= self.number,
            Operator::Equal => voxel == self.number,
            Operator::NotEqual => voxel != self.number,
        }
    }

    fn parse(text: &str) -> Option<Predicate> {
        let (name, body) = split(text)?;
        let rest = body.strip_prefix(name)?.trim();
        let operators = [
            (">=", Operator::GreaterEqual),
            ("<=", Operator::LessEqual),
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            (">", Operator::Greater),
            ("<", Operator::Less),
        ];
        let (operator, number) =
            operators.iter().find_map(|&(sign, operator)| Some((operator, rest.strip_prefix(sign)?)))?;
        let number: f32 = number.trim().parse().ok()?;
        number.is_finite().then_some(Predicate { operator, number })
    }
}

/// The parameter and the body of `lambda x: ...`.
fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim().trim_start_matches('$').trim().strip_prefix("lambda ")?;
    let (name, body) = text.split_once(':')?;
    let name = name.trim();
    let known = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    known.then_some((name, body.trim()))
}

impl Function {
    fn parse(text: &str) -> Option<Function> {
        if let Some(predicate) = Predicate::parse(text) {
            return Some(Function::Compare(predicate));
        }
        let (name, body) = split(text)?;
        let (start, end) = body.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?.split_once(':')?;
        let bound = |text: &str| match text.trim() {
            "" => Some(None),
            number => number.parse().ok().map(Some),
        };
        Some(Function::Channels { start: bound(start)?, end: bound(end)? })
    }
}

impl<'de> Deserialize<'de> for Predicate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Predicate, D::Error> {
        let text = String::deserialize(from)?;
        Predicate::parse(&text).ok_or_else(|| {
            D::Error::custom(format!("the function {text:?} is not known; expected such as lambda x: x > 0"))
        })
    }
}

impl<'de> Deserialize<'de> for Function {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Function, D::Error> {
        let text = String::deserialize(from)?;
        Function::parse(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "the function {text:?} is not known; expected such as lambda x: x[1:] or lambda x: x > 0"
            ))
        })
    }
}

impl Lambdad {
    pub(crate) fn check(&self) -> Result<(), Error> {
        per_key(NAME, "func", Some(&self.func), &self.keys)?;
        if let Some(function) = self.inv_func.as_ref().filter(|function| !function.is_null()) {
            return Err(Error::unsupported(NAME, "inv_func", function, "none"));
        }
        if self.overwrite == Some(Flag(false)) {
            return Err(Error::unsupported(NAME, "overwrite", false, "true"));
        }
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |index, image| {
            let volume = &mut image.volume;
            match *self.func.get(index) {
                Function::Compare(predicate) => {
                    volume.data.par_iter_mut().for_each(|voxel| *voxel = f32::from(u8::from(predicate.holds(*voxel))));
                }
                Function::Channels { start, end } => {
                    let count = volume.channels as i64;
                    let place = |bound: i64| if bound < 0 { bound + count } else { bound }.clamp(0, count) as usize;
                    let (start, end) = (place(start.unwrap_or(0)), place(end.unwrap_or(count)));
                    if start >= end {
                        return Err(Error::shape(NAME, "at least one channel left", format!("{count} channels")));
                    }
                    let voxels = volume.voxels();
                    volume.data.truncate(end * voxels);
                    volume.data.drain(..start * voxels);
                    volume.channels = end - start;
                }
            }
            Ok(())
        })
    }
}

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::cast_to_type::per_key;
use crate::function::{Applied, Function};
use crate::voxelwise::{self, Voxelwise};
use crate::{Error, Flag, Keys, PerKey, Sample};

const NAME: &str = "Lambdad";

/// MONAI's `Lambdad` with a function of a known form, such as `lambda x: x[1:]` or
/// `lambda x: torch.where(x[[0]] > 0, 1, 0)`: see [`Function`]. Nothing else is executed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lambdad {
    /// Keys of the images.
    pub keys: Keys,
    /// The function, by key.
    pub func: PerKey<Function>,
    /// What `Invertd` would do to undo it: only none, that is nothing.
    pub inv_func: Option<Value>,
    /// Whether MONAI keeps the affine; it is always kept.
    pub track_meta: Option<Flag>,
    /// Where the result goes, by key.
    #[serde(default = "replace")]
    pub overwrite: PerKey<Overwrite>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

/// Where the result of a function goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overwrite {
    /// `True`: it replaces the image.
    Image,
    /// `False`: nowhere.
    Nothing,
    /// A text: under this key.
    Key(String),
}

impl<'de> Deserialize<'de> for Overwrite {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Overwrite, D::Error> {
        match Value::deserialize(from)? {
            Value::Bool(true) => Ok(Overwrite::Image),
            Value::Bool(false) => Ok(Overwrite::Nothing),
            Value::String(key) => Ok(Overwrite::Key(key)),
            other => Err(D::Error::custom(format!("`overwrite` is {other}, expected true, false or a key"))),
        }
    }
}

fn replace() -> PerKey<Overwrite> {
    PerKey::all(Overwrite::Image)
}

impl Lambdad {
    pub(crate) fn check(&self) -> Result<(), Error> {
        per_key(NAME, "func", Some(&self.func), &self.keys)?;
        per_key(NAME, "overwrite", Some(&self.overwrite), &self.keys)?;
        match self.inv_func.as_ref().filter(|function| !function.is_null()) {
            Some(function) => Err(Error::unsupported(NAME, "inv_func", function, "none")),
            None => Ok(()),
        }
    }

    /// What happens to the voxels of a key, where the result replaces them.
    pub(crate) fn voxelwise(&self, key: usize) -> Option<impl Voxelwise + '_> {
        let act = Applied { target: NAME, function: self.func.get(key) };
        (*self.overwrite.get(key) == Overwrite::Image).then_some(act)
    }

    /// The keys under which results go beside the images.
    pub(crate) fn new_keys(&self) -> impl Iterator<Item = String> + '_ {
        self.overwrite.values().iter().filter_map(|overwrite| match overwrite {
            Overwrite::Key(key) => Some(key.clone()),
            _ => None,
        })
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        for (index, key) in self.keys.as_slice().iter().enumerate() {
            let to = match self.overwrite.get(index) {
                Overwrite::Image => key,
                Overwrite::Key(to) => to,
                Overwrite::Nothing => continue,
            };
            if self.allow_missing_keys.0 && !sample.images.contains_key(key) {
                continue;
            }
            let mut image = match to == key {
                true => {
                    sample.images.remove(key).ok_or_else(|| Error::MissingKey { target: NAME, key: key.clone() })?
                }
                false => sample.need(NAME, key)?.clone(),
            };
            let act = Applied { target: NAME, function: self.func.get(index) };
            voxelwise::whole(NAME, &act, &mut image, sample.most_voxels)?;
            sample.images.insert(to.clone(), image);
        }
        Ok(())
    }
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
        let text = text.trim().trim_start_matches('$').trim().strip_prefix("lambda ")?;
        let (name, body) = text.split_once(':')?;
        let rest = body.trim().strip_prefix(name.trim())?.trim();
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

impl<'de> Deserialize<'de> for Predicate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Predicate, D::Error> {
        let text = String::deserialize(from)?;
        Predicate::parse(&text).ok_or_else(|| {
            D::Error::custom(format!("the function {text:?} is not known; expected such as lambda x: x > 0"))
        })
    }
}

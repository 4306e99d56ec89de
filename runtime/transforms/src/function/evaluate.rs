//! The tree's value on some voxels.

use std::iter;

use pulp::Arch;

use super::{Binary, Channels, Expression, Function, Unary};
use crate::exponential::{exponentials, sigmoid};
use crate::voxelwise::{Form, Voxelwise};
use crate::{Error, TypeName};

/// A function as the transform `target` applies it.
pub(crate) struct Applied<'a> {
    pub(crate) target: &'static str,
    pub(crate) function: &'a Function,
}

impl Voxelwise for Applied<'_> {
    fn form(&self, before: Form) -> Result<Form, Error> {
        // The form of the result does not depend on the number of voxels, so none will do.
        let value = self.function.0.value(self.target, before.dtype, &vec![&[][..]; before.channels])?;
        Ok(Form { channels: value.parts.len(), dtype: value.dtype })
    }

    fn map(&self, before: Form, parts: &mut [&mut [f32]]) -> Result<(), Error> {
        let channels: Vec<&[f32]> = parts[..before.channels].iter().map(|part| &**part).collect();
        let value = self.function.0.value(self.target, before.dtype, &channels)?;
        parts.iter_mut().zip(&value.parts).for_each(|(part, value)| part.copy_from_slice(value));
        Ok(())
    }
}

type Parts = Vec<Vec<f32>>;

/// A part for each channel. A Python number has one part, and yields to the type of a tensor.
struct Value {
    parts: Parts,
    dtype: TypeName,
    number: bool,
}

impl Value {
    /// The type of an operation on both.
    fn common(&self, other: &Value) -> TypeName {
        let beside = |tensor: TypeName, number: TypeName| match number {
            TypeName::Float32 => tensor.float(),
            _ if tensor == TypeName::Bool => TypeName::Int64,
            _ => tensor,
        };
        match (self.number, other.number) {
            (true, false) => beside(other.dtype, self.dtype),
            (false, true) => beside(self.dtype, other.dtype),
            _ => self.dtype.promote(other.dtype),
        }
    }

    /// The value as its type holds it.
    fn held(mut self) -> Value {
        self.parts.iter_mut().for_each(|part| self.dtype.cast_all(part));
        self
    }
}

impl Expression {
    fn value(&self, target: &'static str, dtype: TypeName, channels: &[&[f32]]) -> Result<Value, Error> {
        let of = |expression: &Expression| expression.value(target, dtype, channels);
        Ok(match self {
            Expression::Number { value, integer } => {
                let dtype = if *integer { TypeName::Int64 } else { TypeName::Float32 };
                let length = channels.first().map_or(0, |channel| channel.len());
                Value { parts: vec![vec![*value as f32; length]], dtype, number: true }
            }
            Expression::Channels(wanted) => {
                let count = channels.len();
                let places = wanted.places(count).ok_or_else(|| {
                    Error::shape(target, format!("the channels {wanted}"), format!("{count} channels"))
                })?;
                let parts = places.into_iter().map(|place| channels[place].to_vec()).collect();
                Value { parts, dtype, number: false }
            }
            Expression::Apply(unary, operand) => {
                let mut value = of(operand)?;
                value.dtype = if unary.keeps_integers() { value.dtype } else { value.dtype.float() };
                value.parts.iter_mut().for_each(|part| unary.apply(part));
                value.held()
            }
            Expression::Cast(dtype, operand) => Value { dtype: *dtype, number: false, ..of(operand)? }.held(),
            Expression::Combine(operator, both) => {
                let (left, right) = (of(&both[0])?, of(&both[1])?);
                let (dtype, number) = (operator.dtype(left.common(&right)), left.number && right.number);
                let mut parts = left.parts;
                if let Expression::Number { value, .. } = both[1] {
                    parts.iter_mut().for_each(|part| operator.combine(part, iter::repeat(value as f32)));
                } else {
                    let [left, right] = broadcast(target, [parts, right.parts])?;
                    parts = left;
                    parts.iter_mut().zip(right).for_each(|(part, right)| operator.combine(part, right));
                }
                Value { parts, dtype, number }.held()
            }
            Expression::Where(all) => {
                let (condition, mut holds, fails) = (of(&all[0])?, of(&all[1])?, of(&all[2])?);
                let dtype = holds.common(&fails);
                let [condition, mut chosen, fails] =
                    broadcast(target, [condition.parts, std::mem::take(&mut holds.parts), fails.parts])?;
                for ((chosen, condition), fails) in chosen.iter_mut().zip(&condition).zip(&fails) {
                    for ((chosen, &condition), &fails) in chosen.iter_mut().zip(condition).zip(fails) {
                        *chosen = if condition != 0.0 { *chosen } else { fails };
                    }
                }
                Value { parts: chosen, dtype, number: false }
            }
            Expression::Replace { of: operand, by: [nan, most, least] } => {
                let mut value = of(operand)?;
                value.parts.iter_mut().flatten().for_each(|value| {
                    *value = match *value {
                        value if value.is_nan() => *nan,
                        f32::INFINITY => *most,
                        f32::NEG_INFINITY => *least,
                        value => value,
                    };
                });
                value
            }
        })
    }
}

/// Repeats what has one channel for as many as the others have.
fn broadcast<const N: usize>(target: &'static str, values: [Parts; N]) -> Result<[Parts; N], Error> {
    let most = values.iter().map(Vec::len).max().unwrap_or(1);
    if let Some(odd) = values.iter().find(|parts| ![1, most].contains(&parts.len())) {
        return Err(Error::shape(target, format!("1 or {most} channels beside {most}"), odd.len()));
    }
    Ok(values.map(|mut parts| {
        if parts.len() < most {
            parts = vec![parts.swap_remove(0); most];
        }
        parts
    }))
}

impl Channels {
    /// The channels of an image that has `count`; none where it lacks one of them, or none would be left.
    fn places(&self, count: usize) -> Option<Vec<usize>> {
        let length = count as i64;
        let from_start = |index: i64| if index < 0 { index + length } else { index };
        match self {
            Channels::Range { start, end } => {
                let place =
                    |bound: Option<i64>, otherwise| bound.map_or(otherwise, from_start).clamp(0, length) as usize;
                let range = place(*start, 0)..place(*end, length);
                (!range.is_empty()).then(|| range.collect())
            }
            Channels::List(list) => {
                let places = list.iter().map(|&index| usize::try_from(from_start(index)).ok());
                places.map(|place| place.filter(|&place| place < count)).collect()
            }
        }
    }
}

impl std::fmt::Display for Channels {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bound = |bound: &Option<i64>| bound.map_or(String::new(), |bound| bound.to_string());
        match self {
            Channels::Range { start, end } => write!(out, "[{}:{}]", bound(start), bound(end)),
            Channels::List(list) => write!(out, "{list:?}"),
        }
    }
}

impl Unary {
    fn keeps_integers(self) -> bool {
        use Unary::{Absolute, Ceil, Floor, Negative, Relu, Round, Square};
        matches!(self, Absolute | Ceil | Floor | Negative | Relu | Round | Square)
    }

    fn apply(self, values: &mut [f32]) {
        let mut each = |act: fn(f32) -> f32| values.iter_mut().for_each(|value| *value = act(*value));
        match self {
            Unary::Negative => each(|value| -value),
            Unary::Absolute => each(f32::abs),
            Unary::Exp => exponentials(values),
            Unary::Floor => each(f32::floor),
            Unary::Ceil => each(f32::ceil),
            Unary::Log => each(f32::ln),
            Unary::Relu => each(|value| if value < 0.0 { 0.0 } else { value }),
            Unary::Round => each(f32::round_ties_even),
            Unary::Sigmoid => sigmoid(values),
            Unary::Sqrt => each(f32::sqrt),
            Unary::Square => each(|value| value * value),
            Unary::Tanh => each(f32::tanh),
        }
    }
}

impl Binary {
    fn dtype(self, common: TypeName) -> TypeName {
        match self {
            Binary::Add | Binary::Subtract | Binary::Multiply | Binary::And | Binary::Or => common,
            Binary::Divide => common.float(),
            _ => TypeName::Bool,
        }
    }

    fn combine(self, left: &mut [f32], right: impl IntoIterator<Item = f32>) {
        let truth = |holds: bool| f32::from(u8::from(holds));
        match self {
            Binary::Add => each(left, right, |a, b| a + b),
            Binary::Subtract => each(left, right, |a, b| a - b),
            Binary::Multiply => each(left, right, |a, b| a * b),
            Binary::Divide => each(left, right, |a, b| a / b),
            Binary::Less => each(left, right, |a, b| truth(a < b)),
            Binary::LessEqual => each(left, right, |a, b| truth(a <= b)),
            Binary::Greater => each(left, right, |a, b| truth(a > b)),
            Binary::GreaterEqual => each(left, right, |a, b| truth(a >= b)),
            Binary::Equal => each(left, right, |a, b| truth(a == b)),
            Binary::NotEqual => each(left, right, |a, b| truth(a != b)),
            Binary::And => each(left, right, |a, b| truth(a != 0.0 && b != 0.0)),
            Binary::Or => each(left, right, |a, b| truth(a != 0.0 || b != 0.0)),
        }
    }
}

/// One loop for each operator, compiled for several values at once.
fn each(left: &mut [f32], right: impl IntoIterator<Item = f32>, act: impl Fn(f32, f32) -> f32) {
    Arch::new().dispatch(|| left.iter_mut().zip(right).for_each(|(left, right)| *left = act(*left, right)));
}

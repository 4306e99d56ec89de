//! Python's operators on resolved values. Integers have 64 bits; an overflow is an error, never a wrong number.

use std::cmp::Ordering;

use crate::expression::syntax::{Arithmetic, Comparison};
use crate::value::Value;

/// Longest string or list that an operator may build.
const MAX_LENGTH: usize = 100_000;

fn overflow() -> String {
    "an integer does not fit in 64 bits".to_owned()
}

/// A boolean as the integer that it is in Python.
fn number(value: Value) -> Value {
    match value {
        Value::Bool(value) => Value::Int(i64::from(value)),
        other => other,
    }
}

/// `left operator right`.
pub(crate) fn arithmetic(operator: Arithmetic, left: Value, right: Value) -> Result<Value, String> {
    let kinds = (left.kind(), right.kind());
    match (operator, number(left), number(right)) {
        (operator, Value::Int(left), Value::Int(right)) => integers(operator, left, right),
        (operator, Value::Float(left), Value::Float(right)) => floats(operator, left, right),
        (operator, Value::Int(left), Value::Float(right)) => floats(operator, left as f64, right),
        (operator, Value::Float(left), Value::Int(right)) => floats(operator, left, right as f64),
        (Arithmetic::Add, Value::Str(left), Value::Str(right)) => {
            bounded(left.len() + right.len())?;
            Ok(Value::Str(left + &right))
        }
        (Arithmetic::Add, Value::List(mut left), Value::List(right)) => {
            bounded(left.len() + right.len())?;
            left.extend(right);
            Ok(Value::List(left))
        }
        (Arithmetic::Multiply, Value::List(items), Value::Int(times))
        | (Arithmetic::Multiply, Value::Int(times), Value::List(items)) => {
            let times = usize::try_from(times.max(0)).unwrap_or(usize::MAX);
            let size: usize = items.iter().map(Value::size).sum();
            bounded(size.saturating_mul(times))?;
            let length = items.len().saturating_mul(times);
            Ok(Value::List(items.iter().cycle().take(length).cloned().collect()))
        }
        (Arithmetic::Multiply, Value::Str(text), Value::Int(times))
        | (Arithmetic::Multiply, Value::Int(times), Value::Str(text)) => {
            let times = usize::try_from(times.max(0)).unwrap_or(usize::MAX);
            bounded(text.len().saturating_mul(times))?;
            Ok(Value::Str(if text.is_empty() { text } else { text.repeat(times) }))
        }
        (operator, _, _) => Err(format!("{operator:?} of {} and {} is not supported", kinds.0, kinds.1)),
    }
}

fn bounded(length: usize) -> Result<(), String> {
    if length > MAX_LENGTH { Err(format!("a result is longer than {MAX_LENGTH}")) } else { Ok(()) }
}

fn integers(operator: Arithmetic, left: i64, right: i64) -> Result<Value, String> {
    let zero = || "division by zero".to_owned();
    let result = match operator {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Divide if right == 0 => return Err(zero()),
        Arithmetic::Divide => return Ok(Value::Float(left as f64 / right as f64)),
        Arithmetic::FloorDivide | Arithmetic::Remainder if right == 0 => return Err(zero()),
        Arithmetic::FloorDivide => left.checked_div(right).map(|quotient| {
            let inexact = left.checked_rem(right).unwrap_or(0) != 0;
            quotient - i64::from(inexact && (left < 0) != (right < 0))
        }),
        Arithmetic::Remainder => {
            left.checked_rem(right).map(|rest| if rest != 0 && (rest < 0) != (right < 0) { rest + right } else { rest })
        }
        Arithmetic::Power if right < 0 => return floats(operator, left as f64, right as f64),
        Arithmetic::Power => u32::try_from(right).ok().and_then(|exponent| left.checked_pow(exponent)),
    };
    result.map(Value::Int).ok_or_else(overflow)
}

fn floats(operator: Arithmetic, left: f64, right: f64) -> Result<Value, String> {
    let divides = matches!(operator, Arithmetic::Divide | Arithmetic::FloorDivide | Arithmetic::Remainder);
    if (divides && right == 0.0) || (operator == Arithmetic::Power && left == 0.0 && right < 0.0) {
        return Err("division by zero".to_owned());
    }
    let remainder = || {
        let rest = left % right;
        if rest != 0.0 && (rest < 0.0) != (right < 0.0) { rest + right } else { rest }
    };
    Ok(Value::Float(match operator {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        Arithmetic::Multiply => left * right,
        Arithmetic::Divide => left / right,
        Arithmetic::FloorDivide => ((left - remainder()) / right).round(),
        Arithmetic::Remainder => remainder(),
        Arithmetic::Power if left < 0.0 && right.fract() != 0.0 => {
            return Err("a complex number is not supported".to_owned());
        }
        Arithmetic::Power => left.powf(right),
    }))
}

/// `-value`.
pub(crate) fn negative(value: Value) -> Result<Value, String> {
    match number(value) {
        Value::Int(value) => value.checked_neg().map(Value::Int).ok_or_else(overflow),
        Value::Float(value) => Ok(Value::Float(-value)),
        other => Err(format!("`-` of {} is not supported", other.kind())),
    }
}

/// `+value`.
pub(crate) fn positive(value: Value) -> Result<Value, String> {
    match number(value) {
        value @ (Value::Int(_) | Value::Float(_)) => Ok(value),
        other => Err(format!("`+` of {} is not supported", other.kind())),
    }
}

/// One comparison.
pub(crate) fn compare(operator: Comparison, left: &Value, right: &Value) -> Result<bool, String> {
    let refuse = || format!("comparing {} with {} is not supported", left.kind(), right.kind());
    let order = || match (scalar(left), scalar(right)) {
        (Some(Scalar::Int(left)), Some(Scalar::Int(right))) => Ok(Some(left.cmp(&right))),
        (Some(left), Some(right)) => Ok(left.float().partial_cmp(&right.float())),
        _ => match (left, right) {
            (Value::Str(left), Value::Str(right)) => Ok(Some(left.cmp(right))),
            _ => Err(refuse()),
        },
    };
    Ok(match operator {
        Comparison::Equal => equal(left, right),
        Comparison::NotEqual => !equal(left, right),
        Comparison::Less => order()? == Some(Ordering::Less),
        Comparison::LessEqual => matches!(order()?, Some(Ordering::Less | Ordering::Equal)),
        Comparison::Greater => order()? == Some(Ordering::Greater),
        Comparison::GreaterEqual => matches!(order()?, Some(Ordering::Greater | Ordering::Equal)),
        Comparison::In => contains(right, left).ok_or_else(refuse)?,
        Comparison::NotIn => !contains(right, left).ok_or_else(refuse)?,
        Comparison::Is | Comparison::IsNot => {
            let known = |value: &Value| matches!(value, Value::Null | Value::Bool(_));
            if !known(left) && !known(right) {
                return Err("`is` compares with None, True and False only".to_owned());
            }
            (left == right) == (operator == Comparison::Is)
        }
    })
}

/// A number of Python, booleans among them.
#[derive(Clone, Copy)]
enum Scalar {
    Int(i64),
    Float(f64),
}

impl Scalar {
    fn float(self) -> f64 {
        match self {
            Scalar::Int(value) => value as f64,
            Scalar::Float(value) => value,
        }
    }
}

fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::Bool(value) => Some(Scalar::Int(i64::from(*value))),
        Value::Int(value) => Some(Scalar::Int(*value)),
        Value::Float(value) => Some(Scalar::Float(*value)),
        _ => None,
    }
}

fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Map(left), Value::Map(right)) => {
            let same = |(key, left): (&String, &Value)| right.get(key).is_some_and(|right| equal(left, right));
            left.len() == right.len() && left.iter().all(same)
        }
        _ => match (scalar(left), scalar(right)) {
            (Some(Scalar::Int(left)), Some(Scalar::Int(right))) => left == right,
            (Some(left), Some(right)) => left.float() == right.float(),
            _ => left == right,
        },
    }
}

fn contains(holder: &Value, item: &Value) -> Option<bool> {
    match (holder, item) {
        (Value::List(items), item) => Some(items.iter().any(|held| equal(held, item))),
        (Value::Map(map), Value::Str(key)) => Some(map.contains_key(key)),
        (Value::Str(text), Value::Str(part)) => Some(text.contains(part.as_str())),
        _ => None,
    }
}

/// `value[index]`; negative indices count from the end.
pub(crate) fn index(value: &Value, index: &Value) -> Result<Value, String> {
    match (value, index) {
        (Value::List(items), Value::Int(index)) => {
            let item = place(*index, items.len()).and_then(|at| items.get(at));
            item.cloned().ok_or_else(|| format!("the index {index} lies outside a list of {}", items.len()))
        }
        (Value::Str(text), Value::Int(index)) => {
            let length = text.chars().count();
            let character = place(*index, length).and_then(|at| text.chars().nth(at));
            let character = character.map(|character| Value::Str(character.to_string()));
            character.ok_or_else(|| format!("the index {index} lies outside a string of {length}"))
        }
        (Value::Map(map), Value::Str(key)) => map.get(key).cloned().ok_or_else(|| format!("no key `{key}`")),
        _ => Err(format!("indexing {} by {} is not supported", value.kind(), index.kind())),
    }
}

/// An index that may count from the end.
fn place(index: i64, length: usize) -> Option<usize> {
    let at = if index < 0 { index.checked_add(length as i64) } else { Some(index) };
    at.and_then(|at| usize::try_from(at).ok())
}

/// `value[start:stop:step]` of a list or a string.
pub(crate) fn slice(value: &Value, bounds: [Option<Value>; 3]) -> Result<Value, String> {
    match value {
        Value::List(items) => {
            let items = chosen(items.len(), bounds)?.into_iter().map(|at| items[at].clone());
            Ok(Value::List(items.collect()))
        }
        Value::Str(text) => {
            let characters: Vec<char> = text.chars().collect();
            Ok(Value::Str(chosen(characters.len(), bounds)?.into_iter().map(|at| characters[at]).collect()))
        }
        _ => Err(format!("slicing {} is not supported", value.kind())),
    }
}

/// The indices that a slice takes, by the rules of Python's `slice.indices`.
fn chosen(length: usize, [start, stop, step]: [Option<Value>; 3]) -> Result<Vec<usize>, String> {
    let number = |bound: Option<Value>| match bound {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Int(number)) => Ok(Some(number)),
        Some(other) => Err(format!("a slice bound is {}", other.kind())),
    };
    let (start, stop, step) = (number(start)?, number(stop)?, number(step)?.unwrap_or(1));
    if step == 0 {
        return Err("the step of a slice is 0".to_owned());
    }
    let length = length as i64;
    let (first, last) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |bound: Option<i64>, default: i64| match bound {
        None => default,
        Some(at) if at < 0 => at.saturating_add(length).clamp(first, last),
        Some(at) => at.clamp(first, last),
    };
    let mut at = bound(start, if step > 0 { first } else { last });
    let stop = bound(stop, if step > 0 { last } else { first });
    let mut indices = Vec::new();
    while if step > 0 { at < stop } else { at > stop } {
        indices.extend(usize::try_from(at));
        at = at.saturating_add(step);
    }
    Ok(indices)
}

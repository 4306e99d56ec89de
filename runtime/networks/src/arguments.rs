use serde_json::{Map, Value};

use crate::Error;

/// Keyword arguments of one network or layer; every argument is taken once and what is left over is an error.
#[derive(Debug, Clone)]
pub(crate) struct Arguments {
    owner: String,
    values: Map<String, Value>,
    known: Vec<&'static str>,
}

impl Arguments {
    pub(crate) fn new(owner: &str, values: Value) -> Result<Self, Error> {
        match values {
            Value::Object(values) => Ok(Self { owner: owner.into(), values, known: Vec::new() }),
            Value::Null => Ok(Self { owner: owner.into(), values: Map::new(), known: Vec::new() }),
            other => Err(Error::ArgumentsNotMap { owner: owner.into(), found: other.to_string() }),
        }
    }

    /// The value as written; `Some(Null)` is Python's `None`.
    pub(crate) fn take(&mut self, argument: &'static str) -> Option<Value> {
        self.known.push(argument);
        self.values.remove(argument)
    }

    /// An argument that says how Python runs the layer and changes no result.
    pub(crate) fn without_effect(&mut self, argument: &'static str) {
        self.take(argument);
    }

    pub(crate) fn required(&mut self, argument: &'static str) -> Result<Value, Error> {
        self.take(argument)
            .ok_or_else(|| Error::MissingArgument { owner: self.owner.clone(), argument: argument.into() })
    }

    pub(crate) fn count(&mut self, argument: &'static str) -> Result<usize, Error> {
        let value = self.required(argument)?;
        self.to_count(argument, &value)
    }

    pub(crate) fn count_or(&mut self, argument: &'static str, default: usize) -> Result<usize, Error> {
        match self.take(argument) {
            None => Ok(default),
            Some(value) => self.to_count(argument, &value),
        }
    }

    /// A positive integer.
    pub(crate) fn to_count(&self, argument: &str, value: &Value) -> Result<usize, Error> {
        value
            .as_u64()
            .and_then(|n| usize::try_from(n).ok())
            .filter(|n| (1..=MAX_COUNT).contains(n))
            .ok_or_else(|| self.invalid(argument, value, "a positive integer"))
    }

    /// `spatial_dims`, where it has a default: 2 or 3.
    pub(crate) fn spatial_dims_or(&mut self, default: usize) -> Result<usize, Error> {
        let axes = self.count_or("spatial_dims", default)?;
        match axes {
            2 | 3 => Ok(axes),
            other => Err(self.invalid("spatial_dims", &Value::from(other), "2 or 3")),
        }
    }

    /// How many blocks each level has.
    pub(crate) fn to_repeats(&self, argument: &str, value: &Value) -> Result<Vec<usize>, Error> {
        let repeats = match value {
            Value::Array(items) if items.len() <= MAX_LEVELS => items
                .iter()
                .map(|item| item.as_u64().filter(|repeats| *repeats <= 64).map(|repeats| repeats as usize))
                .collect(),
            _ => None,
        };
        let expected = format!("a list of at most {MAX_LEVELS} integers from 0 to 64");
        repeats.ok_or_else(|| self.invalid(argument, value, &expected))
    }

    pub(crate) fn counts(&mut self, argument: &'static str) -> Result<Vec<usize>, Error> {
        let value = self.required(argument)?;
        let items = value.as_array().ok_or_else(|| self.invalid(argument, &value, "a list of positive integers"))?;
        items.iter().map(|item| self.to_count(argument, item)).collect()
    }

    /// One integer for all axes or one per axis.
    pub(crate) fn to_extents(&self, argument: &str, value: &Value, axes: usize) -> Result<Vec<usize>, Error> {
        match value {
            Value::Array(items) if items.len() == axes => {
                items.iter().map(|item| self.to_count(argument, item)).collect()
            }
            Value::Array(_) => Err(self.invalid(argument, value, &format!("an integer or {axes} integers"))),
            single => Ok(vec![self.to_count(argument, single)?; axes]),
        }
    }

    pub(crate) fn number_or(&mut self, argument: &'static str, default: f64) -> Result<f64, Error> {
        match self.take(argument) {
            None => Ok(default),
            Some(value) => value
                .as_f64()
                .filter(|number| number.is_finite())
                .ok_or_else(|| self.invalid(argument, &value, "a finite number")),
        }
    }

    pub(crate) fn bool_or(&mut self, argument: &'static str, default: bool) -> Result<bool, Error> {
        match self.take(argument) {
            None => Ok(default),
            Some(Value::Bool(value)) => Ok(value),
            Some(other) => Err(self.invalid(argument, &other, "true or false")),
        }
    }

    pub(crate) fn invalid(&self, argument: &str, found: &Value, expected: &str) -> Error {
        Error::InvalidArgument {
            owner: self.owner.clone(),
            argument: argument.into(),
            found: found.to_string(),
            expected: expected.into(),
        }
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        let Some(argument) = self.values.keys().next().cloned() else { return Ok(()) };
        self.known.sort_by_key(|known| distance(known, &argument));
        let supported = if self.known.is_empty() { "none".into() } else { self.known.join(", ") };
        Err(Error::UnknownArgument { owner: self.owner, argument, supported })
    }
}

/// Far above any real layer, low enough that products of a few counts stay in range.
pub(crate) const MAX_COUNT: usize = 1 << 16;

/// Deeper than any image can be halved.
pub(crate) const MAX_LEVELS: usize = 16;

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

//! A syntax tree to a value.

use indexmap::IndexMap;

use crate::error::Error;
use crate::expression::syntax::{Arithmetic, Comparison, Expression};
use crate::expression::{constants, functions, operators};
use crate::resolve::Resolver;
use crate::value::Value;

/// Why an expression has no value: a reason of its own, or the error of an item that it refers to.
pub(crate) enum Failure {
    Reason(String),
    Elsewhere(Box<Error>),
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Failure::Reason(reason)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Elsewhere(Box::new(error))
    }
}

/// Evaluates the expression of one item.
pub(crate) struct Evaluator<'r, 'c> {
    pub(crate) resolver: &'r mut Resolver<'c>,
    pub(crate) id: &'r str,
}

impl Evaluator<'_, '_> {
    /// The value of an expression. Only the chosen branch of a condition is evaluated.
    pub(crate) fn value(&mut self, expression: &Expression) -> Result<Value, Failure> {
        self.resolver.enter(self.id)?;
        let value = self.evaluate(expression);
        self.resolver.leave();
        Ok(self.resolver.within(self.id, value?)?)
    }

    fn values(&mut self, expressions: &[Expression]) -> Result<Vec<Value>, Failure> {
        expressions.iter().map(|expression| self.value(expression)).collect()
    }

    fn evaluate(&mut self, expression: &Expression) -> Result<Value, Failure> {
        match expression {
            Expression::None => Ok(Value::Null),
            Expression::Bool(value) => Ok(Value::Bool(*value)),
            Expression::Int(value) => Ok(Value::Int(*value)),
            Expression::Float(value) => Ok(Value::Float(*value)),
            Expression::Str(text) => Ok(Value::Str(text.clone())),
            Expression::Lambda(text) => Ok(Value::Lambda(text.clone())),
            Expression::Reference(id) => Ok(self.resolver.item(self.id, id)?),
            Expression::List(items) => self.values(items).map(Value::List),
            Expression::Dict(entries) => self.dict(entries),
            Expression::Name(_) | Expression::Attribute(..) => self.name(expression),
            Expression::Call { callee, positional, named } => self.call(callee, positional, named),
            Expression::Index(value, index) => self.index(value, index),
            Expression::Slice(_) => Err("a slice outside brackets".to_owned().into()),
            Expression::Not(value) => self.value(value).map(|value| Value::Bool(!value.truth())),
            Expression::Negative(value) => Ok(operators::negative(self.value(value)?)?),
            Expression::Positive(value) => Ok(operators::positive(self.value(value)?)?),
            Expression::Arithmetic(operator, left, right) => self.arithmetic(*operator, left, right),
            Expression::Compare(first, rest) => self.compare(first, rest),
            Expression::And(left, right) => self.either(left, right, true),
            Expression::Or(left, right) => self.either(left, right, false),
            Expression::If { condition, then, otherwise } => {
                let branch = if self.value(condition)?.truth() { then } else { otherwise };
                self.value(branch)
            }
        }
    }

    /// `and` goes on while the left side is true, `or` while it is false.
    fn either(&mut self, left: &Expression, right: &Expression, goes_on_when: bool) -> Result<Value, Failure> {
        let left = self.value(left)?;
        if left.truth() == goes_on_when { self.value(right) } else { Ok(left) }
    }

    fn arithmetic(&mut self, operator: Arithmetic, left: &Expression, right: &Expression) -> Result<Value, Failure> {
        let (left, right) = (self.value(left)?, self.value(right)?);
        Ok(operators::arithmetic(operator, left, right)?)
    }

    fn dict(&mut self, entries: &[(Expression, Expression)]) -> Result<Value, Failure> {
        let mut map = IndexMap::with_capacity(entries.len());
        for (key, value) in entries {
            let Value::Str(key) = self.value(key)? else {
                return Err("a key of a dict is not a string".to_owned().into());
            };
            map.insert(key, self.value(value)?);
        }
        Ok(Value::Map(map))
    }

    fn name(&self, expression: &Expression) -> Result<Value, Failure> {
        let Some(path) = self.path(expression) else {
            return Err("attributes of values are not supported, only `.to(...)` of a component".to_owned().into());
        };
        Ok(constants::constant(&path).ok_or_else(|| format!("the name `{path}` is not allowed in a bundle"))?)
    }

    fn index(&mut self, value: &Expression, index: &Expression) -> Result<Value, Failure> {
        let value = self.value(value)?;
        let Expression::Slice(parts) = index else {
            let index = self.value(index)?;
            return Ok(operators::index(&value, &index)?);
        };
        let mut bounds = [None, None, None];
        for (bound, part) in bounds.iter_mut().zip(parts) {
            *bound = part.as_ref().map(|part| self.value(part)).transpose()?;
        }
        Ok(operators::slice(&value, bounds)?)
    }

    fn compare(&mut self, first: &Expression, rest: &[(Comparison, Expression)]) -> Result<Value, Failure> {
        let mut left = self.value(first)?;
        for (operator, right) in rest {
            let right = self.value(right)?;
            if !operators::compare(*operator, &left, &right)? {
                return Ok(Value::Bool(false));
            }
            left = right;
        }
        Ok(Value::Bool(true))
    }

    fn call(
        &mut self,
        callee: &Expression,
        positional: &[Expression],
        named: &[(String, Expression)],
    ) -> Result<Value, Failure> {
        if let Some(path) = self.path(callee) {
            if !functions::is_allowed(&path) {
                return Err(format!("the function `{path}` is not allowed in a bundle").into());
            }
            let positional = self.values(positional)?;
            let named = named
                .iter()
                .map(|(name, value)| Ok((name.clone(), self.value(value)?)))
                .collect::<Result<Vec<_>, Failure>>()?;
            return Ok(functions::call(self.resolver.config, &path, positional, named)?);
        }
        let Expression::Attribute(receiver, method) = callee else {
            return Err("calling a value is not allowed in a bundle".to_owned().into());
        };
        let receiver = self.value(receiver)?;
        match (&receiver, method.as_str(), positional, named) {
            (Value::Component(_), "to", [device], []) => {
                let device = self.value(device)?;
                match device {
                    Value::Device(_) | Value::Str(_) => Ok(receiver),
                    other => Err(format!("`.to()` takes a device, found {}", other.kind()).into()),
                }
            }
            _ => Err(format!("the method `{method}` of {} is not allowed in a bundle", receiver.kind()).into()),
        }
    }

    /// A dotted name such as `np.float32`, its first part replaced by what an import line bound it to.
    fn path(&self, expression: &Expression) -> Option<String> {
        match expression {
            Expression::Name(name) => Some(self.resolver.config.imported(name).unwrap_or(name).to_owned()),
            Expression::Attribute(base, name) => Some(format!("{}.{name}", self.path(base)?)),
            _ => None,
        }
    }
}

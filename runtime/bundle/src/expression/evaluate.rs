//! A syntax tree to a value.

use indexmap::IndexMap;

use crate::expression::lexer::Token;
use crate::expression::syntax::{Arithmetic, Comparison, Expression};
use crate::expression::{constants, functions, lambda, operators};
use crate::nearest::nearest;
use crate::resolve::{Failed, Resolver};
use crate::value::{Component, Mode, Value};

/// Where the classes and functions lie whose calls are components, as if a `_target_` named them.
const BUILDERS: [&str; 3] = ["monai.networks.", "monai.transforms.", "monai.inferers."];

/// Why an expression has no value: a reason of its own, or an item that it refers to.
pub(crate) enum Failure {
    Reason(String),
    Elsewhere(Failed),
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Failure::Reason(reason)
    }
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        Failure::Elsewhere(failed)
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
        let mut values = Vec::with_capacity(expressions.len());
        for expression in expressions {
            let Expression::Star(items) = expression else {
                values.push(self.value(expression)?);
                continue;
            };
            match self.value(items)? {
                Value::List(items) => values.extend(items),
                other => return Err(format!("`*` of {} is not supported", other.kind()).into()),
            }
        }
        Ok(values)
    }

    fn evaluate(&mut self, expression: &Expression) -> Result<Value, Failure> {
        match expression {
            Expression::None => Ok(Value::Null),
            Expression::Bool(value) => Ok(Value::Bool(*value)),
            Expression::Int(value) => Ok(Value::Int(*value)),
            Expression::Float(value) => Ok(Value::Float(*value)),
            Expression::Str(text) => Ok(Value::Str(text.clone())),
            Expression::Lambda(tokens) => self.lambda(tokens),
            Expression::Reference(id) => Ok(self.resolver.reference(self.id, id)?),
            Expression::Star(_) => Err("`*` outside a list".to_owned().into()),
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

    fn name(&mut self, expression: &Expression) -> Result<Value, Failure> {
        let Some(path) = self.path(expression) else {
            return Err(self
                .unbound(expression)
                .unwrap_or_else(|| "attributes of values are not supported".into())
                .into());
        };
        let known = constants::constant(&path);
        Ok(known.ok_or_else(|| refused("name", &path, constants::names().iter().map(String::as_str)))?)
    }

    fn lambda(&mut self, tokens: &[Token]) -> Result<Value, Failure> {
        let parameters = lambda::parameters(tokens);
        let mut written = Vec::with_capacity(tokens.len());
        let mut size = 0;
        for (index, token) in tokens.iter().enumerate() {
            written.push(match token {
                Token::Reference(id) => {
                    let value = self.resolver.reference(self.id, id)?;
                    size += value.size();
                    if size > lambda::MAX_VALUES {
                        return Err(
                            format!("the references of a lambda have more than {} values", lambda::MAX_VALUES).into()
                        );
                    }
                    let literal = lambda::literal(&value);
                    Token::Name(literal.ok_or_else(|| format!("`@{id}` in a lambda is {}", value.kind()))?)
                }
                Token::Str(text) => {
                    let literal =
                        lambda::quoted(text).ok_or_else(|| "a control character in a string of a lambda".to_owned())?;
                    Token::Name(literal)
                }
                Token::Name(name) if !parameters.contains(&name.as_str()) && lambda::is_free(tokens, index) => {
                    Token::Name(self.imported(name).unwrap_or(name).to_owned())
                }
                token => token.clone(),
            });
        }
        Ok(Value::Lambda(lambda::canonical(&written)))
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
            let builds = BUILDERS.iter().any(|start| path.starts_with(start));
            if !builds && !functions::is_allowed(&path) {
                return Err(refused("function", &path, functions::ALLOWED).into());
            }
            let positional = self.values(positional)?;
            let named = named
                .iter()
                .map(|(name, value)| Ok((name.clone(), self.value(value)?)))
                .collect::<Result<Vec<_>, Failure>>()?;
            if !builds {
                return Ok(functions::call(self.resolver.config, &path, positional, named)?);
            }
            if !positional.is_empty() {
                return Err(format!("`{path}` takes its arguments by name here").into());
            }
            let (id, args) = (self.id.to_owned(), named.into_iter().collect());
            return Ok(Value::Component(Component { id, target: path, mode: Mode::Default, args }));
        }
        if let Expression::Name(name) = callee {
            return Err(refused("function", name, functions::ALLOWED).into());
        }
        if let Some(reason) = self.unbound(callee) {
            return Err(reason.into());
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

    /// What a name stands for; that it was used is kept.
    fn imported(&mut self, name: &str) -> Option<&str> {
        let path = self.resolver.config.imported(name)?;
        self.resolver.names.insert(name.to_owned());
        Some(path)
    }

    /// A dotted name such as `np.float32`, its first part replaced by what an import line bound it to; `None` where the
    /// first part is neither bound nor one of Python's own names.
    pub(crate) fn path(&mut self, expression: &Expression) -> Option<String> {
        match expression {
            Expression::Name(name) => {
                self.imported(name).map(str::to_owned).or_else(|| Some(builtin(name)?.to_owned()))
            }
            Expression::Attribute(base, name) => Some(format!("{}.{name}", self.path(base)?)),
            _ => None,
        }
    }

    /// Why a dotted name leads nowhere, where the expression is one.
    fn unbound(&self, expression: &Expression) -> Option<String> {
        match expression {
            Expression::Attribute(base, _) => self.unbound(base),
            Expression::Name(name) if self.resolver.config.imported(name).is_none() && builtin(name).is_none() => {
                Some(format!("the name `{name}` is not defined; no import line of the config binds it"))
            }
            _ => None,
        }
    }
}

/// A name of Python's own that means something here.
fn builtin(name: &str) -> Option<&str> {
    (functions::is_allowed(name) || constants::constant(name).is_some()).then_some(name)
}

fn refused<'a>(what: &str, path: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    // Names of other modules are not near, however they are spelt.
    let near = match path.rsplit_once('.') {
        None => nearest(path, known).map(str::to_owned),
        Some((module, name)) => {
            let known = known.into_iter().filter_map(|known| known.rsplit_once('.'));
            let beside = known.filter(|(other, _)| *other == module).map(|(_, name)| name);
            nearest(name, beside).map(|near| format!("{module}.{near}"))
        }
    };
    let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("the {what} `{path}` is not allowed in a bundle{hint}")
}

//! From Python's text to the tree, by recursive descent in the order of Python's precedence.

use super::{Binary, Channels, Expression, Unary};
use crate::TypeName;

/// Most brackets within brackets.
const DEEPEST: usize = 32;

pub(super) fn parse(text: &str) -> Option<Expression> {
    let text = text.trim().trim_start_matches('$').trim();
    let Some(lambda) = text.strip_prefix("lambda ") else {
        let all = Expression::Channels(Channels::Range { start: None, end: None });
        return Some(Expression::Apply(unary(text)?, Box::new(all)));
    };
    let (name, body) = lambda.split_once(':')?;
    let name = name.trim();
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let mut parser = Parser { rest: body, name, depth: 0 };
    let expression = parser.comparison()?;
    (parser.rest.trim().is_empty() && expression.depends()).then_some(expression)
}

impl Expression {
    /// Whether the image comes up in it at all.
    fn depends(&self) -> bool {
        match self {
            Expression::Number { .. } => false,
            Expression::Channels(_) => true,
            Expression::Apply(_, of) | Expression::Cast(_, of) | Expression::Replace { of, .. } => of.depends(),
            Expression::Combine(_, both) => both.iter().any(Expression::depends),
            Expression::Where(all) => all.iter().any(Expression::depends),
        }
    }
}

/// A function of one value by its name.
fn unary(name: &str) -> Option<Unary> {
    let (path, name) = name.rsplit_once('.')?;
    if !matches!(path, "torch" | "torch.nn.functional" | "torch.special" | "F") {
        return None;
    }
    Some(match name {
        "abs" | "absolute" => Unary::Absolute,
        "ceil" => Unary::Ceil,
        "exp" => Unary::Exp,
        "floor" => Unary::Floor,
        "log" => Unary::Log,
        "neg" | "negative" => Unary::Negative,
        "relu" => Unary::Relu,
        "round" => Unary::Round,
        "sigmoid" | "expit" => Unary::Sigmoid,
        "sqrt" => Unary::Sqrt,
        "square" => Unary::Square,
        "tanh" => Unary::Tanh,
        _ => return None,
    })
}

struct Parser<'a> {
    rest: &'a str,
    /// The lambda's parameter.
    name: &'a str,
    depth: usize,
}

type Parsed = Option<Expression>;

impl<'a> Parser<'a> {
    fn take(&mut self, token: &str) -> bool {
        match self.rest.trim_start().strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// A chain of binary operators of one precedence.
    fn chain(&mut self, operators: &[(&str, Binary)], operand: fn(&mut Self) -> Parsed) -> Parsed {
        let mut left = operand(self)?;
        while let Some(&(_, operator)) = operators.iter().find(|(sign, _)| self.take(sign)) {
            left = Expression::Combine(operator, Box::new([left, operand(self)?]));
        }
        Some(left)
    }

    fn comparison(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let left = self.any_of()?;
        let operators = [
            (">=", Binary::GreaterEqual),
            ("<=", Binary::LessEqual),
            ("==", Binary::Equal),
            ("!=", Binary::NotEqual),
            (">", Binary::Greater),
            ("<", Binary::Less),
        ];
        let compared = match operators.iter().find(|(sign, _)| self.take(sign)) {
            Some(&(_, operator)) => Expression::Combine(operator, Box::new([left, self.any_of()?])),
            None => left,
        };
        self.depth -= 1;
        Some(compared)
    }

    fn any_of(&mut self) -> Parsed {
        self.chain(&[("|", Binary::Or)], Self::all_of)
    }

    fn all_of(&mut self) -> Parsed {
        self.chain(&[("&", Binary::And)], Self::sum)
    }

    fn sum(&mut self) -> Parsed {
        self.chain(&[("+", Binary::Add), ("-", Binary::Subtract)], Self::product)
    }

    fn product(&mut self) -> Parsed {
        self.chain(&[("*", Binary::Multiply), ("/", Binary::Divide)], Self::sign)
    }

    fn sign(&mut self) -> Parsed {
        match self.take("-") {
            true => Some(match self.postfix()? {
                Expression::Number { value, integer } => Expression::Number { value: -value, integer },
                of => Expression::Apply(Unary::Negative, Box::new(of)),
            }),
            false => self.postfix(),
        }
    }

    fn postfix(&mut self) -> Parsed {
        let mut value = self.primary()?;
        while self.take(".") {
            let method = self.word();
            if !self.take("(") {
                return None;
            }
            let name = match method {
                "float" | "int" | "long" | "short" | "half" | "double" | "bool" => format!("torch.{method}"),
                "to" | "type" | "astype" => self.dotted().to_owned(),
                _ => return None,
            };
            let dtype: TypeName = serde_json::from_value(name.into()).ok()?;
            value = Expression::Cast(dtype, Box::new(value));
            if !self.take(")") {
                return None;
            }
        }
        Some(value)
    }

    fn primary(&mut self) -> Parsed {
        if self.take("(") {
            let inner = self.comparison()?;
            return self.take(")").then_some(inner);
        }
        if self.rest.trim_start().starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return self.number();
        }
        let name = self.dotted_call();
        if matches!(name, "True" | "False") {
            return Some(Expression::Number { value: f64::from(u8::from(name == "True")), integer: true });
        }
        if name == self.name {
            return self.channels().map(Expression::Channels);
        }
        if !self.take("(") {
            return None;
        }
        let call = match name {
            "torch.where" | "np.where" | "numpy.where" => {
                let condition = self.comparison()?;
                let holds = self.take(",").then(|| self.comparison())??;
                let fails = self.take(",").then(|| self.comparison())??;
                Expression::Where(Box::new([condition, holds, fails]))
            }
            "torch.nan_to_num" => self.replace()?,
            name => Expression::Apply(unary(name)?, Box::new(self.comparison()?)),
        };
        self.take(")").then_some(call)
    }

    /// The arguments of `torch.nan_to_num`.
    fn replace(&mut self) -> Parsed {
        let of = Box::new(self.comparison()?);
        let mut by = [0.0, f32::MAX, f32::MIN];
        while self.take(",") {
            let place = ["nan", "posinf", "neginf"].iter().position(|name| self.take(name))?;
            let Expression::Number { value, .. } = self.take("=").then(|| self.sign())?? else { return None };
            by[place] = value as f32;
        }
        Some(Expression::Replace { of, by })
    }

    fn number(&mut self) -> Parsed {
        let text = self.rest.trim_start();
        let mut before = ' ';
        let end = text.find(|c: char| {
            let part = c.is_ascii_digit()
                || c == '.'
                || matches!(c, 'e' | 'E')
                || (matches!(c, '+' | '-') && matches!(before, 'e' | 'E'));
            before = c;
            !part
        });
        let (number, rest) = text.split_at(end.unwrap_or(text.len()));
        self.rest = rest;
        let value: f64 = number.parse().ok().filter(|value: &f64| value.is_finite())?;
        Some(Expression::Number { value, integer: number.bytes().all(|c| c.is_ascii_digit()) })
    }

    /// What follows the parameter: nothing, `[1:]`, `[[0, 2]]`, each with or without `, ...` or `, :` behind it.
    fn channels(&mut self) -> Option<Channels> {
        if !self.take("[") {
            return Some(Channels::Range { start: None, end: None });
        }
        let channels = if self.take("[") {
            let mut list = vec![self.integer()?];
            while self.take(",") {
                list.push(self.integer()?);
            }
            self.take("]").then_some(Channels::List(list))?
        } else {
            let start = self.integer();
            self.take(":").then(|| Channels::Range { start, end: self.integer() })?
        };
        while self.take(",") {
            if !self.take("...") && !self.take(":") {
                return None;
            }
        }
        self.take("]").then_some(channels)
    }

    fn integer(&mut self) -> Option<i64> {
        let sign = if self.take("-") { -1 } else { 1 };
        let text = self.rest.trim_start();
        let (digits, rest) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let value: i64 = digits.parse().ok()?;
        self.rest = rest;
        Some(sign * value)
    }

    fn word(&mut self) -> &'a str {
        self.span(|c| c.is_ascii_alphanumeric() || c == '_')
    }

    fn dotted(&mut self) -> &'a str {
        self.span(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
    }

    /// The parameter alone, or the dotted name of a function.
    fn dotted_call(&mut self) -> &'a str {
        let before = self.rest;
        if self.word() == self.name {
            return self.name;
        }
        self.rest = before;
        self.dotted()
    }

    fn span(&mut self, part: fn(char) -> bool) -> &'a str {
        let text = self.rest.trim_start();
        let (word, rest) = text.split_at(text.find(|c| !part(c)).unwrap_or(text.len()));
        self.rest = rest;
        word
    }
}

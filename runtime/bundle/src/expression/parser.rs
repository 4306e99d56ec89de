//! Tokens to a syntax tree, by Python's precedence.

use crate::expression::lexer::Token;
use crate::expression::syntax::{Arithmetic, Comparison, Expression};

/// Deepest nesting of brackets, signs and conditions.
const MAX_NESTING: usize = 24;

/// Python's words that are no names.
pub(crate) const KEYWORDS: [&str; 20] = [
    "and", "or", "not", "if", "else", "in", "is", "lambda", "for", "import", "from", "as", "await", "yield", "async",
    "while", "def", "class", "del", "return",
];

/// Parses one whole expression.
pub(crate) fn parse(tokens: &[Token]) -> Result<Expression, String> {
    if tokens.is_empty() {
        return Err("empty".to_owned());
    }
    let mut parser = Parser { tokens, at: 0, nesting: 0 };
    let expression = parser.items_without_brackets()?;
    match parser.peek() {
        None => Ok(expression),
        Some(token) => Err(unexpected(token)),
    }
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    nesting: usize,
}

fn unexpected(token: &Token) -> String {
    match token {
        Token::Name(name) if name == "for" => "comprehensions are not supported".to_owned(),
        Token::Mark("=") => "assignment is not supported".to_owned(),
        token => format!("`{}` is not expected here", spell(token)),
    }
}

/// An expression that is no item of a list.
fn alone(expression: Expression) -> Result<Expression, String> {
    match expression {
        Expression::Star(_) => Err("`*` outside a list".to_owned()),
        expression => Ok(expression),
    }
}

pub(crate) fn spell(token: &Token) -> String {
    match token {
        Token::Int(value) => value.to_string(),
        Token::Float(value) => format!("{value:?}"),
        Token::Str(text) => format!("{text:?}"),
        Token::Name(name) => name.clone(),
        Token::Reference(id) => format!("@{id}"),
        Token::Mark(mark) => (*mark).to_owned(),
    }
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn mark(&mut self, mark: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Mark(found)) if *found == mark);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(found)) if found == word);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, mark: &str) -> Result<(), String> {
        if self.mark(mark) {
            return Ok(());
        }
        Err(match self.peek() {
            Some(token @ (Token::Mark("=") | Token::Name(_))) => unexpected(token),
            Some(token) => format!("expected `{mark}`, found `{}`", spell(token)),
            None => format!("expected `{mark}` before the end"),
        })
    }

    fn items_without_brackets(&mut self) -> Result<Expression, String> {
        let first = self.starred()?;
        if !matches!(self.peek(), Some(Token::Mark(","))) {
            return alone(first);
        }
        let mut items = vec![first];
        while self.mark(",") {
            if self.peek().is_none() {
                break;
            }
            items.push(self.starred()?);
        }
        Ok(Expression::List(items))
    }

    fn expression(&mut self) -> Result<Expression, String> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(format!("nested deeper than {MAX_NESTING} levels"));
        }
        let result = self.condition();
        self.nesting -= 1;
        result
    }

    fn condition(&mut self) -> Result<Expression, String> {
        if matches!(self.peek(), Some(Token::Name(name)) if name == "lambda") {
            return self.lambda();
        }
        let then = self.any()?;
        if !self.word("if") {
            return Ok(then);
        }
        let condition = self.any()?;
        if !self.word("else") {
            return Err("`if` without `else`".to_owned());
        }
        let otherwise = self.expression()?;
        Ok(Expression::If { condition: Box::new(condition), then: Box::new(then), otherwise: Box::new(otherwise) })
    }

    fn lambda(&mut self) -> Result<Expression, String> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(Token::Name(name)) if !KEYWORDS.contains(&name.as_str()) => self.at += 1,
                Some(token) => return Err(unexpected(token)),
                None => return Err("a lambda ends in its parameters".to_owned()),
            }
            if self.mark(":") {
                break;
            }
            self.expect(",")?;
        }
        self.expression()?;
        Ok(Expression::Lambda(self.tokens[start..self.at].to_vec()))
    }

    fn any(&mut self) -> Result<Expression, String> {
        let mut left = self.all()?;
        while self.word("or") {
            left = Expression::Or(Box::new(left), Box::new(self.all()?));
        }
        Ok(left)
    }

    fn all(&mut self) -> Result<Expression, String> {
        let mut left = self.negation()?;
        while self.word("and") {
            left = Expression::And(Box::new(left), Box::new(self.negation()?));
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expression, String> {
        let mut times = 0;
        while self.word("not") {
            times += 1;
            if times > MAX_NESTING {
                return Err(format!("nested deeper than {MAX_NESTING} levels"));
            }
        }
        let mut value = self.comparison()?;
        for _ in 0..times {
            value = Expression::Not(Box::new(value));
        }
        Ok(value)
    }

    fn comparison(&mut self) -> Result<Expression, String> {
        let first = self.sum()?;
        let mut rest = Vec::new();
        while let Some(operator) = self.comparison_operator() {
            rest.push((operator, self.sum()?));
        }
        Ok(if rest.is_empty() { first } else { Expression::Compare(Box::new(first), rest) })
    }

    fn comparison_operator(&mut self) -> Option<Comparison> {
        let (operator, length) = match (self.peek()?, self.tokens.get(self.at + 1)) {
            (Token::Mark("=="), _) => (Comparison::Equal, 1),
            (Token::Mark("!="), _) => (Comparison::NotEqual, 1),
            (Token::Mark("<="), _) => (Comparison::LessEqual, 1),
            (Token::Mark(">="), _) => (Comparison::GreaterEqual, 1),
            (Token::Mark("<"), _) => (Comparison::Less, 1),
            (Token::Mark(">"), _) => (Comparison::Greater, 1),
            (Token::Name(name), _) if name == "in" => (Comparison::In, 1),
            (Token::Name(name), Some(Token::Name(next))) if name == "not" && next == "in" => (Comparison::NotIn, 2),
            (Token::Name(name), Some(Token::Name(next))) if name == "is" && next == "not" => (Comparison::IsNot, 2),
            (Token::Name(name), _) if name == "is" => (Comparison::Is, 1),
            _ => return None,
        };
        self.at += length;
        Some(operator)
    }

    fn sum(&mut self) -> Result<Expression, String> {
        let mut left = self.product()?;
        loop {
            let operator = match self.peek() {
                Some(Token::Mark("+")) => Arithmetic::Add,
                Some(Token::Mark("-")) => Arithmetic::Subtract,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Expression::Arithmetic(operator, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Expression, String> {
        let mut left = self.sign()?;
        loop {
            let operator = match self.peek() {
                Some(Token::Mark("*")) => Arithmetic::Multiply,
                Some(Token::Mark("/")) => Arithmetic::Divide,
                Some(Token::Mark("//")) => Arithmetic::FloorDivide,
                Some(Token::Mark("%")) => Arithmetic::Remainder,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Expression::Arithmetic(operator, Box::new(left), Box::new(self.sign()?));
        }
    }

    fn sign(&mut self) -> Result<Expression, String> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(format!("nested deeper than {MAX_NESTING} levels"));
        }
        let result = if self.mark("-") {
            self.sign().map(|value| Expression::Negative(Box::new(value)))
        } else if self.mark("+") {
            self.sign().map(|value| Expression::Positive(Box::new(value)))
        } else {
            self.power()
        };
        self.nesting -= 1;
        result
    }

    fn power(&mut self) -> Result<Expression, String> {
        let base = self.postfix()?;
        if !self.mark("**") {
            return Ok(base);
        }
        Ok(Expression::Arithmetic(Arithmetic::Power, Box::new(base), Box::new(self.sign()?)))
    }

    fn postfix(&mut self) -> Result<Expression, String> {
        let mut value = self.atom()?;
        loop {
            if self.mark(".") {
                let Some(Token::Name(name)) = self.peek() else { return Err("`.` without a name".to_owned()) };
                self.at += 1;
                value = Expression::Attribute(Box::new(value), name.clone());
            } else if self.mark("(") {
                value = self.call(value)?;
            } else if self.mark("[") {
                let index = self.subscript()?;
                value = Expression::Index(Box::new(value), Box::new(index));
            } else {
                return Ok(value);
            }
        }
    }

    fn call(&mut self, callee: Expression) -> Result<Expression, String> {
        let (mut positional, mut named) = (Vec::new(), Vec::<(String, Expression)>::new());
        while !self.mark(")") {
            if matches!(self.peek(), Some(Token::Mark("**"))) {
                return Err("`**` arguments are not supported".to_owned());
            }
            match (self.peek(), self.tokens.get(self.at + 1)) {
                (Some(Token::Name(name)), Some(Token::Mark("="))) => {
                    self.at += 2;
                    if named.iter().any(|(known, _)| known == name) {
                        return Err(format!("the argument `{name}` is given twice"));
                    }
                    named.push((name.clone(), self.expression()?));
                }
                _ if named.is_empty() => positional.push(self.starred()?),
                _ => return Err("a positional argument after a named one".to_owned()),
            }
            if !self.mark(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(Expression::Call { callee: Box::new(callee), positional, named })
    }

    fn subscript(&mut self) -> Result<Expression, String> {
        let mut items = vec![self.slice()?];
        while self.mark(",") {
            items.push(self.slice()?);
        }
        self.expect("]")?;
        Ok(if items.len() == 1 { items.remove(0) } else { Expression::List(items) })
    }

    fn slice(&mut self) -> Result<Expression, String> {
        let mut parts = [None, None, None];
        let mut colons = 0;
        loop {
            if self.mark(":") {
                colons += 1;
                if colons > 2 {
                    return Err("a slice has at most two colons".to_owned());
                }
            } else if matches!(self.peek(), Some(Token::Mark("]" | ","))) && colons > 0 {
                return Ok(Expression::Slice(parts));
            } else {
                let value = self.expression()?;
                if colons == 0 && !matches!(self.peek(), Some(Token::Mark(":"))) {
                    return Ok(value);
                }
                if parts[colons].is_some() {
                    return Err("a slice is not well formed".to_owned());
                }
                parts[colons] = Some(Box::new(value));
            }
        }
    }

    fn atom(&mut self) -> Result<Expression, String> {
        let Some(token) = self.peek() else { return Err("ends where a value is expected".to_owned()) };
        self.at += 1;
        Ok(match token {
            Token::Int(value) => Expression::Int(*value),
            Token::Float(value) => Expression::Float(*value),
            Token::Reference(id) => Expression::Reference(id.clone()),
            Token::Str(text) => {
                let mut text = text.clone();
                while let Some(Token::Str(more)) = self.peek() {
                    self.at += 1;
                    text.push_str(more);
                }
                Expression::Str(text)
            }
            Token::Name(name) => match name.as_str() {
                "None" => Expression::None,
                "True" => Expression::Bool(true),
                "False" => Expression::Bool(false),
                keyword if KEYWORDS.contains(&keyword) => return Err(unexpected(token)),
                _ => Expression::Name(name.clone()),
            },
            Token::Mark("(") => self.brackets(")", true)?,
            Token::Mark("[") => self.brackets("]", false)?,
            Token::Mark("{") => self.dict()?,
            token => return Err(unexpected(token)),
        })
    }

    fn brackets(&mut self, close: &str, may_group: bool) -> Result<Expression, String> {
        let mut items = Vec::new();
        loop {
            if self.mark(close) {
                return Ok(Expression::List(items));
            }
            items.push(self.starred()?);
            if !self.mark(",") {
                self.expect(close)?;
                return if may_group && items.len() == 1 {
                    alone(items.remove(0))
                } else {
                    Ok(Expression::List(items))
                };
            }
        }
    }

    /// An item of a list or an argument of a call.
    fn starred(&mut self) -> Result<Expression, String> {
        if self.mark("*") {
            return Ok(Expression::Star(Box::new(self.expression()?)));
        }
        self.expression()
    }

    fn dict(&mut self) -> Result<Expression, String> {
        let mut entries = Vec::new();
        while !self.mark("}") {
            let key = self.expression()?;
            if matches!(self.peek(), Some(Token::Mark("," | "}"))) {
                return Err("sets are not supported".to_owned());
            }
            self.expect(":")?;
            entries.push((key, self.expression()?));
            if !self.mark(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(Expression::Dict(entries))
    }
}

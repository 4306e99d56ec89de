//! The closed language of `$` strings: a part of Python's expressions over a fixed list of names.

mod constants;
mod evaluate;
mod functions;
mod lambda;
mod lexer;
mod operators;
mod parser;
mod syntax;

use crate::error::Error;
use crate::expression::syntax::Expression;
use crate::import::Line;
use crate::place::shown;
use crate::resolve::{Failed, Resolver};
use crate::value::Value;

/// Evaluates the text after the `$` of the item `id`. An import line is a constant and binds nothing here.
pub(crate) fn evaluate(resolver: &mut Resolver<'_>, id: &str, source: &str) -> Result<Value, Failed> {
    let outcome = match Line::parse(source) {
        Some(line) => line.map(|line| Value::Symbol(line.path)).map_err(evaluate::Failure::Reason),
        None => parse(source)
            .map_err(evaluate::Failure::Reason)
            .and_then(|expression| evaluate::Evaluator { resolver: &mut *resolver, id }.value(&expression)),
    };
    outcome.map_err(|failure| match failure {
        evaluate::Failure::Elsewhere(failed) => failed,
        evaluate::Failure::Reason(reason) => {
            let place = resolver.config.origin(id).clone();
            let expression = format!("${}", shown(source));
            resolver.fail(Error::Expression { place, id: id.to_owned(), expression, reason })
        }
    })
}

/// The dotted name that the text after a `$` is, import aliases replaced; `None` for any other expression.
pub(crate) fn dotted_name(resolver: &mut Resolver<'_>, source: &str) -> Option<String> {
    match parse(source).ok()? {
        expression @ (Expression::Name(_) | Expression::Attribute(..)) => {
            evaluate::Evaluator { resolver, id: "" }.path(&expression)
        }
        _ => None,
    }
}

fn parse(source: &str) -> Result<Expression, String> {
    lexer::tokens(source).and_then(|tokens| parser::parse(&tokens))
}

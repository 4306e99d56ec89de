//! The syntax tree of an expression.

use crate::expression::lexer::Token;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Name(String),
    /// `@id`, without the `@`.
    Reference(String),
    /// A list or a tuple.
    List(Vec<Expression>),
    Dict(Vec<(Expression, Expression)>),
    Attribute(Box<Expression>, String),
    Call {
        callee: Box<Expression>,
        positional: Vec<Expression>,
        named: Vec<(String, Expression)>,
    },
    Index(Box<Expression>, Box<Expression>),
    /// `start:stop:step` inside brackets.
    Slice([Option<Box<Expression>>; 3]),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Positive(Box<Expression>),
    Arithmetic(Arithmetic, Box<Expression>, Box<Expression>),
    /// `a < b < c`: the first operand and the rest with their operators.
    Compare(Box<Expression>, Vec<(Comparison, Expression)>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    If {
        condition: Box<Expression>,
        then: Box<Expression>,
        otherwise: Box<Expression>,
    },
    /// `*items` in a list or in a call.
    Star(Box<Expression>),
    /// The whole lambda. Its body fits the language, but is never evaluated.
    Lambda(Vec<Token>),
}

/// Operators on two numbers, strings or lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
    Power,
}

/// Operators that give a boolean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    NotIn,
    Is,
    IsNot,
}

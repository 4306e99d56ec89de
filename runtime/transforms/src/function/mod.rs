//! Functions of an image's channels that a config may name: arithmetic, comparisons and choices, read into a tree that is
//! evaluated voxel by voxel. Nothing else of Python is understood, and nothing is executed.

mod evaluate;
mod syntax;

pub(crate) use evaluate::Applied;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::TypeName;

/// A function of a known form: `lambda x: ...` of the channels `x`, `x[1:]`, `x[[0, 2]]`, of numbers, `+ - * /`,
/// comparisons, `&` and `|`, `torch.where(condition, a, b)`, `torch.nan_to_num(x, nan=0)`, the activations and a few
/// more functions of single values (`torch.tanh`, `torch.sigmoid`, `torch.relu`, `torch.abs`, `torch.exp`,
/// `torch.sqrt`, `torch.log`, `torch.square`, `torch.round`, `torch.floor`, `torch.ceil`), and casts such as `.float()`
/// and `.to(torch.uint8)`; or the bare name of a function, `torch.tanh`.
#[derive(Debug, Clone, PartialEq)]
pub struct Function(Expression);

#[derive(Debug, Clone, PartialEq)]
enum Expression {
    Number {
        value: f64,
        integer: bool,
    },
    Channels(Channels),
    Apply(Unary, Box<Expression>),
    Cast(TypeName, Box<Expression>),
    Combine(Binary, Box<[Expression; 2]>),
    /// Condition, value where it holds, value elsewhere.
    Where(Box<[Expression; 3]>),
    /// What takes the place of NaN, of infinity and of negative infinity.
    Replace {
        of: Box<Expression>,
        by: [f32; 3],
    },
}

/// Which channels of the image.
#[derive(Debug, Clone, PartialEq)]
enum Channels {
    Range { start: Option<i64>, end: Option<i64> },
    List(Vec<i64>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unary {
    Negative,
    Absolute,
    Exp,
    Floor,
    Ceil,
    Log,
    Relu,
    Round,
    Sigmoid,
    Sqrt,
    Square,
    Tanh,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    And,
    Or,
}

impl Function {
    /// Reads Python's text, with or without the config's `$`; none where it is of no known form.
    pub fn parse(text: &str) -> Option<Function> {
        syntax::parse(text).map(Function)
    }
}

impl<'de> Deserialize<'de> for Function {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Function, D::Error> {
        let text = String::deserialize(from)?;
        Function::parse(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "the function {text:?} is not known; expected such as lambda x: x[1:], lambda x: x > 0 or torch.tanh"
            ))
        })
    }
}

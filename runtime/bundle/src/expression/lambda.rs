//! A lambda as text that a transform can recognise: one spelling for all spacings, import aliases written out and
//! references replaced by the values that they have.

use crate::expression::lexer::Token;
use crate::expression::parser::{KEYWORDS, spell};
use crate::value::Value;

/// Most values that are written into one lambda, long strings counted for more.
pub(crate) const MAX_VALUES: usize = 10_000;

/// The names that the lambda, or one inside it, binds.
pub(crate) fn parameters(tokens: &[Token]) -> Vec<&str> {
    let mut parameters = Vec::new();
    let mut inside = false;
    for token in tokens {
        match token {
            Token::Name(name) if name == "lambda" => inside = true,
            Token::Name(name) if inside => parameters.push(name.as_str()),
            Token::Mark(":") => inside = false,
            _ => {}
        }
    }
    parameters
}

/// Whether the name at `index` is looked up where the lambda is written: no attribute, no keyword of a call.
pub(crate) fn is_free(tokens: &[Token], index: usize) -> bool {
    let attribute = index > 0 && tokens[index - 1] == Token::Mark(".");
    !attribute && tokens.get(index + 1) != Some(&Token::Mark("="))
}

/// Blanks around words and binary operators, after commas and the lambda's colon.
pub(crate) fn canonical(tokens: &[Token]) -> String {
    let mut text = String::new();
    let mut brackets = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        let operand_before = index > 0
            && match &tokens[index - 1] {
                Token::Mark(mark) => matches!(*mark, ")" | "]" | "}"),
                Token::Name(name) => !KEYWORDS.contains(&name.as_str()),
                _ => true,
            };
        match token {
            Token::Mark(mark @ ("(" | "[" | "{")) => {
                brackets += 1;
                text.push_str(mark);
            }
            Token::Mark(mark @ (")" | "]" | "}")) => {
                brackets = brackets.saturating_sub(1);
                text.push_str(mark);
            }
            Token::Mark(",") => text.push_str(", "),
            Token::Mark(":") if brackets == 0 => text.push_str(": "),
            Token::Mark(mark @ ("." | ":" | "=")) => text.push_str(mark),
            Token::Mark(mark) if operand_before => text.push_str(&format!(" {mark} ")),
            Token::Mark(mark) => text.push_str(mark),
            Token::Name(name) if KEYWORDS.contains(&name.as_str()) => {
                if operand_before {
                    text.push(' ');
                }
                text.push_str(name);
                text.push(' ');
            }
            token => text.push_str(&spell(token)),
        }
    }
    text
}

/// The value as Python writes it, where it is plain data.
pub(crate) fn literal(value: &Value) -> Option<String> {
    let all = |items: &[Value]| items.iter().map(literal).collect::<Option<Vec<_>>>();
    Some(match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(i64::MIN) => return None,
        Value::Int(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => format!("{number:?}"),
        Value::Str(text) => quoted(text)?,
        Value::Symbol(path) => path.clone(),
        Value::List(items) => format!("[{}]", all(items)?.join(", ")),
        Value::Map(map) => {
            let pairs = map.iter().map(|(key, value)| Some(format!("{}: {}", quoted(key)?, literal(value)?)));
            format!("{{{}}}", pairs.collect::<Option<Vec<_>>>()?.join(", "))
        }
        _ => return None,
    })
}

/// A string as Python writes it, where its characters need no other escapes than those that are read here.
pub(crate) fn quoted(text: &str) -> Option<String> {
    // MONAI would replace a reference in any string of an expression.
    if text.contains('@') || text.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\t')) {
        return None;
    }
    let escaped = text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n").replace('\t', "\\t");
    Some(format!("'{escaped}'"))
}

//! Text of an expression to tokens.

use crate::id;

/// Most tokens of one expression.
const MAX_TOKENS: usize = 2000;

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    Int(i64),
    Float(f64),
    Str(String),
    /// A name or a keyword.
    Name(String),
    /// `@id`, without the `@`.
    Reference(String),
    /// An operator or a bracket.
    Mark(&'static str),
}

/// Longer marks stand before their prefixes.
const MARKS: [&str; 31] = [
    "**", "//", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{", "}", ",", ":", ".",
    "=", "&", "|", "^", "~", ";", "!", "@", "`",
];

/// Cuts an expression into tokens.
pub(crate) fn tokens(source: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        if tokens.len() >= MAX_TOKENS {
            return Err(format!("longer than {MAX_TOKENS} tokens"));
        }
        let (token, length) = if first.is_ascii_digit() || (first == '.' && second_is_digit(rest)) {
            number(rest)?
        } else if first == '_' || first.is_alphabetic() {
            let length = rest.chars().take_while(|c| id::is_word(*c)).map(char::len_utf8).sum();
            let quoted = rest[length..].starts_with(['"', '\'']);
            if quoted && length <= 2 && rest[..length].chars().all(|c| "rRbBfFuU".contains(c)) {
                return Err(format!("strings with the prefix `{}` are not supported", &rest[..length]));
            }
            (Token::Name(rest[..length].to_owned()), length)
        } else if first == '"' || first == '\'' {
            string(rest, first)?
        } else if first == '@' {
            let length = id::reference_length(&rest[1..]);
            if length == 0 {
                return Err("the operator `@` is not supported".to_owned());
            }
            (Token::Reference(id::normalize(&rest[1..=length]).into_owned()), length + 1)
        } else {
            let mark = MARKS.iter().find(|mark| rest.starts_with(**mark));
            let mark = mark.ok_or_else(|| format!("the character `{}` is not expected", first.escape_default()))?;
            (Token::Mark(mark), mark.len())
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn second_is_digit(text: &str) -> bool {
    text.as_bytes().get(1).is_some_and(u8::is_ascii_digit)
}

fn number(text: &str) -> Result<(Token, usize), String> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
    let mut length = digits(0);
    let mut fraction = false;
    if bytes.get(length) == Some(&b'.') {
        fraction = true;
        length += 1;
        length += digits(length);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = bytes.get(length + 1 + sign..).map_or(0, |_| digits(length + 1 + sign));
        if exponent > 0 {
            fraction = true;
            length += 1 + sign + exponent;
        }
    }
    let shown = &text[..length];
    if text[length..].starts_with(id::is_word) {
        return Err(format!("`{shown}` runs into a name; only decimal numbers are supported"));
    }
    let clean = shown.replace('_', "");
    if fraction {
        return clean.parse().map(|value| (Token::Float(value), length)).map_err(|_| format!("`{shown}` is no number"));
    }
    if clean.len() > 1 && clean.starts_with('0') && clean.bytes().any(|b| b != b'0') {
        return Err(format!("`{shown}` begins with a zero"));
    }
    clean.parse().map(|value| (Token::Int(value), length)).map_err(|_| format!("`{shown}` does not fit in 64 bits"))
}

fn string(text: &str, quote: char) -> Result<(Token, usize), String> {
    let triple: String = std::iter::repeat_n(quote, 3).collect();
    let long = text.starts_with(&triple);
    let close = if long { triple } else { quote.to_string() };
    let mut value = String::new();
    let mut characters = text.char_indices().skip(close.len());
    while let Some((at, character)) = characters.next() {
        match character {
            _ if text[at..].starts_with(&close) => return Ok((Token::Str(value), at + close.len())),
            '\\' => match characters.next().map(|(_, escaped)| escaped) {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some(escaped @ ('\\' | '\'' | '"')) => value.push(escaped),
                _ => return Err("an escape in a string that is not one of \\n \\t \\\\ \\' \\\"".to_owned()),
            },
            '@' => return Err("`@` inside a string of an expression".to_owned()),
            '\n' if !long => return Err("a line break in a string".to_owned()),
            other => value.push(other),
        }
    }
    Err("a string is not closed".to_owned())
}

//! JSON as Python's `json.load` reads it (`NaN` and `Infinity` included), with duplicate keys refused as MONAI does.

use crate::error::Error;
use crate::node::{Data, MAX_DEPTH, MAX_NODES, Map, Node, refuse_key};
use crate::place::Place;

/// Reads one JSON document.
pub(crate) fn parse(file: &str, text: &str) -> Result<Node, Error> {
    let mut reader = Reader { file: Place::file(file), text, at: 0, nodes: 0, line: 1, counted: 0 };
    let data = reader.value(1)?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.error(reader.at, "expected the end of the document"));
    }
    Ok(Node { data, place: reader.file })
}

struct Reader<'a> {
    file: Place,
    text: &'a str,
    at: usize,
    nodes: usize,
    /// The line of the byte up to which lines were counted.
    line: u32,
    counted: usize,
}

impl Reader<'_> {
    fn position(&self, at: usize) -> (Place, usize) {
        let before = &self.text.as_bytes()[..at];
        let newlines = before.iter().filter(|byte| **byte == b'\n').count();
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let line = u32::try_from(newlines + 1).unwrap_or(u32::MAX);
        (self.file.at(line), String::from_utf8_lossy(&before[start..]).chars().count() + 1)
    }

    fn error(&self, at: usize, reason: impl Into<String>) -> Error {
        let (place, column) = self.position(at);
        Error::Syntax { place, column, reason: reason.into() }
    }

    /// The line that has been reached.
    fn place(&mut self) -> Place {
        let passed = &self.text.as_bytes()[self.counted..self.at];
        self.line += u32::try_from(passed.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX);
        self.counted = self.at;
        self.file.at(self.line)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.text[self.at..].starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<Data, Error> {
        self.space();
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(self.error(self.at, format!("more than {MAX_NODES} items")));
        }
        if depth > MAX_DEPTH {
            return Err(self.error(self.at, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        match self.peek() {
            Some(b'{') => self.map(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(Data::Str),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) if self.word("true") => Ok(Data::Bool(true)),
            Some(_) if self.word("false") => Ok(Data::Bool(false)),
            Some(_) if self.word("null") => Ok(Data::Null),
            Some(_) if self.word("NaN") => Ok(Data::Float(f64::NAN)),
            Some(_) if self.word("Infinity") => Ok(Data::Float(f64::INFINITY)),
            Some(_) => Err(self.error(self.at, "expected a value")),
            None => Err(self.error(self.at, "the document ends where a value is expected")),
        }
    }

    fn map(&mut self, depth: usize) -> Result<Data, Error> {
        self.at += 1;
        let mut map = Map::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Data::Map(map));
        }
        loop {
            self.space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.error(start, "expected a key in double quotes"));
            }
            let place = self.place();
            let key = self.string()?;
            if let Some(reason) = refuse_key(&key) {
                return Err(self.error(start, reason));
            }
            if map.contains_key(&key) {
                let (place, column) = self.position(start);
                return Err(Error::DuplicateKey { place, column, key });
            }
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.error(self.at, "expected `:` after the key"));
            }
            self.at += 1;
            let data = self.value(depth + 1)?;
            map.insert(key, Node { data, place });
            if self.ends(b'}')? {
                return Ok(Data::Map(map));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Data, Error> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Data::List(items));
        }
        loop {
            self.space();
            let place = self.place();
            items.push(Node { data: self.value(depth + 1)?, place });
            if self.ends(b']')? {
                return Ok(Data::List(items));
            }
        }
    }

    fn ends(&mut self, close: u8) -> Result<bool, Error> {
        self.space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(false)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(true)
            }
            _ => Err(self.error(self.at, format!("expected `,` or `{}`", char::from(close)))),
        }
    }

    fn number(&mut self) -> Result<Data, Error> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
            if self.word("Infinity") {
                return Ok(Data::Float(f64::NEG_INFINITY));
            }
        }
        let whole = self.digits();
        let leading_zero = whole > 1 && self.text.as_bytes()[self.at - whole] == b'0';
        if whole == 0 || leading_zero {
            return Err(self.error(start, "not a number as JSON writes it"));
        }
        let mut fraction = false;
        if self.peek() == Some(b'.') {
            fraction = true;
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.error(start, "a number ends with its point"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            fraction = true;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.error(start, "a number has an empty exponent"));
            }
        }
        let text = &self.text[start..self.at];
        if fraction {
            text.parse().map(Data::Float).map_err(|_| self.error(start, "not a number"))
        } else {
            text.parse().map(Data::Int).map_err(|_| self.error(start, "an integer does not fit in 64 bits"))
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn string(&mut self) -> Result<String, Error> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(character) = self.text[self.at..].chars().next() else {
                return Err(self.error(start, "a string is not closed"));
            };
            self.at += character.len_utf8();
            match character {
                '"' => return Ok(text),
                '\\' => text.push(self.escape()?),
                '\0'..='\x1f' => return Err(self.error(self.at - 1, "a control character in a string")),
                other => text.push(other),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Error> {
        let at = self.at - 1;
        let escape = self.peek();
        if escape.is_some_and(|byte| byte.is_ascii()) {
            self.at += 1;
        }
        Ok(match escape {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let high = self.hex(at)?;
                let code = if (0xd800..0xdc00).contains(&high) && self.word("\\u") {
                    let low = self.hex(at)?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return Err(self.error(at, "half a surrogate pair"));
                    }
                    0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
                } else {
                    high
                };
                char::from_u32(code).ok_or_else(|| self.error(at, "half a surrogate pair"))?
            }
            _ => return Err(self.error(at, "an unknown escape in a string")),
        })
    }

    fn hex(&mut self, at: usize) -> Result<u32, Error> {
        let digits = self.text.get(self.at..self.at + 4).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|text| u32::from_str_radix(text, 16).ok());
        self.at += 4 * usize::from(code.is_some());
        code.ok_or_else(|| self.error(at, "`\\u` needs four hexadecimal digits"))
    }
}

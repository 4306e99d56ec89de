//! YAML as MONAI reads it: the events of a YAML 1.2 parser, plain scalars typed by PyYAML's (YAML 1.1) rules.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use crate::error::Error;
use crate::node::{MAX_DEPTH, MAX_NODES, Map, Node};

/// Reads one YAML document.
pub(crate) fn parse(file: &str, text: &str) -> Result<Node, Error> {
    let mut builder = Builder { file, open: Vec::new(), root: None, anchors: HashMap::new(), nodes: 0 };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| Error::Syntax {
            file: file.to_owned(),
            line: error.marker().line(),
            column: error.marker().col() + 1,
            reason: error.info().to_owned(),
        })?;
        builder.event(event, span)?;
    }
    Ok(builder.root.unwrap_or(Node::Null))
}

struct Builder<'a> {
    file: &'a str,
    open: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

struct Open {
    node: Node,
    key: Option<String>,
    anchor: usize,
}

impl Builder<'_> {
    fn error(&self, span: Span, reason: impl Into<String>) -> Error {
        Error::Syntax {
            file: self.file.to_owned(),
            line: span.start.line(),
            column: span.start.col() + 1,
            reason: reason.into(),
        }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Error> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(self.error(span, "a second document; a config file holds one"))
            }
            Event::DocumentStart(_) => Ok(()),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(self.error(span, "an alias inside the item that it names"));
                };
                if self.open.len() + node.depth() > MAX_DEPTH {
                    return Err(self.error(span, format!("nested deeper than {MAX_DEPTH} levels")));
                }
                self.place(node, 0, span)
            }
            Event::Scalar(text, style, anchor, tag) => {
                if self.wants_key() {
                    return self.key(&text, style, span);
                }
                let node = self.scalar(&text, style, tag.as_deref(), span)?;
                self.place(node, anchor, span)
            }
            Event::SequenceStart(anchor, tag) => self.begin(Node::List(Vec::new()), anchor, tag.as_deref(), span),
            Event::MappingStart(anchor, tag) => self.begin(Node::Map(Map::new()), anchor, tag.as_deref(), span),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(done) => self.place(done.node, done.anchor, span),
                None => Err(self.error(span, "a collection ends that did not begin")),
            },
        }
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { node: Node::Map(_), key: None, .. }))
    }

    fn begin(&mut self, node: Node, anchor: usize, tag: Option<&Tag>, span: Span) -> Result<(), Error> {
        if self.wants_key() {
            return Err(self.error(span, "a key must be a scalar"));
        }
        if let Some(tag) = tag {
            return Err(self.error(span, format!("the tag `{}{}` is not supported", tag.handle, tag.suffix)));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(self.error(span, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.open.push(Open { node, key: None, anchor });
        Ok(())
    }

    fn key(&mut self, text: &str, style: ScalarStyle, span: Span) -> Result<(), Error> {
        if style == ScalarStyle::Plain {
            if text == "<<" {
                return Err(self.error(span, "merge keys (`<<`) are not supported"));
            }
            match plain(text) {
                Ok(Node::Str(_) | Node::Int(_)) => {}
                Ok(other) => return Err(self.error(span, format!("the key `{text}` is {}; quote it", other.kind()))),
                Err(reason) => return Err(self.error(span, reason)),
            }
        }
        let duplicate = match self.open.last_mut() {
            Some(Open { node: Node::Map(map), key, .. }) => {
                *key = Some(text.to_owned());
                map.contains_key(text)
            }
            _ => false,
        };
        if duplicate {
            let (line, column) = (span.start.line(), span.start.col() + 1);
            return Err(Error::DuplicateKey { file: self.file.to_owned(), line, column, key: text.to_owned() });
        }
        Ok(())
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Result<Node, Error> {
        match tag {
            Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => Ok(Node::Str(text.to_owned())),
            Some(tag) => Err(self.error(span, format!("the tag `{}{}` is not supported", tag.handle, tag.suffix))),
            None if style == ScalarStyle::Plain => plain(text).map_err(|reason| self.error(span, reason)),
            None => Ok(Node::Str(text.to_owned())),
        }
    }

    fn place(&mut self, node: Node, anchor: usize, span: Span) -> Result<(), Error> {
        if anchor > 0 {
            self.nodes += node.size();
            self.anchors.insert(anchor, node.clone());
        }
        self.nodes += match &node {
            Node::List(_) | Node::Map(_) => node.size(),
            _ => 1,
        };
        if self.nodes > MAX_NODES {
            return Err(self.error(span, format!("more than {MAX_NODES} items, aliases counted")));
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open { node: Node::List(items), .. }) => items.push(node),
            Some(Open { node: Node::Map(map), key, .. }) => {
                map.insert(key.take().unwrap_or_default(), node);
            }
            Some(_) => return Err(self.error(span, "an item outside any collection")),
        }
        Ok(())
    }
}

/// Types a plain scalar by the resolver of PyYAML's `SafeLoader`, where `1e-3` is a string and `yes` is true.
fn plain(text: &str) -> Result<Node, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Node::Null),
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Ok(Node::Bool(true)),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Ok(Node::Bool(false)),
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Ok(Node::Float(sign * f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Ok(Node::Float(f64::NAN)),
        _ => {}
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Ok(Node::Str(text.to_owned()));
    }
    let is_sexagesimal = unsigned.contains(':')
        && unsigned.split(':').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if is_sexagesimal {
        return Err(format!("`{text}` would be a number to the base 60; quote it"));
    }
    if let Some((digits, radix)) = integer(unsigned) {
        let signed = if sign < 0.0 { format!("-{digits}") } else { digits };
        return i64::from_str_radix(&signed, radix)
            .map(Node::Int)
            .map_err(|_| format!("`{text}` does not fit in 64 bits"));
    }
    if is_float(unsigned) {
        let digits = text.replace('_', "");
        return digits.parse().map(Node::Float).map_err(|_| format!("`{text}` is not a number"));
    }
    Ok(Node::Str(text.to_owned()))
}

fn integer(text: &str) -> Option<(String, u32)> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'b', ..] => (&text[2..], 2),
        [b'0', b'x', ..] => (&text[2..], 16),
        [b'0'] => (text, 10),
        [b'0', ..] => (&text[1..], 8),
        _ => (text, 10),
    };
    let fits = digits.chars().all(|c| c == '_' || c.is_digit(radix));
    let clean = digits.replace('_', "");
    (fits && !clean.is_empty()).then_some((clean, radix))
}

/// `digits . digits? (e sign digits)?` or `. digits (e sign digits)?`, with underscores.
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        exponent.strip_prefix(['+', '-']).is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
    });
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let starts = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    exponent_fits
        && mantissa.split_once('.').is_some_and(|(whole, fraction)| {
            digits(whole) && digits(fraction) && (starts(whole) || (whole.is_empty() && starts(fraction)))
        })
}

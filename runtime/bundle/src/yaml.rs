//! YAML as MONAI reads it: the events of a YAML 1.2 parser, plain scalars typed by PyYAML's (YAML 1.1) rules.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};

use crate::error::Error;
use crate::node::{Data, MAX_DEPTH, MAX_NODES, Map, Node, refuse_key};
use crate::place::{Place, shown};

/// Reads one YAML document.
pub(crate) fn parse(file: &str, text: &str) -> Result<Node, Error> {
    let file = Place::file(file);
    let mut builder = Builder { file: file.clone(), open: Vec::new(), root: None, anchors: HashMap::new(), nodes: 0 };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| Error::Syntax {
            place: file.at(line(*error.marker())),
            column: error.marker().col() + 1,
            reason: shown(error.info()),
        })?;
        builder.event(event, span)?;
    }
    Ok(Node { data: builder.root.map_or(Data::Null, |root| root.data), place: file })
}

fn line(marker: Marker) -> u32 {
    u32::try_from(marker.line()).unwrap_or(u32::MAX)
}

struct Builder {
    file: Place,
    open: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

struct Open {
    data: Data,
    /// Where the collection begins.
    place: Place,
    /// The key whose value comes next, and where it is written.
    key: Option<(String, Place)>,
    anchor: usize,
}

impl Builder {
    fn place(&self, span: Span) -> Place {
        self.file.at(line(span.start))
    }

    fn error(&self, span: Span, reason: impl Into<String>) -> Error {
        Error::Syntax { place: self.place(span), column: span.start.col() + 1, reason: reason.into() }
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
                self.put(node, 0, span)
            }
            Event::Scalar(text, style, anchor, tag) => {
                if self.wants_key() {
                    return self.key(&text, style, span);
                }
                let data = self.scalar(&text, style, tag.as_deref(), span)?;
                self.put(Node { data, place: self.place(span) }, anchor, span)
            }
            Event::SequenceStart(anchor, tag) => self.begin(Data::List(Vec::new()), anchor, tag.as_deref(), span),
            Event::MappingStart(anchor, tag) => self.begin(Data::Map(Map::new()), anchor, tag.as_deref(), span),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(done) => self.put(Node { data: done.data, place: done.place }, done.anchor, span),
                None => Err(self.error(span, "a collection ends that did not begin")),
            },
        }
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { data: Data::Map(_), key: None, .. }))
    }

    fn begin(&mut self, data: Data, anchor: usize, tag: Option<&Tag>, span: Span) -> Result<(), Error> {
        if self.wants_key() {
            return Err(self.error(span, "a key must be a scalar"));
        }
        if let Some(tag) = tag {
            return Err(self.error(span, unknown(tag)));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(self.error(span, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.open.push(Open { data, place: self.place(span), key: None, anchor });
        Ok(())
    }

    fn key(&mut self, text: &str, style: ScalarStyle, span: Span) -> Result<(), Error> {
        if let Some(reason) = refuse_key(text) {
            return Err(self.error(span, reason));
        }
        if style == ScalarStyle::Plain {
            if text == "<<" {
                return Err(self.error(span, "merge keys (`<<`) are not supported; MONAI refuses them too"));
            }
            match plain(text) {
                Ok(Data::Str(_) | Data::Int(_)) => {}
                Ok(_) => return Err(self.error(span, format!("the key `{}` is no string; quote it", shown(text)))),
                Err(reason) => return Err(self.error(span, reason)),
            }
        }
        let place = self.place(span);
        if let Some(Open { data: Data::Map(map), key, .. }) = self.open.last_mut() {
            if map.contains_key(text) {
                return Err(Error::DuplicateKey { place, column: span.start.col() + 1, key: text.to_owned() });
            }
            *key = Some((text.to_owned(), place));
        }
        Ok(())
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Result<Data, Error> {
        match tag {
            Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => Ok(Data::Str(text.to_owned())),
            Some(tag) => Err(self.error(span, unknown(tag))),
            None if style == ScalarStyle::Plain => plain(text).map_err(|reason| self.error(span, reason)),
            None => Ok(Data::Str(text.to_owned())),
        }
    }

    fn put(&mut self, mut node: Node, anchor: usize, span: Span) -> Result<(), Error> {
        if anchor > 0 {
            self.nodes += node.size();
            self.anchors.insert(anchor, node.clone());
        }
        self.nodes += node.size();
        if self.nodes > MAX_NODES {
            return Err(self.error(span, format!("more than {MAX_NODES} items, aliases counted")));
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open { data: Data::List(items), .. }) => items.push(node),
            Some(Open { data: Data::Map(map), key, .. }) => {
                let (key, place) = key.take().unwrap_or_else(|| (String::new(), node.place.clone()));
                node.place = place;
                map.insert(key, node);
            }
            Some(_) => return Err(self.error(span, "an item outside any collection")),
        }
        Ok(())
    }
}

/// Types a plain scalar by the resolver of PyYAML's `SafeLoader`, where `1e-3` is a string and `yes` is true.
fn plain(text: &str) -> Result<Data, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Data::Null),
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Ok(Data::Bool(true)),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Ok(Data::Bool(false)),
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Ok(Data::Float(sign * f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Ok(Data::Float(f64::NAN)),
        _ => {}
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Ok(Data::Str(text.to_owned()));
    }
    let is_sexagesimal = unsigned.contains(':')
        && unsigned.split(':').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if is_sexagesimal {
        return Err(format!("`{}` would be a number to the base 60; quote it", shown(text)));
    }
    if is_date(text) {
        return Err(format!("`{}` would be a date; quote it", shown(text)));
    }
    if let Some((digits, radix)) = integer(unsigned) {
        let signed = if sign < 0.0 { format!("-{digits}") } else { digits };
        return i64::from_str_radix(&signed, radix)
            .map(Data::Int)
            .map_err(|_| format!("`{}` does not fit in 64 bits", shown(text)));
    }
    if is_float(unsigned) {
        let digits = text.replace('_', "");
        return digits.parse().map(Data::Float).map_err(|_| format!("`{}` is not a number", shown(text)));
    }
    Ok(Data::Str(text.to_owned()))
}

/// `2020-01-31`, or a day with a time.
fn is_date(text: &str) -> bool {
    let digits = |part: &str| part.bytes().take_while(u8::is_ascii_digit).count();
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(day)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let time = &day[digits(day)..];
    let lengths = (digits(year), digits(month), digits(day));
    if digits(year) != year.len() || digits(month) != month.len() {
        return false;
    }
    match time.strip_prefix(['T', 't', ' ', '\t']) {
        None => lengths == (4, 2, 2) && time.is_empty(),
        Some(time) => {
            matches!(lengths, (4, 1..=2, 1..=2)) && time.trim_start().starts_with(|c: char| c.is_ascii_digit())
        }
    }
}

fn unknown(tag: &Tag) -> String {
    format!("the tag `{}{}` is not supported", shown(&tag.handle), shown(&tag.suffix))
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

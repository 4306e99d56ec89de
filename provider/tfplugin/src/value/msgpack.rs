//! The MessagePack tokens that Terraform values are made of.

use super::error::CodecError;

/// One token. Containers give their length only; their elements are the tokens that follow.
#[derive(Debug, Clone, PartialEq)]
pub enum Token<'a> {
    /// `nil`.
    Nil,
    /// `true` or `false`.
    Bool(bool),
    /// An integer that fits `i64`.
    Int(i64),
    /// A larger positive integer.
    UInt(u64),
    /// A floating-point number.
    Float(f64),
    /// UTF-8 text.
    Str(&'a str),
    /// Bytes.
    Bin(&'a [u8]),
    /// The number of elements that follow.
    Array(usize),
    /// The number of key and value pairs that follow.
    Map(usize),
    /// An extension: its kind and its bytes.
    Ext(i8, &'a [u8]),
}

/// Reads tokens from bytes.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    length: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, length: bytes.len() }
    }

    /// How many bytes were read.
    pub fn position(&self) -> usize {
        self.length - self.rest.len()
    }

    /// Whether all bytes were read.
    pub fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], CodecError> {
        if count > self.rest.len() {
            return Err(CodecError::Truncated { at: self.position(), needed: count, left: self.rest.len() });
        }
        let (head, rest) = self.rest.split_at(count);
        self.rest = rest;
        Ok(head)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    fn length(&mut self, width: usize) -> Result<usize, CodecError> {
        Ok(match width {
            1 => usize::from(self.fixed::<1>()?[0]),
            2 => usize::from(u16::from_be_bytes(self.fixed()?)),
            _ => u32::from_be_bytes(self.fixed()?) as usize,
        })
    }

    fn text(&mut self, length: usize) -> Result<Token<'a>, CodecError> {
        let at = self.position();
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map(Token::Str).map_err(|_| CodecError::NotUtf8 { at })
    }

    fn extension(&mut self, length: usize) -> Result<Token<'a>, CodecError> {
        let kind = i8::from_be_bytes(self.fixed()?);
        Ok(Token::Ext(kind, self.take(length)?))
    }

    fn container(&self, count: usize, bytes_each: usize) -> Result<usize, CodecError> {
        // Every element takes at least one byte, so a longer count is a lie and must not be allocated for.
        if count.saturating_mul(bytes_each) > self.rest.len() {
            return Err(CodecError::Truncated { at: self.position(), needed: count, left: self.rest.len() });
        }
        Ok(count)
    }

    /// The next token.
    pub fn next_token(&mut self) -> Result<Token<'a>, CodecError> {
        let at = self.position();
        let marker = self.fixed::<1>()?[0];
        Ok(match marker {
            0x00..=0x7f => Token::Int(i64::from(marker)),
            0x80..=0x8f => Token::Map(self.container(usize::from(marker & 0x0f), 2)?),
            0x90..=0x9f => Token::Array(self.container(usize::from(marker & 0x0f), 1)?),
            0xa0..=0xbf => return self.text(usize::from(marker & 0x1f)),
            0xc0 => Token::Nil,
            0xc1 => return Err(CodecError::Marker { at }),
            0xc2 => Token::Bool(false),
            0xc3 => Token::Bool(true),
            0xc4..=0xc6 => {
                let length = self.length(1 << (marker - 0xc4))?;
                Token::Bin(self.take(length)?)
            }
            0xc7..=0xc9 => {
                let length = self.length(1 << (marker - 0xc7))?;
                return self.extension(length);
            }
            0xca => Token::Float(f64::from(f32::from_be_bytes(self.fixed()?))),
            0xcb => Token::Float(f64::from_be_bytes(self.fixed()?)),
            0xcc => Token::Int(i64::from(self.fixed::<1>()?[0])),
            0xcd => Token::Int(i64::from(u16::from_be_bytes(self.fixed()?))),
            0xce => Token::Int(i64::from(u32::from_be_bytes(self.fixed()?))),
            0xcf => {
                let value = u64::from_be_bytes(self.fixed()?);
                i64::try_from(value).map_or(Token::UInt(value), Token::Int)
            }
            0xd0 => Token::Int(i64::from(i8::from_be_bytes(self.fixed()?))),
            0xd1 => Token::Int(i64::from(i16::from_be_bytes(self.fixed()?))),
            0xd2 => Token::Int(i64::from(i32::from_be_bytes(self.fixed()?))),
            0xd3 => Token::Int(i64::from_be_bytes(self.fixed()?)),
            0xd4..=0xd8 => return self.extension(1 << (marker - 0xd4)),
            0xd9..=0xdb => {
                let length = self.length(1 << (marker - 0xd9))?;
                return self.text(length);
            }
            0xdc | 0xdd => {
                let count = self.length(if marker == 0xdc { 2 } else { 4 })?;
                Token::Array(self.container(count, 1)?)
            }
            0xde | 0xdf => {
                let count = self.length(if marker == 0xde { 2 } else { 4 })?;
                Token::Map(self.container(count, 2)?)
            }
            0xe0..=0xff => Token::Int(i64::from(marker as i8)),
        })
    }
}

/// Writes tokens, each in its shortest form.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// The bytes written.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn sized(&mut self, length: usize, markers: [u8; 3]) {
        if let Ok(small) =
            u8::try_from(length).map_err(|_| ()).and_then(|small| if markers[0] == 0 { Err(()) } else { Ok(small) })
        {
            self.bytes.extend([markers[0], small]);
        } else if let Ok(medium) = u16::try_from(length) {
            self.bytes.push(markers[1]);
            self.bytes.extend(medium.to_be_bytes());
        } else {
            self.bytes.push(markers[2]);
            self.bytes.extend((length as u32).to_be_bytes());
        }
    }

    /// `nil`.
    pub fn nil(&mut self) {
        self.bytes.push(0xc0);
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        self.bytes.push(if value { 0xc3 } else { 0xc2 });
    }

    /// An integer.
    pub fn int(&mut self, value: i64) {
        match value {
            0..=127 => self.bytes.push(value as u8),
            -32..=-1 => self.bytes.push(value as i8 as u8),
            128..=255 => self.bytes.extend([0xcc, value as u8]),
            256..=65_535 => {
                self.bytes.push(0xcd);
                self.bytes.extend((value as u16).to_be_bytes());
            }
            65_536..=4_294_967_295 => {
                self.bytes.push(0xce);
                self.bytes.extend((value as u32).to_be_bytes());
            }
            _ => {
                self.bytes.push(0xd3);
                self.bytes.extend(value.to_be_bytes());
            }
        }
    }

    /// A floating-point number.
    pub fn float(&mut self, value: f64) {
        self.bytes.push(0xcb);
        self.bytes.extend(value.to_be_bytes());
    }

    /// Text.
    pub fn str(&mut self, text: &str) {
        if text.len() < 32 {
            self.bytes.push(0xa0 | text.len() as u8);
        } else {
            self.sized(text.len(), [0xd9, 0xda, 0xdb]);
        }
        self.bytes.extend(text.as_bytes());
    }

    /// Bytes.
    pub fn bin(&mut self, bytes: &[u8]) {
        self.sized(bytes.len(), [0xc4, 0xc5, 0xc6]);
        self.bytes.extend(bytes);
    }

    /// The length of an array; its elements are written next.
    pub fn array(&mut self, count: usize) {
        if count < 16 { self.bytes.push(0x90 | count as u8) } else { self.sized(count, [0, 0xdc, 0xdd]) }
    }

    /// The number of pairs of a map; each key and its value are written next.
    pub fn map(&mut self, count: usize) {
        if count < 16 { self.bytes.push(0x80 | count as u8) } else { self.sized(count, [0, 0xde, 0xdf]) }
    }

    /// An extension of this kind.
    pub fn ext(&mut self, kind: i8, bytes: &[u8]) {
        match bytes.len() {
            1 => self.bytes.push(0xd4),
            2 => self.bytes.push(0xd5),
            4 => self.bytes.push(0xd6),
            8 => self.bytes.push(0xd7),
            16 => self.bytes.push(0xd8),
            length => self.sized(length, [0xc7, 0xc8, 0xc9]),
        }
        self.bytes.push(kind as u8);
        self.bytes.extend(bytes);
    }
}

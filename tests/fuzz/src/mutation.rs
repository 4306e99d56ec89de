//! Changes of an input that a damaged or hostile file would show.

use proptest::prelude::*;
use proptest::sample::Index;

/// Longest mutated input.
const LONGEST: usize = 1 << 16;

/// One change. Places are shares of the input's length, so that they stay meaningful while a failure is made smaller.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// One bit the other way.
    Flip { at: Index, bit: u8 },
    /// Another byte.
    Replace { at: Index, byte: u8 },
    /// Nothing from here on.
    Truncate { at: Index },
    /// A part missing.
    Remove { at: Index, length: u8 },
    /// A part again and again.
    Repeat { at: Index, length: u8, times: u16 },
    /// A word of the format.
    Insert { at: Index, word: Index },
    /// A part of another input of the corpus.
    Splice { at: Index, other: Index, from: Index, length: u16 },
    /// A number that promises too much, too little or nothing.
    Lie { at: Index, width: u8, value: u64, big_endian: bool },
}

/// Any change.
pub(crate) fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    let number = prop_oneof![
        prop::sample::select(vec![
            0,
            1,
            0x7f,
            0x80,
            0xff,
            0x7fff,
            0x8000,
            0xffff,
            0x7fff_ffff,
            0x8000_0000,
            0xffff_ffff
        ]),
        prop::sample::select(vec![
            i64::MAX as u64,
            u64::MAX,
            1 << 32,
            f64::NAN.to_bits(),
            u64::from(f32::NAN.to_bits())
        ]),
        0..512_u64,
    ];
    prop_oneof![
        4 => (at(), 0..8_u8).prop_map(|(at, bit)| Change::Flip { at, bit }),
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Replace { at, byte }),
        1 => at().prop_map(|at| Change::Truncate { at }),
        2 => (at(), 1..64_u8).prop_map(|(at, length)| Change::Remove { at, length }),
        1 => (at(), 1..64_u8, 1..600_u16).prop_map(|(at, length, times)| Change::Repeat { at, length, times }),
        4 => (at(), at()).prop_map(|(at, word)| Change::Insert { at, word }),
        2 => (at(), at(), at(), 1..400_u16)
            .prop_map(|(at, other, from, length)| Change::Splice { at, other, from, length }),
        4 => (at(), prop::sample::select(vec![1_u8, 2, 4, 8]), number, any::<bool>())
            .prop_map(|(at, width, value, big_endian)| Change::Lie { at, width, value, big_endian }),
    ]
}

impl Change {
    /// Makes the change in place.
    pub(crate) fn apply(&self, bytes: &mut Vec<u8>, words: &[&[u8]], corpus: &[Vec<u8>]) {
        // One place behind the end is a place too: there is where things are inserted.
        let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
        match self {
            Change::Flip { at, bit } if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            Change::Replace { at, byte } if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Change::Flip { .. } | Change::Replace { .. } => {}
            Change::Truncate { at } => bytes.truncate(place(at, bytes)),
            Change::Remove { at, length } => {
                let at = place(at, bytes);
                let end = bytes.len().min(at + usize::from(*length));
                bytes.drain(at..end);
            }
            Change::Repeat { at, length, times } => {
                let at = place(at, bytes);
                let end = bytes.len().min(at + usize::from(*length));
                let part = bytes[at..end].repeat(usize::from(*times));
                bytes.splice(end..end, part);
            }
            Change::Insert { at, word } => {
                let at = place(at, bytes);
                if !words.is_empty() {
                    bytes.splice(at..at, words[word.index(words.len())].iter().copied());
                }
            }
            Change::Splice { at, other, from, length } => {
                let other = &corpus[other.index(corpus.len())];
                let from = place(from, other);
                let end = other.len().min(from + usize::from(*length));
                let at = place(at, bytes);
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            Change::Lie { at, width, value, big_endian } => {
                let width = usize::from(*width);
                let number = if *big_endian {
                    value.to_be_bytes()[8 - width..].to_vec()
                } else {
                    value.to_le_bytes()[..width].to_vec()
                };
                let at = place(at, bytes);
                let end = bytes.len().min(at + width);
                bytes.splice(at..end, number);
            }
        }
        bytes.truncate(LONGEST);
    }
}

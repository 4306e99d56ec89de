//! Damaged MessagePack: no panic, no memory beyond what the bytes pay for, and what is read is written and read alike.

use std::path::Path;

use fuzz::{Corpus, peak};
use tfplugin_rust::Type;
use tfplugin_rust::value::{decode, encode};

/// Memory that one byte of input may cost: a value with its place in a container, or the text of a wrong type's path.
const PER_BYTE: usize = 1 << 10;
/// What a value of any size may cost: room that is made before the elements of nested containers are read.
const FIXED: usize = 32 << 20;

fn types() -> [Type; 5] {
    let object = |attributes: &[(&str, Type)]| {
        Type::Object(attributes.iter().map(|(name, ty)| ((*name).to_owned(), ty.clone())).collect())
    };
    let rule = object(&[("path", Type::String), ("open", Type::Bool)]);
    [
        object(&[("name", Type::String), ("port", Type::Number), ("rules", Type::list(rule))]),
        Type::set(Type::String),
        Type::map(Type::Number),
        Type::Tuple(vec![Type::Bool, Type::String]),
        Type::Dynamic,
    ]
}

/// Whether any of the types reads the bytes.
fn check(bytes: &[u8]) -> Result<bool, String> {
    let mut accepted = false;
    for ty in types() {
        let (outcome, taken) = peak(|| decode(bytes, &ty));
        let fixed = if matches!(ty, Type::Dynamic) { FIXED } else { 1 << 20 };
        let bound = fixed + PER_BYTE * bytes.len();
        if taken > bound {
            return Err(format!("{taken} bytes of memory for {} bytes, expected at most {bound}", bytes.len()));
        }
        let Ok(value) = outcome else { continue };
        accepted = true;
        let written = encode(&value, &ty).map_err(|error| format!("what was read is not written: {error}"))?;
        let again = decode(&written, &ty).map_err(|error| format!("what was written is not read: {error}"))?;
        if again != value {
            return Err(format!("{value:?} reads back as {again:?}"));
        }
        if encode(&again, &ty) != Ok(written) {
            return Err(format!("{value:?} is written in two ways"));
        }
    }
    Ok(accepted)
}

fn corpus() -> Corpus {
    Corpus::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/msgpack"))
}

#[test]
fn the_corpus_is_read_or_refused() {
    corpus().replay(check);
}

#[test]
fn mutations_of_the_corpus_read_back_or_are_refused() {
    let words: [&[u8]; 10] = [
        b"\xc0",
        b"\x90",
        b"\x91",
        b"\x80",
        b"\xa1a",
        b"\xd4\0\0",
        b"\xc4\x09\"dynamic\"",
        b"\x92",
        b"\xa41e90",
        b"\xc7\x02\x0c\x80\xc0",
    ];
    corpus().mutate(&words, check);
}

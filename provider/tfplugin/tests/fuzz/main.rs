//! Damaged MessagePack, states and types: no panic, no memory beyond what the bytes pay for, and what is read is written
//! and read alike.

mod served;

use std::path::Path;

use fuzz::{Corpus, peak};
use tfplugin_rust::value::{CodecError, decode, encode, json};
use tfplugin_rust::{Type, Value};

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

/// What `read` makes of the bytes, in bounded memory.
fn bounded<T>(bytes: &[u8], fixed: usize, read: impl FnOnce() -> T) -> Result<T, String> {
    let (outcome, taken) = peak(read);
    let bound = fixed + PER_BYTE * bytes.len();
    if taken > bound {
        return Err(format!("{taken} bytes of memory for {} bytes, expected at most {bound}", bytes.len()));
    }
    Ok(outcome)
}

/// Whether any of the types reads the bytes.
fn check(bytes: &[u8], read: impl Fn(&[u8], &Type) -> Result<Value, CodecError>) -> Result<bool, String> {
    let mut accepted = false;
    for ty in types() {
        let fixed = if matches!(ty, Type::Dynamic) { FIXED } else { 1 << 20 };
        let Ok(value) = bounded(bytes, fixed, || read(bytes, &ty))? else { continue };
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

/// Whether the bytes are a type.
fn check_type(bytes: &[u8]) -> Result<bool, String> {
    let read = || serde_json::from_slice(bytes).ok().as_ref().and_then(Type::from_json);
    let Some(ty) = bounded(bytes, 1 << 20, read)? else { return Ok(false) };
    let again = Type::from_json(&ty.to_json());
    if again.as_ref() != Some(&ty) { Err(format!("{ty:?} reads back as {again:?}")) } else { Ok(true) }
}

fn corpus(name: &str) -> Corpus {
    Corpus::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name))
}

#[test]
fn the_corpora_are_read_or_refused() {
    corpus("msgpack").replay(|bytes| check(bytes, decode));
    corpus("state").replay(|bytes| check(bytes, |bytes, ty| json::decode(bytes, ty, "the value")));
    corpus("type").replay(check_type);
}

#[test]
fn mutations_of_states_read_back_or_are_refused() {
    let words: [&[u8]; 10] = [
        b"null",
        b"[]",
        b"{",
        b"\"name\":",
        b"\"type\":\"dynamic\",",
        b"\"value\":",
        b"1e90",
        b"-0",
        b"\\ud800",
        b"{\"type\":\"string\",\"value\":\"\"}",
    ];
    corpus("state").mutate(&words, |bytes| check(bytes, |bytes, ty| json::decode(bytes, ty, "the value")));
}

#[test]
fn mutations_of_types_read_back_or_are_refused() {
    let words: [&[u8]; 8] =
        [b"\"bool\"", b"[\"list\",", b"[\"object\",{", b"\"a\":\"bool\",", b"[\"tuple\",[", b"]", b" ", b"\n"];
    corpus("type").mutate(&words, check_type);
}

#[test]
fn mutations_of_msgpack_read_back_or_are_refused() {
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
    corpus("msgpack").mutate(&words, |bytes| check(bytes, decode));
}

//! Damaged and hostile config documents: no panic, bounded memory, places that exist, and one meaning each time.

use std::path::Path;

use fuzz::{Corpus, peak};
use monai_bundle::{Config, Error};

use crate::MOST;

/// Memory that one byte of text may cost, where nothing in it multiplies.
const PER_BYTE: usize = 16 << 10;
const FIXED: usize = 1 << 18;
/// Most items of a document that are looked at one by one.
const LOOKED_AT: usize = 8;

/// JSON where the document begins with a bracket, else YAML.
fn read(text: &str) -> (&'static str, Result<Config, Error>) {
    let file = if text.trim_start().starts_with('{') { "x.json" } else { "x.yaml" };
    (file, Config::parse(Path::new("/nowhere"), file, text))
}

fn refused(file: &str, error: &Error) -> Result<(), String> {
    let text = error.to_string();
    let here = error.file() == file || error.file() == "configs/metadata.json";
    if !here || error.reason().is_empty() || text.contains(char::is_control) {
        return Err(format!("refused as {text:?}"));
    }
    Ok(())
}

fn look(text: &str) -> Result<bool, String> {
    let (file, config) = read(text);
    let config = match config {
        Ok(config) => config,
        Err(error) => return refused(file, &error).map(|()| false),
    };
    // `%` alone copies the whole config, which has no line, and the metadata in it.
    let copies = text.contains('%');
    let lines = u32::try_from(text.lines().count().max(1)).expect("it is small");
    let ids = config.ids();
    // What multiplies is slow, and all of it is resolved below.
    let looked_at = if ids.len() > 300 { 1 } else { LOOKED_AT };
    // A key with a separator in it has a value, but no id that leads to it.
    let named = |id: &&String| !id.starts_with("_meta_") && config.get(id).is_some();
    for id in ids.iter().filter(named).take(looked_at) {
        let place = config.origin(id);
        let known = &*place.file == file || (copies && &*place.file == "configs/metadata.json");
        if !known || !place.line.map_or(copies, |line| (1..=lines + 1).contains(&line)) {
            return Err(format!("{id} stands at {place}, of {lines} lines"));
        }
        match (config.resolve_all(id), config.trace(id)) {
            (Ok(value), Ok((traced, parts))) => {
                if value.to_json() != traced.to_json() || parts.is_empty() {
                    return Err(format!("{id} is {value:?}, but {traced:?} of {parts:?}"));
                }
            }
            (Err(errors), Err(_)) => {
                if errors.is_empty() {
                    return Err(format!("{id} is refused without a reason"));
                }
                errors.iter().try_for_each(|error| refused(file, error))?;
            }
            (value, traced) => return Err(format!("{id} is {value:?}, but {traced:?}")),
        }
    }
    config.errors().try_for_each(|error| refused(file, error))?;
    Ok(config.errors().next().is_none() && config.resolve("").is_ok())
}

fn check(bytes: &[u8]) -> Result<bool, String> {
    let text = String::from_utf8_lossy(bytes);
    let (outcome, taken) = peak(|| look(&text));
    let multiplies = if text.contains(['*', '%', '@', '$']) { MOST } else { 0 };
    let bound = FIXED + PER_BYTE * text.len() + multiplies;
    if taken > bound {
        return Err(format!("{taken} bytes of memory for {} bytes, expected at most {bound}", text.len()));
    }
    outcome
}

fn corpus() -> Corpus {
    Corpus::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/documents"))
}

#[test]
fn the_corpus_is_resolved_or_refused() {
    corpus().replay(check);
}

#[test]
fn mutated_documents_mean_one_thing_or_are_refused() {
    let words: [&[u8]; 36] = [
        b"@a",
        b"@a::b",
        b"@#b",
        b"@##a",
        b"%a",
        b"%#b",
        b"%configs/x.json::a",
        b"%../x.yaml",
        b"$@a",
        b"$import os as a",
        b"$from os import path, sep",
        b"$[*@list]",
        b"$lambda x: x[@n]",
        b"\"_target_\": ",
        b"\"_disabled_\": ",
        b"\"_mode_\": \"callable\"",
        b"\"_requires_\": ",
        b"_target_: ",
        b"_disabled_: ",
        b"\"a\": ",
        b"\"+list\": ",
        b"\"a::b\": ",
        b"\"a#0\": ",
        b"+a: ",
        b"a::b: ",
        b"&x ",
        b"*x",
        b"<<: ",
        b"- ",
        b"\n",
        b"{",
        b"}",
        b"[",
        b"]",
        b", ",
        b"\\u0000",
    ];
    corpus().mutate(&words, check);
}

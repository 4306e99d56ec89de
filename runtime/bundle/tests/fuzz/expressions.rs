//! Damaged and hostile expressions: no panic, no memory beyond what the text pays for, and a value that is accepted is
//! the same value however it is written.

use std::path::Path;

use fuzz::{Corpus, peak};
use monai_bundle::{Config, Error, Value};
use serde_json::json;

use crate::MOST;

/// Memory that one byte of text may cost, where nothing in it multiplies: a copy of the largest item below.
const PER_BYTE: usize = 4 << 10;
const FIXED: usize = 1 << 16;
/// What one operator may make at most: a list of 100,000 values, while it grows.
const PRODUCT: usize = 100_000 * 3 * size_of::<Value>();

fn resolve(expression: &str) -> Result<Value, Error> {
    let document = json!({
        "imports": ["$import os", "$import copy", "$import math", "$from numpy import float32 as single"],
        "bundle_root": "/workspace", "n": 2, "flag": true, "nothing": null, "name": "brain", "sizes": [96, 64, 32],
        "network_def": {"_target_": "UNet", "channels": [8, 16], "act": {"name": "prelu"}}, "x": format!("${expression}"),
    });
    Config::parse(Path::new("/nowhere"), "x.json", &document.to_string()).and_then(|config| config.resolve("x"))
}

fn check(bytes: &[u8]) -> Result<bool, String> {
    let text = String::from_utf8_lossy(bytes);
    let (outcome, taken) = peak(|| resolve(&text));
    let products = text.matches('*').count() + text.matches("range").count();
    let bound = FIXED + PER_BYTE * text.len() + (products * PRODUCT).min(MOST);
    if taken > bound {
        return Err(format!("{taken} bytes of memory for {} bytes, expected at most {bound}", text.len()));
    }
    let value = match outcome {
        Ok(value) => value,
        Err(error) if error.reason().is_empty() || error.file() != "x.json" => {
            return Err(format!("refused as {error}"));
        }
        Err(_) => return Ok(false),
    };
    let again = |text: &str| match resolve(text) {
        Ok(again) if again.to_json() == value.to_json() => Ok(()),
        Ok(again) => Err(format!("{value:?}, but {again:?} of `{text}`")),
        // One bracket or one sign more may be one too many.
        Err(error) if ["deeper than", "longer than"].iter().any(|limit| error.reason().contains(limit)) => Ok(()),
        Err(error) => Err(format!("{value:?}, but {error} of `{text}`")),
    };
    again(&text)?;
    match &value {
        // Import lines are no expressions.
        Value::Symbol(_) if text.contains("import") => {}
        Value::Lambda(canonical) => again(canonical)?,
        _ => {
            again(&format!("({text})"))?;
            again(&format!("({text}) if 1 else @nowhere"))?;
        }
    }
    python(&value).map_or(Ok(()), |literal| again(&literal))?;
    Ok(true)
}

/// The value as a literal of the language, where it has one.
fn python(value: &Value) -> Option<String> {
    let all = |items: &[Value]| items.iter().map(python).collect::<Option<Vec<_>>>();
    Some(match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(i64::MIN) => return None,
        Value::Int(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => format!("{number:?}"),
        Value::Str(text) => quoted(text)?,
        Value::List(items) => format!("[{}]", all(items)?.join(",")),
        Value::Map(map) => {
            let pairs = map.iter().map(|(key, value)| Some(format!("{}:{}", quoted(key)?, python(value)?)));
            format!("{{{}}}", pairs.collect::<Option<Vec<_>>>()?.join(","))
        }
        _ => return None,
    })
}

fn quoted(text: &str) -> Option<String> {
    let escaped = text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n").replace('\t', "\\t");
    // A reference mark inside a string is refused, since MONAI would replace it.
    (!text.contains('@')).then(|| format!("'{escaped}'"))
}

fn corpus() -> Corpus {
    Corpus::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/expressions"))
}

#[test]
fn the_corpus_is_evaluated_or_refused() {
    corpus().replay(check);
}

#[test]
fn mutated_expressions_mean_one_thing_or_are_refused() {
    let words: [&[u8]; 54] = [
        b"@n",
        b"@sizes",
        b"@network_def",
        b"@flag",
        b"@x",
        b"@name",
        b"None",
        b"True",
        b"1",
        b"0.5",
        b"'a'",
        b"[",
        b"]",
        b"(",
        b")",
        b"{",
        b"}",
        b",",
        b":",
        b" if ",
        b" else ",
        b" not ",
        b" and ",
        b" or ",
        b" in ",
        b" is ",
        b"==",
        b"<",
        b"+",
        b"-",
        b"*",
        b"**",
        b"//",
        b"%",
        b"lambda x: ",
        b".to(",
        b"len(",
        b"range(",
        b"sorted(",
        b"max(",
        b"__import__",
        b"os.system",
        b".__class__",
        b"9223372036854775807",
        b"1e308",
        b"[::-1]",
        b", *@sizes",
        b"@sizes#",
        b"::0",
        b"@#n",
        b"single",
        b"np.float32",
        b"monai.networks.nets.UNet(",
        b"spatial_dims=",
    ];
    corpus().mutate(&words, check);
}

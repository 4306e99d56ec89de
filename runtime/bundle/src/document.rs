//! Config files as documents: read with bounds, and never from outside the bundle.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::error::Error;
use crate::node::{Data, Map, Node};
use crate::place::{Place, shown};
use crate::{json, yaml};

/// What stands for the file of an override.
const OVERRIDE: &str = "override";
/// Largest document in bytes.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// A path of the bundle as a path on this machine, when it stays inside the folder, links followed.
pub(crate) fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut relative = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::CurDir => {}
            Component::Normal(name) => relative.push(name),
            Component::ParentDir if relative.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    let joined = folder.join(relative);
    match (fs::canonicalize(&joined), fs::canonicalize(folder)) {
        (Ok(found), Ok(folder)) => found.starts_with(folder).then_some(joined),
        // What is not there leads nowhere.
        _ => Some(joined),
    }
}

/// Reads one JSON or YAML file whose top level is a mapping.
pub(crate) fn read(folder: &Path, file: &str) -> Result<Map, Error> {
    read_any(folder, file).and_then(|node| mapping(file, node))
}

/// Reads one JSON or YAML file of whatever it holds.
pub(crate) fn read_any(folder: &Path, file: &str) -> Result<Node, Error> {
    let place = || Place::file(&shown(file));
    let layout = |reason: String| Error::Layout { place: place(), reason };
    let path = inside(folder, file).ok_or_else(|| layout("lies outside the bundle".to_owned()))?;
    let fail = |source| Error::Read { place: place(), source: Arc::new(source) };
    // A pipe would be waited for.
    if !fs::metadata(&path).map_err(fail)?.is_file() {
        return Err(layout("is not a file".to_owned()));
    }
    let mut bytes = Vec::new();
    File::open(&path).and_then(|open| open.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(fail)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(layout(format!("is larger than {MAX_BYTES} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|_| layout("is not UTF-8".to_owned()))?;
    parse_any(file, &text)
}

/// Reads the text of a file whose top level is a mapping; the file's ending says whether it is JSON or YAML.
pub(crate) fn parse(file: &str, text: &str) -> Result<Map, Error> {
    parse_any(file, text).and_then(|node| mapping(file, node))
}

fn parse_any(file: &str, text: &str) -> Result<Node, Error> {
    let lower = file.to_ascii_lowercase();
    if lower.ends_with(".json") {
        json::parse(file, text)
    } else if lower.ends_with(".yaml") || lower.ends_with(".yml") {
        yaml::parse(file, text)
    } else {
        let reason = "is not a .json, .yaml or .yml file".to_owned();
        Err(Error::Layout { place: Place::file(&shown(file)), reason })
    }
}

fn mapping(file: &str, node: Node) -> Result<Map, Error> {
    let kind = node.kind();
    match node.data {
        Data::Map(map) => Ok(map),
        _ => {
            let reason = format!("holds {kind}, expected a mapping");
            Err(Error::Layout { place: Place::file(&shown(file)), reason })
        }
    }
}

/// An override's value as a person writes it: a reference, an expression or a macro as it is, else YAML where it is
/// that, else a string.
pub(crate) fn value(text: &str) -> Node {
    let document = || yaml::parse(OVERRIDE, text).ok().map(|node| node.data);
    let data = if text.starts_with(['@', '$', '%']) { None } else { document() };
    Node { data: data.unwrap_or_else(|| Data::Str(text.to_owned())), place: Place::file(OVERRIDE) }
}

//! `%id` and `%file::id`: textual copies made before anything is resolved, not recursive (MONAI `ConfigParser`).

use std::collections::HashMap;

use crate::error::Error;
use crate::history::History;
use crate::id;
use crate::node::{Data, MAX_DEPTH, MAX_NODES, Node};
use crate::place::shown;

/// Most bytes by which relative ids may make a config longer.
const MAX_GROWTH: usize = 8 << 20;

/// Replaces relative ids and macros in place. `load` reads a config file of the bundle by its relative path. What cannot
/// be replaced stays, and is returned with its id and the reason.
pub(crate) fn replace(
    root: &mut Node,
    history: &mut History,
    load: impl Fn(&str) -> Result<Node, Error>,
) -> Vec<(String, Error)> {
    let mut leaves = Vec::new();
    strings(root, "", &mut leaves);
    let mut copying = Copying { size: root.size(), full: false, read: 0, files: HashMap::new(), load };
    let mut errors = Vec::new();
    let mut growth = MAX_GROWTH;
    for leaf in leaves {
        let Some(Node { data: Data::Str(text), place }) = root.get_mut(&leaf) else { continue };
        let place = place.clone();
        let written = text.clone();
        let fail =
            |reason: String| Error::Macro { place: place.clone(), id: leaf.clone(), text: shown(&written), reason };
        // As in MONAI, `#` becomes `::` in every string, be it an id or not.
        let absolute = match id::absolute(&leaf, &written, written.len() + growth) {
            Ok(absolute) => absolute,
            Err(reason) => {
                errors.push((leaf.clone(), fail(reason)));
                continue;
            }
        };
        growth = growth.saturating_sub(absolute.len().saturating_sub(written.len()));
        match absolute.strip_prefix('%') {
            None => *text = absolute,
            Some(target) => match copying.copy(root, &leaf, target) {
                Ok(copy) => {
                    if let Some(node) = root.get_mut(&leaf) {
                        *node = copy;
                    }
                    history.copied(&leaf, place);
                }
                Err(Failure::Here(reason)) => errors.push((leaf.clone(), fail(reason))),
                Err(Failure::Elsewhere(error)) => errors.push((leaf.clone(), *error)),
            },
        }
    }
    errors
}

/// Why a macro cannot be replaced: a reason of its own, or the error of the file that it names.
enum Failure {
    Here(String),
    Elsewhere(Box<Error>),
}

struct Copying<L> {
    /// Nodes of the config.
    size: usize,
    /// Whether a copy was refused because it would not fit. Looking at the next one would take as long as copying it.
    full: bool,
    /// Nodes of all files that were read.
    read: usize,
    files: HashMap<String, Result<Node, Error>>,
    load: L,
}

impl<L: Fn(&str) -> Result<Node, Error>> Copying<L> {
    fn copy(&mut self, root: &Node, leaf: &str, target: &str) -> Result<Node, Failure> {
        let refuse = || Failure::Here(format!("the config grows past {MAX_NODES} items or {MAX_DEPTH} levels"));
        if self.full {
            return Err(refuse());
        }
        let base = self.size;
        let (path, id) = split_path(target);
        let found = match path {
            None => root.get(id),
            Some(path) => self.file(path)?.get(id),
        };
        let found = found.ok_or_else(|| Failure::Here("names nothing".to_owned()))?;
        let (size, depth) = (found.size(), leaf.split(id::SEPARATOR).count() + found.depth());
        let copy = (base + size <= MAX_NODES && depth <= MAX_DEPTH).then(|| found.clone());
        self.full = copy.is_none();
        self.size = base + size;
        copy.ok_or_else(refuse)
    }

    fn file(&mut self, path: &str) -> Result<&Node, Failure> {
        if !self.files.contains_key(path) {
            if self.read > MAX_NODES {
                return Err(Failure::Here(format!("the files that macros name have more than {MAX_NODES} items")));
            }
            let node = (self.load)(path);
            self.read += node.as_ref().map_or(0, Node::size);
            self.files.insert(path.to_owned(), node);
        }
        match &self.files[path] {
            Ok(node) => Ok(node),
            Err(error @ (Error::Layout { .. } | Error::Read { .. })) => {
                Err(Failure::Here(format!("`{}` {}", shown(path), error.reason())))
            }
            Err(error) => Err(Failure::Elsewhere(Box::new(error.clone()))),
        }
    }
}

/// The ids of the strings that hold a reference, a macro or an old separator.
fn strings(node: &Node, id: &str, leaves: &mut Vec<String>) {
    if let Data::Str(text) = &node.data
        && text.contains(['@', '%', '#'])
    {
        leaves.push(id.to_owned());
    }
    for (key, item) in node.children() {
        strings(item, &id::join(id, &key), leaves);
    }
}

/// Splits `file.json::id` into file and id at the last ending of a config file; a text without one is an id.
fn split_path(text: &str) -> (Option<&str>, &str) {
    let lower = text.to_ascii_lowercase();
    let ends = [".json", ".yaml", ".yml"]
        .into_iter()
        .flat_map(|suffix| lower.match_indices(suffix).map(|(at, suffix)| at + suffix.len()).collect::<Vec<_>>());
    let fits = |end: &usize| text[*end..].is_empty() || text[*end..].starts_with(id::SEPARATOR);
    match ends.filter(fits).max() {
        Some(end) => (Some(&text[..end]), text[end..].strip_prefix(id::SEPARATOR).unwrap_or_default()),
        None => (None, text),
    }
}

//! `%id` and `%file::id`: textual copies made before anything is resolved, not recursive (MONAI `ConfigParser`).

use crate::error::Error;
use crate::id;
use crate::node::{MAX_DEPTH, MAX_NODES, Node};

/// Replaces relative ids and macros in place. `load` reads a config file of the bundle by its relative path,
/// `origin` names the file that an id came from.
pub(crate) fn replace(
    root: &mut Node,
    origin: impl Fn(&str) -> String,
    load: impl Fn(&str) -> Result<Node, Error>,
) -> Result<(), Error> {
    let mut leaves = Vec::new();
    strings(root, "", &mut leaves);
    let mut size = root.size();
    for leaf in leaves {
        let Some(Node::Str(text)) = root.get_mut(&leaf) else { continue };
        let fail = |text: &str, reason: String| Error::Macro {
            file: origin(&leaf),
            id: leaf.clone(),
            text: text.chars().take(200).collect(),
            reason,
        };
        // As in MONAI, `#` becomes `::` in every string, be it an id or not.
        let plain = !text.contains(['@', '%', '#']);
        if plain {
            continue;
        }
        let absolute = id::absolute(&leaf, text).map_err(|reason| fail(text, reason))?;
        let Some(target) = absolute.strip_prefix('%') else {
            *text = absolute;
            continue;
        };
        let (path, target) = split_path(target);
        let found = match path {
            None => root.get(target).cloned(),
            Some(path) => match load(path) {
                Ok(node) => node.get(target).cloned(),
                Err(error @ (Error::Layout { .. } | Error::Read { .. })) => {
                    return Err(fail(&absolute, format!("`{path}` {}", error.reason())));
                }
                Err(error) => return Err(error),
            },
        };
        let copy = found.ok_or_else(|| fail(&absolute, "names nothing".to_owned()))?;
        size += copy.size();
        let deep = leaf.split(id::SEPARATOR).count() + copy.depth() > MAX_DEPTH;
        if size > MAX_NODES || deep {
            return Err(fail(&absolute, format!("the config grows past {MAX_NODES} items or {MAX_DEPTH} levels")));
        }
        if let Some(node) = root.get_mut(&leaf) {
            *node = copy;
        }
    }
    Ok(())
}

fn strings(node: &Node, id: &str, leaves: &mut Vec<String>) {
    match node {
        Node::Str(_) => leaves.push(id.to_owned()),
        Node::List(items) => {
            for (index, item) in items.iter().enumerate() {
                strings(item, &id::join(id, &index.to_string()), leaves);
            }
        }
        Node::Map(map) => {
            for (key, item) in map {
                strings(item, &id::join(id, key), leaves);
            }
        }
        _ => {}
    }
}

/// Splits `file.json::id` into file and id; a text without a config file's suffix is an id.
fn split_path(text: &str) -> (Option<&str>, &str) {
    for suffix in [".json", ".yaml", ".yml"] {
        let lower = text.to_ascii_lowercase();
        if let Some(at) = lower.rfind(suffix) {
            let (path, rest) = text.split_at(at + suffix.len());
            if rest.is_empty() {
                return (Some(path), "");
            }
            if let Some(id) = rest.strip_prefix(id::SEPARATOR) {
                return (Some(path), id);
            }
        }
    }
    (None, text)
}

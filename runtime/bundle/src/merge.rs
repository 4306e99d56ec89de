//! Several config files become one: a later key wins, `a#b` goes into the structure, `+key` extends (MONAI `merge_kv`).

use crate::error::Error;
use crate::id;
use crate::node::{Map, Node};

/// Puts one key of a later file into the config so far.
pub(crate) fn merge(root: &mut Map, file: &str, key: &str, value: Node) -> Result<(), Error> {
    let fail = |reason: String| Error::Merge { file: file.to_owned(), id: key.to_owned(), reason };
    let (extend, id) = match key.strip_prefix('+') {
        Some(id) => (true, id::normalize(id)),
        None => (false, id::normalize(key)),
    };
    let (parent, last) = match id.rsplit_once(id::SEPARATOR) {
        None => (None, id.as_ref()),
        Some((parent, last)) => (Some(parent), last),
    };
    let holder = match parent {
        None => None,
        Some(parent) => {
            let (first, rest) = parent.split_once(id::SEPARATOR).unwrap_or((parent, ""));
            let found = root.get_mut(first).and_then(|node| node.get_mut(rest));
            Some(found.ok_or_else(|| fail(format!("`{parent}` is not in the files before")))?)
        }
    };
    let slot = match holder {
        None => Slot::Key(root, last),
        Some(Node::Map(map)) => Slot::Key(map, last),
        Some(Node::List(items)) => {
            let length = items.len();
            let item = id::index(last).and_then(|index| items.get_mut(index));
            Slot::Item(item.ok_or_else(|| fail(format!("the list has {length} items, `{last}` is not one of them")))?)
        }
        Some(other) => return Err(fail(format!("its parent is {}, not a mapping or a list", other.kind()))),
    };
    let current = match slot {
        Slot::Item(item) => item,
        Slot::Key(map, key) => {
            if !map.contains_key(key) {
                map.insert(key.to_owned(), value);
                return Ok(());
            }
            &mut map[key]
        }
    };
    if !extend {
        *current = value;
        return Ok(());
    }
    match (current, value) {
        (Node::Map(map), Node::Map(more)) => map.extend(more),
        (Node::List(items), Node::List(more)) => items.extend(more),
        (current, value) => {
            return Err(fail(format!(
                "`+` joins two mappings or two lists, found {} and {}",
                current.kind(),
                value.kind()
            )));
        }
    }
    Ok(())
}

enum Slot<'a> {
    Key(&'a mut Map, &'a str),
    Item(&'a mut Node),
}

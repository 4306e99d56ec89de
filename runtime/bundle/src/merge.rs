//! Several config files become one: a later key wins, `a#b` goes into the structure, `+key` extends (MONAI `merge_kv`).

use crate::error::Error;
use crate::history::History;
use crate::id;
use crate::node::{Data, Map, Node};
use crate::place::shown;
use crate::warning::Warning;

/// Puts one key of a later file into the config so far.
pub(crate) fn merge(
    root: &mut Map,
    key: &str,
    value: Node,
    history: &mut History,
    warnings: &mut Vec<Warning>,
) -> Result<(), Error> {
    let place = value.place.clone();
    let (extend, id) = key.strip_prefix('+').map_or((false, key), |id| (true, id));
    let id = id::normalize(id);
    let fail = |reason: String| Error::Merge { place: place.clone(), id: id.to_string(), reason };
    if id.is_empty() {
        return Err(fail("the key is empty; MONAI would take its value for the whole config".to_owned()));
    }
    let slot = slot(root, &id).map_err(&fail)?;
    let current = match slot {
        Slot::Taken(current) => current,
        Slot::Free(map, key) => {
            if extend {
                let text = format!("`+` extends nothing: `{}` is not in the files before; copied", shown(&id));
                warnings.push(Warning { place: place.clone(), id: id.to_string(), text });
            }
            map.insert(key.to_owned(), value);
            history.wrote(&id, place, None);
            return Ok(());
        }
    };
    if !extend {
        let replaced = std::mem::replace(current, value);
        history.wrote(&id, place, Some(replaced));
        return Ok(());
    }
    match (&mut current.data, value.data) {
        (Data::Map(map), Data::Map(more)) => {
            for (key, value) in more {
                let (place, part) = (value.place.clone(), id::join(&id, &key));
                history.wrote(&part, place, map.insert(key, value));
            }
            Ok(())
        }
        (Data::List(items), Data::List(more)) => {
            items.extend(more);
            history.extended(&id, place);
            Ok(())
        }
        (_, data) => {
            let (current, more) = (current.kind(), Node { data, place: place.clone() }.kind());
            Err(fail(format!("`+` joins two mappings or two lists, found {current} and {more}")))
        }
    }
}

enum Slot<'a> {
    Taken(&'a mut Node),
    Free(&'a mut Map, &'a str),
}

/// Where the item `id` is or would be.
fn slot<'a>(root: &'a mut Map, id: &'a str) -> Result<Slot<'a>, String> {
    let Some((parent, last)) = id.rsplit_once(id::SEPARATOR) else { return Ok(in_mapping(root, id)) };
    let (first, rest) = parent.split_once(id::SEPARATOR).unwrap_or((parent, ""));
    let holder = root.get_mut(first).and_then(|node| node.get_mut(rest));
    let holder = holder.ok_or_else(|| format!("`{}` is not in the files before", shown(parent)))?;
    let kind = holder.kind();
    match &mut holder.data {
        Data::Map(map) => Ok(in_mapping(map, last)),
        Data::List(items) => {
            let length = items.len();
            let item = id::index(last).and_then(|index| items.get_mut(index));
            item.map(Slot::Taken)
                .ok_or_else(|| format!("the list has {length} items, `{}` is not one of them", shown(last)))
        }
        _ => Err(format!("its parent is {kind}, not a mapping or a list")),
    }
}

fn in_mapping<'a>(map: &'a mut Map, key: &'a str) -> Slot<'a> {
    match map.get_index_of(key) {
        Some(index) => Slot::Taken(&mut map[index]),
        None => Slot::Free(map, key),
    }
}

//! What made each item of a merged config: files, overrides, macros, the runtime itself.

use crate::id::{self, is_below};
use crate::node::Node;
use crate::place::Place;

/// One of the things that made the value of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it did.
    pub role: Role,
    /// The id that is written there: the item's own, one above or below it, or one that it refers to. The name that is
    /// bound, for an import line.
    pub id: String,
    /// Where it is written; `None` where the runtime itself sets the item.
    pub place: Option<Place>,
}

/// What a part of an item does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Wrote the item first.
    Item,
    /// Wrote an item that is referred to.
    Reference,
    /// Extended the item or added to it from a later file.
    Merge,
    /// Replaced the item or a part of it.
    Override,
    /// Copied the item, or a part of it, from elsewhere.
    Macro,
    /// Bound a name that an expression uses.
    Import,
}

impl Role {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Item => "item",
            Role::Reference => "reference",
            Role::Merge => "merge",
            Role::Override => "override",
            Role::Macro => "macro",
            Role::Import => "import",
        }
    }
}

/// All that was written into a config, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    writes: Vec<Write>,
    /// Ids that were macros and where those stand.
    macros: Vec<(String, Place)>,
}

#[derive(Debug, Clone)]
struct Write {
    id: String,
    place: Option<Place>,
    effect: Effect,
}

#[derive(Debug, Clone)]
enum Effect {
    /// There was no such item.
    Added,
    /// The item before is gone.
    Replaced(Node),
    /// More items joined a list.
    Extended,
}

impl History {
    /// `id` was set, perhaps in place of another item.
    pub(crate) fn wrote(&mut self, id: &str, place: Place, replaced: Option<Node>) {
        let effect = replaced.map_or(Effect::Added, Effect::Replaced);
        self.writes.push(Write { id: id.to_owned(), place: Some(place), effect });
    }

    /// The list `id` became longer.
    pub(crate) fn extended(&mut self, id: &str, place: Place) {
        self.writes.push(Write { id: id.to_owned(), place: Some(place), effect: Effect::Extended });
    }

    /// The runtime itself put something in the place of `replaced`.
    pub(crate) fn set(&mut self, id: &str, replaced: Node) {
        self.writes.push(Write { id: id.to_owned(), place: None, effect: Effect::Replaced(replaced) });
    }

    /// The macro at `id` was replaced by what it names.
    pub(crate) fn copied(&mut self, id: &str, place: Place) {
        self.macros.push((id.to_owned(), place));
    }

    /// Whether something wrote `id` or a part of it.
    pub(crate) fn touches(&self, id: &str) -> Option<&Place> {
        self.writes.iter().find(|write| is_below(&write.id, id)).and_then(|write| write.place.as_ref())
    }

    /// What made the item `id`, which is now `node`: first what wrote it, then what changed it, in order.
    pub(crate) fn parts(&self, role: Role, id: &str, node: &Node) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut now = Some(node.place.clone());
        for write in self.writes.iter().rev() {
            let part = |role, id: &str, place: &Option<Place>| Part { role, id: id.to_owned(), place: place.clone() };
            if let Some(rest) = below(id, &write.id) {
                match &write.effect {
                    Effect::Extended if rest.is_empty() => parts.push(part(Role::Merge, id, &write.place)),
                    Effect::Extended => {}
                    Effect::Added => break,
                    Effect::Replaced(before) => {
                        let Some(before) = before.get(rest) else { break };
                        let place = if write.place.is_none() { None } else { now };
                        parts.push(Part { role: Role::Override, id: id.to_owned(), place });
                        now = Some(before.place.clone());
                    }
                }
            } else if is_below(&write.id, id) {
                let role = if matches!(write.effect, Effect::Replaced(_)) { Role::Override } else { Role::Merge };
                parts.push(part(role, &write.id, &write.place));
            }
        }
        parts.push(Part { role, id: id.to_owned(), place: now });
        parts.reverse();
        let copied = self.macros.iter().filter(|(copied, _)| is_below(id, copied) || is_below(copied, id));
        parts.extend(copied.map(|(id, place)| Part { role: Role::Macro, id: id.clone(), place: Some(place.clone()) }));
        parts
    }
}

/// The way from `above` to `id`, where it is `above` itself or below it.
fn below<'a>(item: &'a str, above: &str) -> Option<&'a str> {
    let rest = item.strip_prefix(above)?;
    if rest.is_empty() || above.is_empty() { Some(rest) } else { rest.strip_prefix(id::SEPARATOR) }
}

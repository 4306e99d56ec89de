use indexmap::IndexMap;

use crate::id;
use crate::place::Place;

/// A mapping of a config document, in the order of the document.
pub type Map = IndexMap<String, Node>;

/// Deepest nesting of a document.
pub(crate) const MAX_DEPTH: usize = 64;
/// Most nodes of a document, of a merged config and of a resolved value.
pub(crate) const MAX_NODES: usize = 200_000;
/// Longest key of a mapping, in bytes.
const MAX_KEY: usize = 1000;

/// An item of a config document before resolution, and where it is written: the line of its key, where it has one.
#[derive(Debug, Clone)]
pub struct Node {
    /// What is written.
    pub data: Data,
    /// Where.
    pub place: Place,
}

/// What an item of a config document holds: what JSON and YAML have in common.
#[derive(Debug, Clone)]
pub enum Data {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// A string, possibly a reference, a macro or an expression.
    Str(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping.
    Map(Map),
}

impl Node {
    /// The node at `id` below this one (`a::b::0`, `#` accepted for `::`); an empty id is the node itself.
    pub fn get(&self, id: &str) -> Option<&Node> {
        self.path(&id::normalize(id)).last().filter(|(_, whole)| *whole).map(|(node, _)| node)
    }

    /// The nodes on the way to `id`, which is normalized, this one first, each with whether it is the end of the way.
    pub(crate) fn path<'n>(&'n self, id: &str) -> impl Iterator<Item = (&'n Node, bool)> {
        let mut rest = (!id.is_empty()).then_some(id);
        let mut next = Some(self);
        std::iter::from_fn(move || {
            let node = next.take()?;
            let whole = rest.is_none();
            if let Some(id) = rest {
                let (part, after) =
                    id.split_once(id::SEPARATOR).map_or((id, None), |(part, after)| (part, Some(after)));
                next = node.child(part);
                rest = after;
            }
            Some((node, whole))
        })
    }

    fn child(&self, part: &str) -> Option<&Node> {
        match &self.data {
            Data::Map(map) => map.get(part),
            Data::List(items) => items.get(id::index(part)?),
            _ => None,
        }
    }

    /// Mutable form of [`Node::get`]; `id` is already normalized.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Node> {
        if id.is_empty() {
            return Some(self);
        }
        id.split(id::SEPARATOR).try_fold(self, |node, part| match &mut node.data {
            Data::Map(map) => map.get_mut(part),
            Data::List(items) => items.get_mut(id::index(part)?),
            _ => None,
        })
    }

    /// The parts of a list or a mapping with their keys.
    pub fn children(&self) -> Vec<(String, &Node)> {
        match &self.data {
            Data::List(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
            Data::Map(map) => map.iter().map(|(key, item)| (key.clone(), item)).collect(),
            _ => Vec::new(),
        }
    }

    /// How many nodes there are, this one included.
    pub(crate) fn size(&self) -> usize {
        1 + match &self.data {
            Data::List(items) => items.iter().map(Node::size).sum(),
            Data::Map(map) => map.values().map(Node::size).sum(),
            _ => 0,
        }
    }

    /// How deep it nests: 1 for a scalar.
    pub(crate) fn depth(&self) -> usize {
        1 + match &self.data {
            Data::List(items) => items.iter().map(Node::depth).max().unwrap_or(0),
            Data::Map(map) => map.values().map(Node::depth).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// How long all ids below this node are together; the node's own id has `own` bytes.
    pub(crate) fn length_of_ids(&self, own: usize) -> usize {
        let separator = id::SEPARATOR.len();
        own + match &self.data {
            Data::List(items) => items.iter().map(|item| item.length_of_ids(own + separator + 6)).sum::<usize>(),
            Data::Map(map) => map.iter().map(|(key, item)| item.length_of_ids(own + separator + key.len())).sum(),
            _ => 0,
        }
    }

    /// The text, where this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The items, where this is a list.
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.data {
            Data::List(items) => Some(items),
            _ => None,
        }
    }

    /// The mapping, where this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// What kind of node this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self.data {
            Data::Null => "null",
            Data::Bool(_) => "a boolean",
            Data::Int(_) => "an integer",
            Data::Float(_) => "a number",
            Data::Str(_) => "a string",
            Data::List(_) => "a list",
            Data::Map(_) => "a mapping",
        }
    }
}

/// Why a word cannot be the key of a mapping.
pub(crate) fn refuse_key(key: &str) -> Option<String> {
    if key.len() > MAX_KEY {
        return Some(format!("a key is longer than {MAX_KEY} bytes"));
    }
    let control = key.chars().find(|character| character.is_control())?;
    Some(format!("a key holds the control character `{}`", control.escape_default()))
}

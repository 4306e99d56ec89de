use indexmap::IndexMap;

use crate::id;

/// A mapping of a config document, in the order of the document.
pub type Map = IndexMap<String, Node>;

/// Deepest nesting of a document.
pub(crate) const MAX_DEPTH: usize = 64;
/// Most nodes of a document, of a merged config and of a resolved value.
pub(crate) const MAX_NODES: usize = 200_000;
/// Largest document in bytes.
pub(crate) const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// A config document before resolution: what JSON and YAML have in common.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
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
        let id = id::normalize(id);
        if id.is_empty() {
            return Some(self);
        }
        id.split(id::SEPARATOR).try_fold(self, |node, part| match node {
            Node::Map(map) => map.get(part),
            Node::List(items) => items.get(id::index(part)?),
            _ => None,
        })
    }

    /// Mutable form of [`Node::get`]; `id` is already normalized.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Node> {
        if id.is_empty() {
            return Some(self);
        }
        id.split(id::SEPARATOR).try_fold(self, |node, part| match node {
            Node::Map(map) => map.get_mut(part),
            Node::List(items) => items.get_mut(id::index(part)?),
            _ => None,
        })
    }

    /// How many nodes there are, this one included.
    pub(crate) fn size(&self) -> usize {
        match self {
            Node::List(items) => 1 + items.iter().map(Node::size).sum::<usize>(),
            Node::Map(map) => 1 + map.values().map(Node::size).sum::<usize>(),
            _ => 1,
        }
    }

    /// How deep it nests: 1 for a scalar.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Node::List(items) => 1 + items.iter().map(Node::depth).max().unwrap_or(0),
            Node::Map(map) => 1 + map.values().map(Node::depth).max().unwrap_or(0),
            _ => 1,
        }
    }

    /// The text, where this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Node::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The mapping, where this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Node::Map(map) => Some(map),
            _ => None,
        }
    }

    /// What kind of node this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Node::Null => "null",
            Node::Bool(_) => "a boolean",
            Node::Int(_) => "an integer",
            Node::Float(_) => "a number",
            Node::Str(_) => "a string",
            Node::List(_) => "a list",
            Node::Map(_) => "a mapping",
        }
    }
}

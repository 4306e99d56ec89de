use std::collections::HashMap;

use indexmap::IndexMap;

use crate::config::Config;
use crate::error::Error;
use crate::expression::{self, Import};
use crate::id;
use crate::node::{MAX_NODES, Map, Node};
use crate::value::{Component, Mode, Value};

/// Deepest chain of items that wait for each other, operators of expressions included.
pub(crate) const MAX_CHAIN: usize = 96;
/// Keys of a component that are not arguments.
const OWN_KEYS: [&str; 5] = ["_target_", "_disabled_", "_requires_", "_desc_", "_mode_"];

/// One resolution: what is known so far and who waits for whom (MONAI `ReferenceResolver`, but lazy).
pub(crate) struct Resolver<'c> {
    pub(crate) config: &'c Config,
    known: HashMap<String, Value>,
    waiting: Vec<String>,
    depth: usize,
    size: usize,
}

impl<'c> Resolver<'c> {
    pub(crate) fn new(config: &'c Config) -> Self {
        Resolver { config, known: HashMap::new(), waiting: Vec::new(), depth: 0, size: 0 }
    }

    /// The value of the item `target`, asked for by the item `from`.
    pub(crate) fn item(&mut self, from: &str, target: &str) -> Result<Value, Error> {
        let target = id::normalize(target);
        if let Some(value) = self.known.get(target.as_ref()) {
            let value = value.clone();
            return self.within(from, value);
        }
        if let Some(start) = self.waiting.iter().position(|waiting| *waiting == target) {
            let mut chain: Vec<String> = self.waiting[start..].iter().map(|id| format!("`{id}`")).collect();
            chain.push(format!("`{target}`"));
            let file = self.config.origin(from).to_owned();
            return Err(Error::Circular { file, id: from.to_owned(), chain: chain.join(" -> ") });
        }
        let config = self.config;
        let node = config.get(&target).ok_or_else(|| Error::Missing {
            file: config.origin(from).to_owned(),
            id: from.to_owned(),
            reference: target.to_string(),
        })?;
        self.enter(&target)?;
        self.waiting.push(target.to_string());
        let value = self.node(&target, node);
        self.waiting.pop();
        self.leave();
        let value = self.within(from, value?)?;
        self.known.insert(target.into_owned(), value.clone());
        Ok(value)
    }

    pub(crate) fn enter(&mut self, id: &str) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_CHAIN {
            return Err(self.limit(id, format!("references and operators nest deeper than {MAX_CHAIN}")));
        }
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    fn limit(&self, id: &str, reason: String) -> Error {
        Error::Limit { file: self.config.origin(id).to_owned(), id: id.to_owned(), reason }
    }

    /// Counts a new value against the bound on all values of this resolution.
    pub(crate) fn within(&mut self, id: &str, value: Value) -> Result<Value, Error> {
        self.size += value.size();
        if self.size > 10 * MAX_NODES {
            return Err(self.limit(id, format!("resolves to more than {} items", 10 * MAX_NODES)));
        }
        Ok(value)
    }

    fn node(&mut self, id: &str, node: &Node) -> Result<Value, Error> {
        Ok(match node {
            Node::Null => Value::Null,
            Node::Bool(value) => Value::Bool(*value),
            Node::Int(value) => Value::Int(*value),
            Node::Float(value) => Value::Float(*value),
            Node::Str(text) => self.text(id, text)?,
            Node::List(items) => {
                let mut values = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    if let Some(value) = self.child(id, &index.to_string(), item)? {
                        values.push(value);
                    }
                }
                Value::List(values)
            }
            Node::Map(map) if map.contains_key("_target_") => self.component(id, map)?,
            Node::Map(map) => {
                let mut values = IndexMap::with_capacity(map.len());
                for (key, item) in map {
                    if let Some(value) = self.child(id, key, item)? {
                        values.insert(key.clone(), value);
                    }
                }
                Value::Map(values)
            }
        })
    }

    /// A disabled component disappears from its parent.
    fn child(&mut self, parent: &str, key: &str, node: &Node) -> Result<Option<Value>, Error> {
        let value = self.item(parent, &id::join(parent, key))?;
        let dropped = value == Value::Null && node.as_map().is_some_and(|map| map.contains_key("_target_"));
        Ok((!dropped).then_some(value))
    }

    fn text(&mut self, id: &str, text: &str) -> Result<Value, Error> {
        if let Some(source) = text.strip_prefix('$') {
            return expression::evaluate(self, id, source);
        }
        if let Some(reference) = id::whole_reference(text) {
            return self.item(id, reference);
        }
        if text.starts_with('%') {
            let reason = "a macro inside a copied item is not replaced again".to_owned();
            let file = self.config.origin(id).to_owned();
            return Err(Error::Macro { file, id: id.to_owned(), text: text.chars().take(200).collect(), reason });
        }
        Ok(Value::Str(text.to_owned()))
    }

    fn component(&mut self, id: &str, map: &Map) -> Result<Value, Error> {
        if let Some(unknown) = map.keys().find(|key| is_own(key) && !OWN_KEYS.contains(&key.as_str())) {
            return Err(refuse(
                self.config,
                id,
                format!("the key `{unknown}` is not known; expected one of {}", OWN_KEYS.join(", ")),
            ));
        }
        if map.contains_key("_disabled_") {
            let disabled = match self.item(id, &id::join(id, "_disabled_"))? {
                Value::Str(text) => text.trim().eq_ignore_ascii_case("true"),
                value => value.truth(),
            };
            if disabled {
                return Ok(Value::Null);
            }
        }
        if map.contains_key("_requires_") {
            self.item(id, &id::join(id, "_requires_"))?;
        }
        let target = match self.item(id, &id::join(id, "_target_"))? {
            Value::Str(text) | Value::Symbol(text) if !text.is_empty() => text,
            other => {
                return Err(refuse(self.config, id, format!("`_target_` is {}, expected a class name", other.kind())));
            }
        };
        let mode = match map.get("_mode_") {
            None => Mode::Default,
            Some(_) => match self.item(id, &id::join(id, "_mode_"))? {
                Value::Str(mode) if mode == "default" => Mode::Default,
                Value::Str(mode) if mode == "callable" => Mode::Callable,
                _ => {
                    return Err(refuse(self.config, id, "`_mode_` is not one of `default` and `callable`".to_owned()));
                }
            },
        };
        let mut args = IndexMap::with_capacity(map.len());
        for (key, item) in map.iter().filter(|(key, _)| !OWN_KEYS.contains(&key.as_str())) {
            if let Some(value) = self.child(id, key, item)? {
                args.insert(key.clone(), value);
            }
        }
        Ok(Value::Component(Component { id: id.to_owned(), target, mode, args }))
    }
}

fn refuse(config: &Config, id: &str, reason: String) -> Error {
    Error::Component { file: config.origin(id).to_owned(), id: id.to_owned(), reason }
}

fn is_own(key: &str) -> bool {
    key.len() > 2 && key.starts_with('_') && key.ends_with('_')
}

/// The names that import lines anywhere in a config bind, as MONAI evaluates them first.
pub(crate) fn imports(node: &Node, found: &mut HashMap<String, String>) {
    match node {
        Node::Str(text) => {
            if let Some(Ok(imports)) = text.strip_prefix('$').and_then(expression::import) {
                found.extend(imports.into_iter().map(|Import { name, path }| (name, path)));
            }
        }
        Node::List(items) => items.iter().for_each(|item| imports(item, found)),
        Node::Map(map) => map.values().for_each(|item| imports(item, found)),
        _ => {}
    }
}

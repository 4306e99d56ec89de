use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use indexmap::{IndexMap, IndexSet};

use crate::config::Config;
use crate::error::Error;
use crate::expression;
use crate::id;
use crate::import::is_dotted;
use crate::nearest::nearest;
use crate::node::{Data, MAX_NODES, Map, Node};
use crate::place::shown;
use crate::value::{Component, Mode, Value};

/// Deepest chain of items that wait for each other, operators of expressions included.
pub(crate) const MAX_CHAIN: usize = 96;
/// Most values of one resolution.
const MAX_VALUES: usize = 10 * MAX_NODES;
/// Most errors that one resolution keeps.
const MAX_ERRORS: usize = 1000;
/// Errors that suggest another name.
const MAX_HINTS: usize = 20;
/// Keys of a component that are not arguments.
const OWN_KEYS: [&str; 5] = ["_target_", "_disabled_", "_requires_", "_desc_", "_mode_"];

/// An item has no value; why is among the resolver's errors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failed;

/// One resolution: what is known so far and who waits for whom (MONAI `ReferenceResolver`, but lazy). It goes on after an
/// error, so that all errors of an item are found.
pub(crate) struct Resolver<'c> {
    pub(crate) config: &'c Config,
    known: HashMap<String, Value>,
    failed: HashSet<String>,
    waiting: Vec<String>,
    depth: usize,
    size: usize,
    /// Every error, at least one where an item failed.
    pub(crate) errors: Vec<Error>,
    /// Ids that were referred to, in order.
    pub(crate) references: IndexSet<String>,
    /// Names that expressions used.
    pub(crate) names: IndexSet<String>,
}

impl<'c> Resolver<'c> {
    pub(crate) fn new(config: &'c Config) -> Self {
        Resolver {
            config,
            known: HashMap::new(),
            failed: HashSet::new(),
            waiting: Vec::new(),
            depth: 0,
            size: 0,
            errors: Vec::new(),
            references: IndexSet::new(),
            names: IndexSet::new(),
        }
    }

    /// The value of the item `target`, to which the item `from` refers.
    pub(crate) fn reference(&mut self, from: &str, target: &str) -> Result<Value, Failed> {
        let value = self.item(from, target)?;
        self.references.insert(id::normalize(target).into_owned());
        Ok(value)
    }

    /// The value of the item `target`, asked for by the item `from`.
    pub(crate) fn item(&mut self, from: &str, target: &str) -> Result<Value, Failed> {
        let (target, config) = (id::normalize(target), self.config);
        match config.get(&target) {
            Some(node) => self.value(from, &target, node),
            None => {
                let error = Error::Missing {
                    place: config.origin(from).clone(),
                    id: from.to_owned(),
                    reference: shown(&target),
                    nearest: if self.errors.len() < MAX_HINTS { config.nearest(&target) } else { None },
                };
                Err(self.fail(error))
            }
        }
    }

    /// The value of the item `target`, which is `node`.
    fn value(&mut self, from: &str, target: &str, node: &Node) -> Result<Value, Failed> {
        if let Some(value) = self.known.get(target) {
            let value = value.clone();
            return self.within(from, value);
        }
        if self.size > MAX_VALUES || self.failed.contains(target) {
            return Err(Failed);
        }
        if let Some(start) = self.waiting.iter().position(|waiting| waiting == target) {
            let ids = self.waiting[start..].iter().map(String::as_str).chain([target]);
            let chain: Vec<String> = ids.map(|id| format!("`{}`", shown(id))).collect();
            let place = self.config.origin(from).clone();
            return Err(self.fail(Error::Circular { place, id: from.to_owned(), chain: chain.join(" -> ") }));
        }
        let value = match self.config.error_at(target) {
            Some(error) => Err(self.fail(error.clone())),
            None => self.enter(target).and_then(|()| {
                self.waiting.push(target.to_owned());
                let value = self.node(target, node);
                self.waiting.pop();
                self.leave();
                value
            }),
        };
        match value.and_then(|value| self.within(from, value)) {
            Ok(value) => {
                self.known.insert(target.to_owned(), value.clone());
                Ok(value)
            }
            Err(Failed) => {
                self.failed.insert(target.to_owned());
                Err(Failed)
            }
        }
    }

    /// Keeps an error.
    pub(crate) fn fail(&mut self, error: Error) -> Failed {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
        Failed
    }

    pub(crate) fn enter(&mut self, id: &str) -> Result<(), Failed> {
        if self.depth >= MAX_CHAIN {
            return Err(self.limit(id, format!("references and operators nest deeper than {MAX_CHAIN}")));
        }
        self.depth += 1;
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    fn limit(&mut self, id: &str, reason: String) -> Failed {
        let place = self.config.origin(id).clone();
        self.fail(Error::Limit { place, id: id.to_owned(), reason })
    }

    /// Counts a new value against the bound on all values of this resolution.
    pub(crate) fn within(&mut self, id: &str, value: Value) -> Result<Value, Failed> {
        if self.size > MAX_VALUES {
            return Err(Failed);
        }
        self.size += value.size();
        if self.size > MAX_VALUES {
            return Err(self.limit(id, format!("resolves to more than {MAX_VALUES} items")));
        }
        Ok(value)
    }

    fn node(&mut self, id: &str, node: &Node) -> Result<Value, Failed> {
        Ok(match &node.data {
            Data::Null => Value::Null,
            Data::Bool(value) => Value::Bool(*value),
            Data::Int(value) => Value::Int(*value),
            Data::Float(value) => Value::Float(*value),
            Data::Str(text) => self.text(id, text)?,
            Data::List(items) => {
                let items = items.iter().enumerate().map(|(index, item)| (Cow::Owned(index.to_string()), item));
                Value::List(self.children(id, items)?.into_iter().map(|(_, value)| value).collect())
            }
            Data::Map(map) if map.contains_key("_target_") => self.component(id, map)?,
            Data::Map(map) => {
                let items = map.iter().map(|(key, item)| (Cow::Borrowed(key.as_str()), item));
                Value::Map(self.children(id, items)?.into_iter().collect())
            }
        })
    }

    /// The values of an item's parts, without disabled components. One that fails does not keep the next from being
    /// looked at.
    fn children<'n>(
        &mut self,
        parent: &str,
        items: impl Iterator<Item = (Cow<'n, str>, &'n Node)>,
    ) -> Result<Vec<(String, Value)>, Failed> {
        let mut values = Vec::new();
        let mut outcome = Ok(());
        for (key, node) in items {
            match self.value(parent, &id::join(parent, &key), node) {
                Err(Failed) => outcome = Err(Failed),
                Ok(Value::Null) if node.as_map().is_some_and(|map| map.contains_key("_target_")) => {}
                Ok(value) => values.push((key.into_owned(), value)),
            }
        }
        outcome.map(|()| values)
    }

    fn text(&mut self, id: &str, text: &str) -> Result<Value, Failed> {
        if let Some(source) = text.strip_prefix('$') {
            return expression::evaluate(self, id, source);
        }
        if let Some(reference) = id::whole_reference(text) {
            return self.reference(id, reference);
        }
        if text.starts_with('%') {
            let reason = "a macro inside a copied item is not replaced again".to_owned();
            let place = self.config.origin(id).clone();
            return Err(self.fail(Error::Macro { place, id: id.to_owned(), text: shown(text), reason }));
        }
        Ok(Value::Str(id::normalize(text).into_owned()))
    }

    fn component(&mut self, id: &str, map: &Map) -> Result<Value, Failed> {
        if let Some(unknown) = map.keys().find(|key| is_own(key) && !OWN_KEYS.contains(&key.as_str())) {
            let hint = nearest(unknown, OWN_KEYS).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let known = OWN_KEYS.join(", ");
            return Err(self.refuse(id, format!("the key `{unknown}` is not known, expected one of {known}{hint}")));
        }
        let own = |key: &str| map.contains_key(key).then(|| id::join(id, key));
        if let Some(disabled) = own("_disabled_") {
            let disabled = match self.item(id, &disabled)? {
                Value::Str(text) => text.trim().eq_ignore_ascii_case("true"),
                value => value.truth(),
            };
            if disabled {
                return Ok(Value::Null);
            }
        }
        if let Some(requires) = own("_requires_") {
            self.item(id, &requires)?;
        }
        let target = self.target(id, map);
        let mode = match own("_mode_") {
            None => Ok(Mode::Default),
            Some(mode) => self.item(id, &mode).and_then(|mode| self.mode(id, &mode)),
        };
        let given = map.iter().filter(|(key, _)| !OWN_KEYS.contains(&key.as_str()));
        let given = self.children(id, given.map(|(key, item)| (Cow::Borrowed(key.as_str()), item)));
        let ((target, mut args), mode, given) = (target?, mode?, given?);
        args.extend(given);
        Ok(Value::Component(Component { id: id.to_owned(), target, mode, args }))
    }

    /// The class or function that a component names, and the arguments that are already bound where it names a component
    /// in the mode `callable`.
    fn target(&mut self, id: &str, map: &Map) -> Result<(String, IndexMap<String, Value>), Failed> {
        let target = id::join(id, "_target_");
        if let Some(source) = map.get("_target_").and_then(Node::as_str).and_then(|text| text.strip_prefix('$'))
            && let Some(path) = expression::dotted_name(self, source)
        {
            return Ok((path, IndexMap::new()));
        }
        match self.item(id, &target)? {
            Value::Str(text) | Value::Symbol(text) if is_dotted(&text) => Ok((text, IndexMap::new())),
            Value::Str(text) => Err(self.refuse(id, format!("`_target_` `{}` is not a class name", shown(&text)))),
            Value::Component(bound) if bound.mode == Mode::Callable => Ok((bound.target, bound.args)),
            other => Err(self.refuse(id, format!("`_target_` is {}, expected a class name", other.kind()))),
        }
    }

    fn mode(&mut self, id: &str, mode: &Value) -> Result<Mode, Failed> {
        match mode.as_str().map(str::trim) {
            Some("default") => Ok(Mode::Default),
            Some("callable") => Ok(Mode::Callable),
            Some("debug") => {
                Err(self.refuse(id, "`_mode_` `debug` is not supported, there is no debugger here".to_owned()))
            }
            _ => Err(self.refuse(id, "`_mode_` is not one of `default` and `callable`".to_owned())),
        }
    }

    fn refuse(&mut self, id: &str, reason: String) -> Failed {
        let place = self.config.origin(id).clone();
        self.fail(Error::Component { place, id: id.to_owned(), reason })
    }
}

fn is_own(key: &str) -> bool {
    key.len() > 2 && key.starts_with('_') && key.ends_with('_')
}

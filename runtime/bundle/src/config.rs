use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::document;
use crate::error::Error;
use crate::history::{History, Part, Role};
use crate::id;
use crate::import::Imports;
use crate::merge::merge;
use crate::nearest::nearest;
use crate::node::{Data, MAX_NODES, Map, Node};
use crate::place::Place;
use crate::resolve::Resolver;
use crate::value::Value;
use crate::warning::Warning;
use crate::{macros, metadata};

/// The key under which the metadata can be referred to, as in MONAI.
pub(crate) const META_KEY: &str = "_meta_";
/// The item that MONAI's users set to where the bundle lies.
const ROOT_KEY: &str = "bundle_root";
/// Most references that a trace follows.
const MOST_REFERENCES: usize = 1000;
/// Most keys that are compared with a wrong one.
const MOST_COMPARED: usize = 1000;
/// Most errors that are kept.
const MAX_ERRORS: usize = 1000;
/// Most bytes that all ids of a config have together.
const MAX_IDS: usize = 32 << 20;

/// The config of a bundle: its files merged, macros and relative ids replaced, nothing resolved yet.
#[derive(Debug, Clone)]
pub struct Config {
    root: Node,
    folder: PathBuf,
    files: Vec<String>,
    history: History,
    imports: Imports,
    /// What could not be merged or replaced, by the id at fault.
    errors: IndexMap<String, Vec<Error>>,
    warnings: Vec<Warning>,
}

impl Config {
    /// One document that is not on disk: `file` names it in errors and its ending says whether it is JSON or YAML.
    /// Macros with a path and questions about files look into `folder`.
    pub fn parse(folder: &Path, file: &str, text: &str) -> Result<Config, Error> {
        let metadata = Node { data: Data::Map(Map::new()), place: Place::file(metadata::FILE) };
        Config::merged(folder, &[file], metadata, &[], |file| document::parse(file, text))
    }

    /// The files, then the metadata, then the overrides, as MONAI's `ConfigWorkflow` puts them together: a later key wins,
    /// `a#b` reaches into the structure, `+key` extends a list or mapping. `bundle_root` becomes `.`: all paths of a config
    /// are relative to the bundle. What can be read is read: see [`Config::errors`].
    pub(crate) fn merged(
        folder: &Path,
        files: &[&str],
        metadata: Node,
        overrides: &[(&str, &str)],
        load: impl Fn(&str) -> Result<Map, Error>,
    ) -> Result<Config, Error> {
        let mut root = Map::from([(META_KEY.to_owned(), metadata.clone())]);
        let (mut history, mut warnings) = (History::default(), Vec::new());
        let mut errors: IndexMap<String, Vec<Error>> = IndexMap::new();
        let mut keep = |id: String, error: Error| errors.entry(id).or_default().push(error);
        for file in files {
            for (key, value) in load(file)? {
                if let Err(error) = merge(&mut root, &key, value, &mut history, &mut warnings) {
                    keep(error.id().to_owned(), error);
                }
            }
        }
        if let Some(place) = history.touches(META_KEY).cloned() {
            let text = format!("is not used; the metadata is {}", metadata::FILE);
            warnings.push(Warning { place, id: META_KEY.to_owned(), text });
        }
        root.insert(META_KEY.to_owned(), metadata);
        for (id, value) in overrides {
            if let Err(error) = merge(&mut root, id, document::value(value), &mut history, &mut warnings) {
                keep(error.id().to_owned(), error);
            }
        }
        if let Some(bundle_root) = root.get_mut(ROOT_KEY) {
            let here = Node { data: Data::Str(".".to_owned()), place: bundle_root.place.clone() };
            history.set(ROOT_KEY, std::mem::replace(bundle_root, here));
        }
        let place = Place::file(files.last().unwrap_or(&""));
        let mut root = Node { data: Data::Map(root), place };
        within_bounds(&root)?;
        let unreplaced = macros::replace(&mut root, &mut history, |path| document::read_any(folder, path));
        unreplaced.into_iter().take(MAX_ERRORS).for_each(|(id, error)| keep(id, error));
        within_bounds(&root)?;
        let imports = Imports::read(&root, &mut warnings);
        let files = files.iter().map(|file| (*file).to_owned()).collect();
        Ok(Config { root, folder: folder.to_owned(), files, history, imports, errors, warnings })
    }

    /// The unresolved item `id` (`a::b::0` or `a#b#0`); an empty id is the whole config.
    pub fn get(&self, id: &str) -> Option<&Node> {
        self.root.get(id)
    }

    /// Resolves the item `id` and all that it refers to, nothing else.
    ///
    /// # Errors
    /// The first of [`Config::resolve_all`].
    pub fn resolve(&self, id: &str) -> Result<Value, Error> {
        let first = |errors: Vec<Error>| errors.into_iter().next().expect("an item that fails leaves its reason");
        self.resolve_all(id).map_err(first)
    }

    /// Resolves the item `id` and all that it refers to.
    ///
    /// # Errors
    /// Every reason why it has no value, at least one.
    pub fn resolve_all(&self, id: &str) -> Result<Value, Vec<Error>> {
        let mut resolver = Resolver::new(self);
        resolver.item(id, id).map_err(|_| resolver.errors)
    }

    /// Resolves the item `id` and says what made it: the item itself and each item that it refers to, at most 1000, with
    /// all that wrote or changed them.
    ///
    /// # Errors
    /// As [`Config::resolve_all`].
    pub fn trace(&self, id: &str) -> Result<(Value, Vec<Part>), Vec<Error>> {
        let mut resolver = Resolver::new(self);
        let Ok(value) = resolver.item(id, id) else { return Err(resolver.errors) };
        let mut parts = self.parts(Role::Item, &id::normalize(id));
        for reference in resolver.references.iter().take(MOST_REFERENCES) {
            parts.extend(self.parts(Role::Reference, reference));
        }
        for name in &resolver.names {
            let place = self.imports.place(name).cloned();
            parts.extend(place.map(|place| Part { role: Role::Import, id: name.clone(), place: Some(place) }));
        }
        Ok((value, parts))
    }

    fn parts(&self, role: Role, id: &str) -> Vec<Part> {
        self.get(id).map(|node| self.history.parts(role, id, node)).unwrap_or_default()
    }

    /// Where the item `id` is written, or what would hold it.
    pub fn origin(&self, id: &str) -> &Place {
        let nearest = self.root.path(&id::normalize(id)).last();
        nearest.map_or(&self.root.place, |(node, _)| &node.place)
    }

    /// The ids of all items, parents before their parts.
    pub fn ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        list(&self.root, "", &mut ids);
        ids
    }

    /// The id nearest to `id`: a sibling where what would hold it is there, else an item of the top level.
    pub fn nearest(&self, id: &str) -> Option<String> {
        let id = id::normalize(id);
        let (parent, last) = id.rsplit_once(id::SEPARATOR).unwrap_or(("", &id));
        let (holder, parent, word) = match self.get(parent) {
            Some(holder) => (holder, parent, last),
            None => (&self.root, "", id.split(id::SEPARATOR).next().unwrap_or_default()),
        };
        let keys = holder.as_map()?.keys().take(MOST_COMPARED);
        nearest(word, keys.map(String::as_str)).map(|near| id::join(parent, near))
    }

    /// The files in the order in which they were merged.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// What could not be merged or replaced. An item at fault fails when it is resolved; MONAI refuses the whole config.
    pub fn errors(&self) -> impl Iterator<Item = &Error> {
        self.errors.values().flatten()
    }

    /// What is read, but hardly as it was meant.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What a name of an expression stands for: what an import line bound it to, or one of MONAI's usual names.
    pub fn imported(&self, name: &str) -> Option<&str> {
        self.imports.path(name)
    }

    /// A path of the config as a path on this machine, when it stays inside the bundle's folder, links followed.
    pub fn inside(&self, path: &str) -> Option<PathBuf> {
        document::inside(&self.folder, path)
    }

    pub(crate) fn error_at(&self, id: &str) -> Option<&Error> {
        self.errors.get(id).and_then(|errors| errors.first())
    }
}

fn within_bounds(root: &Node) -> Result<(), Error> {
    let limit = |reason: String| Error::Limit { place: root.place.clone(), id: String::new(), reason };
    if root.size() > MAX_NODES {
        return Err(limit(format!("the config has more than {MAX_NODES} items")));
    }
    if root.length_of_ids(0) > MAX_IDS {
        return Err(limit(format!("the ids of the config have more than {MAX_IDS} bytes")));
    }
    Ok(())
}

fn list(node: &Node, id: &str, ids: &mut Vec<String>) {
    if !id.is_empty() {
        ids.push(id.to_owned());
    }
    for (key, item) in node.children() {
        list(item, &id::join(id, &key), ids);
    }
}

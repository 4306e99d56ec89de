use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Component as Part, Path, PathBuf};

use crate::error::Error;
use crate::id;
use crate::node::{MAX_BYTES, MAX_NODES, Map, Node};
use crate::resolve::{Resolver, imports};
use crate::value::Value;
use crate::{json, macros, merge, yaml};

/// The key under which the metadata can be referred to, as in MONAI.
const META_KEY: &str = "_meta_";
/// The file of the metadata.
pub(crate) const METADATA: &str = "configs/metadata.json";
/// The item that MONAI's users set to where the bundle lies.
const ROOT_KEY: &str = "bundle_root";

/// The config of a bundle: its files merged, macros and relative ids replaced, nothing resolved yet.
#[derive(Debug, Clone)]
pub struct Config {
    root: Node,
    folder: PathBuf,
    files: Vec<String>,
    /// Merged keys in order with the index of the file that set them.
    origins: Vec<(String, usize)>,
    imports: HashMap<String, String>,
}

impl Config {
    /// Reads config files, given relative to the bundle's folder, and merges them in order: a later key wins, `a#b`
    /// reaches into the structure, `+key` extends a list or mapping. `bundle_root` becomes `.`: all paths of a config
    /// are relative to the bundle.
    pub fn read(folder: &Path, files: &[&str]) -> Result<Config, Error> {
        Config::with_metadata(folder, files, Node::Map(Map::new()))
    }

    /// One document that is not on disk: `file` names it in errors and its ending says whether it is JSON or YAML.
    /// Macros with a path and questions about files look into `folder`.
    pub fn parse(folder: &Path, file: &str, text: &str) -> Result<Config, Error> {
        Config::merged(folder, &[file], Node::Map(Map::new()), |file| document(file, text))
    }

    pub(crate) fn with_metadata(folder: &Path, files: &[&str], metadata: Node) -> Result<Config, Error> {
        Config::merged(folder, files, metadata, |file| mapping(folder, file))
    }

    fn merged(
        folder: &Path,
        files: &[&str],
        metadata: Node,
        load: impl Fn(&str) -> Result<Map, Error>,
    ) -> Result<Config, Error> {
        let mut root = Map::new();
        let mut origins = Vec::new();
        root.insert(META_KEY.to_owned(), metadata);
        for (index, file) in files.iter().enumerate() {
            for (key, value) in load(file)? {
                let target = id::normalize(key.strip_prefix('+').unwrap_or(&key)).into_owned();
                merge::merge(&mut root, file, &key, value)?;
                origins.push((target, index));
            }
        }
        if let Some(bundle_root) = root.get_mut(ROOT_KEY) {
            *bundle_root = Node::Str(".".to_owned());
        }
        let mut root = Node::Map(root);
        let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
        if root.size() > MAX_NODES {
            let reason = format!("the config has more than {MAX_NODES} items");
            return Err(Error::Limit { file: files.join(", "), id: String::new(), reason });
        }
        let origin = |id: &str| origin(&files, &origins, id).to_owned();
        macros::replace(&mut root, origin, |path| mapping(folder, path).map(Node::Map))?;
        let mut bound: HashMap<String, String> = HashMap::from([("np".to_owned(), "numpy".to_owned())]);
        imports(&root, &mut bound);
        Ok(Config { root, folder: folder.to_owned(), files, origins, imports: bound })
    }

    /// The unresolved item `id` (`a::b::0` or `a#b#0`); an empty id is the whole config.
    pub fn get(&self, id: &str) -> Option<&Node> {
        self.root.get(id)
    }

    /// Resolves the item `id` and all that it refers to, nothing else.
    pub fn resolve(&self, id: &str) -> Result<Value, Error> {
        Resolver::new(self).item(id, id)
    }

    /// The file that the item `id` came from, relative to the bundle.
    pub fn origin(&self, id: &str) -> &str {
        origin(&self.files, &self.origins, id)
    }

    /// Every place that wrote the item `id`, a part of it or what holds it, in the order in which they were merged: the
    /// first one defined it, each later one overrode it.
    pub fn writes(&self, id: &str) -> Vec<Write<'_>> {
        let id = id::normalize(id);
        if is_below(&id, META_KEY) {
            return vec![Write { file: Some(METADATA), id: META_KEY }];
        }
        let touches = |written: &str| is_below(&id, written) || is_below(written, &id);
        let merged = self.origins.iter().filter(|(written, _)| touches(written));
        let mut writes: Vec<Write<'_>> =
            merged.map(|(written, index)| Write { file: Some(&self.files[*index]), id: written }).collect();
        if id == ROOT_KEY && !writes.is_empty() {
            writes.push(Write { file: None, id: ROOT_KEY });
        }
        writes
    }

    /// The ids of all items, parents before their parts.
    pub fn ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        list(&self.root, "", &mut ids);
        ids
    }

    /// The files in the order in which they were merged.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// What an import line of the config bound a name to.
    pub(crate) fn imported(&self, name: &str) -> Option<&str> {
        self.imports.get(name).map(String::as_str)
    }

    /// A path of the config as a path on this machine, when it stays inside the bundle's folder.
    pub fn inside(&self, path: &str) -> Option<PathBuf> {
        inside(&self.folder, path)
    }
}

/// One place that wrote an item of a config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Write<'c> {
    /// The file, relative to the bundle; `None`: this crate itself, which sets `bundle_root`.
    pub file: Option<&'c str>,
    /// The id that was written there: the item's own, or one above or below it.
    pub id: &'c str,
}

fn list(node: &Node, id: &str, ids: &mut Vec<String>) {
    if !id.is_empty() {
        ids.push(id.to_owned());
    }
    match node {
        Node::List(items) => {
            items.iter().enumerate().for_each(|(index, item)| list(item, &id::join(id, &index.to_string()), ids));
        }
        Node::Map(map) => map.iter().for_each(|(key, item)| list(item, &id::join(id, key), ids)),
        _ => {}
    }
}

/// Whether `id` is `above` or a part of it; both are normalized.
fn is_below(id: &str, above: &str) -> bool {
    id.strip_prefix(above).is_some_and(|rest| rest.is_empty() || above.is_empty() || rest.starts_with(id::SEPARATOR))
}

fn origin<'f>(files: &'f [String], origins: &[(String, usize)], id: &str) -> &'f str {
    let id = id::normalize(id);
    if is_below(&id, META_KEY) {
        return METADATA;
    }
    let mut best: Option<&(String, usize)> = None;
    for candidate in origins.iter().filter(|(prefix, _)| is_below(&id, prefix)) {
        if best.is_none_or(|best| candidate.0.len() >= best.0.len() || candidate.1 > best.1) {
            best = Some(candidate);
        }
    }
    let index = best.map_or(files.len().saturating_sub(1), |(_, index)| *index);
    files.get(index).map_or("", String::as_str)
}

fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut relative = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Part::CurDir => {}
            Part::Normal(name) => relative.push(name),
            Part::ParentDir if relative.pop() => {}
            Part::ParentDir | Part::RootDir | Part::Prefix(_) => return None,
        }
    }
    Some(folder.join(relative))
}

/// Reads one JSON or YAML file whose top level is a mapping.
pub(crate) fn mapping(folder: &Path, file: &str) -> Result<Map, Error> {
    let layout = |reason: String| Error::Layout { file: file.to_owned(), reason };
    let path = inside(folder, file).ok_or_else(|| layout("lies outside the bundle".to_owned()))?;
    let read = |source| Error::Read { file: file.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(&path).and_then(|open| open.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(read)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(layout(format!("is larger than {MAX_BYTES} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|_| layout("is not UTF-8".to_owned()))?;
    document(file, &text)
}

fn document(file: &str, text: &str) -> Result<Map, Error> {
    let layout = |reason: String| Error::Layout { file: file.to_owned(), reason };
    let lower = file.to_ascii_lowercase();
    let node = if lower.ends_with(".json") {
        json::parse(file, text)?
    } else if lower.ends_with(".yaml") || lower.ends_with(".yml") {
        yaml::parse(file, text)?
    } else {
        return Err(layout("is not a .json, .yaml or .yml file".to_owned()));
    };
    match node {
        Node::Map(map) => Ok(map),
        other => Err(layout(format!("holds {}, expected a mapping", other.kind()))),
    }
}

//! Import lines (`$import x as y`, `$from a import b`): names that stand for dotted paths. Nothing is imported.

use indexmap::IndexMap;

use crate::id;
use crate::node::{Data, Node};
use crate::place::{Place, shown};
use crate::warning::Warning;

/// The names that MONAI binds before any import line (`ConfigParser`, `_default_globals`).
const USUAL: [(&str, &str); 4] = [("monai", "monai"), ("torch", "torch"), ("np", "numpy"), ("numpy", "numpy")];

/// The names that a config binds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Imports(IndexMap<String, (String, Place)>);

impl Imports {
    /// Reads the import lines anywhere in a config, as MONAI evaluates them before all else.
    pub(crate) fn read(root: &Node, warnings: &mut Vec<Warning>) -> Imports {
        let mut imports = Imports::default();
        imports.gather(root, "", warnings);
        imports
    }

    /// What a name stands for.
    pub(crate) fn path(&self, name: &str) -> Option<&str> {
        let usual = || USUAL.into_iter().find(|(usual, _)| *usual == name).map(|(_, path)| path);
        self.0.get(name).map(|(path, _)| path.as_str()).or_else(usual)
    }

    /// Where an import line binds a name.
    pub(crate) fn place(&self, name: &str) -> Option<&Place> {
        self.0.get(name).map(|(_, place)| place)
    }

    fn gather(&mut self, node: &Node, id: &str, warnings: &mut Vec<Warning>) {
        if let Data::Str(text) = &node.data
            && let Some(Ok(line)) = text.strip_prefix('$').and_then(Line::parse)
        {
            if line.more {
                let text = format!("only `{}` of `{}` is bound, as in MONAI", line.name, shown(text));
                warnings.push(Warning { place: node.place.clone(), id: id.to_owned(), text });
            }
            self.0.insert(line.name, (line.path, node.place.clone()));
        }
        for (key, item) in node.children() {
            self.gather(item, &id::join(id, &key), warnings);
        }
    }
}

/// An import line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// The bound name, such as `np`.
    pub(crate) name: String,
    /// What it stands for, such as `numpy`.
    pub(crate) path: String,
    /// Whether more names follow, which MONAI leaves out.
    more: bool,
}

impl Line {
    /// Reads an import line; `None` when the text is not one.
    pub(crate) fn parse(source: &str) -> Option<Result<Line, String>> {
        let trimmed = source.trim();
        let (module, names) = if let Some(rest) = trimmed.strip_prefix("import ") {
            (None, rest)
        } else {
            let (module, names) = trimmed.strip_prefix("from ")?.split_once(" import ")?;
            (Some(module.trim()), names)
        };
        let mut names = names.split(',').map(|name| match name.trim().split_once(" as ") {
            Some((path, alias)) => (path.trim(), Some(alias.trim())),
            None => (name.trim(), None),
        });
        let (path, alias) = names.next()?;
        let mut all = std::iter::once((path, alias)).chain(names.clone());
        let fits = |(path, alias): (&str, Option<&str>)| {
            let known = if module.is_some() { is_name(path) } else { is_dotted(path) };
            known && alias.is_none_or(is_name)
        };
        if !all.all(fits) || !module.is_none_or(is_dotted) {
            return Some(Err(format!("`{}` is not an import line", shown(trimmed))));
        }
        let (name, path) = match (module, alias) {
            (Some(module), alias) => (alias.unwrap_or(path), format!("{module}.{path}")),
            (None, Some(alias)) => (alias, path.to_owned()),
            (None, None) => {
                let root = path.split('.').next().unwrap_or(path);
                (root, root.to_owned())
            }
        };
        Some(Ok(Line { name: name.to_owned(), path, more: names.next().is_some() }))
    }
}

/// Whether the text could be a name in Python.
pub(crate) fn is_name(text: &str) -> bool {
    text.chars().all(id::is_word) && !text.starts_with(|c: char| c.is_numeric()) && !text.is_empty()
}

/// Whether the text is names joined by points.
pub(crate) fn is_dotted(text: &str) -> bool {
    text.split('.').all(is_name)
}

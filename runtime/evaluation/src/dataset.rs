//! A datalist as the Medical Segmentation Decathlon writes them (MONAI `load_decathlon_datalist`).

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::Error;

/// Sections that are taken without being named, the first one that is there.
const HELD_OUT: [&str; 2] = ["testing", "validation"];

/// Labelled cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// The section of the datalist.
    pub section: String,
    /// At least one; all with labels of one kind, no two with the same images.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its place in the section, from 1 on: what reports call it.
    pub number: usize,
    /// The image, or several where a model takes several sequences.
    pub images: Vec<PathBuf>,
    /// The truth.
    pub truth: Truth,
    /// What else the datalist says of it, such as clicks; a model may take it.
    pub others: Map<String, Value>,
}

/// The truth of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// A file with a label map.
    Map(PathBuf),
    /// The number of the class that a classifier should answer.
    Class(u16),
}

impl Case {
    /// The name of its first file, which may name a patient: for those only who ask for it.
    pub fn name(&self) -> String {
        self.images.first().and_then(|image| image.file_name()).unwrap_or(OsStr::new("")).to_string_lossy().into_owned()
    }
}

impl Dataset {
    /// Reads a section of a datalist: by default `testing`, else `validation`; others must be named, as a model knows the
    /// cases that it was trained on. Paths are relative to `root`, by default the datalist's folder, and stay below it.
    ///
    /// # Errors
    /// All variants that name an entry. No error names a file of a case.
    pub fn open(datalist: &Path, section: Option<&str>, root: Option<&Path>) -> Result<Dataset, Error> {
        let read = |source| Error::Read { path: datalist.to_owned(), source };
        let text = std::fs::read(datalist).map_err(read)?;
        let here = datalist.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let root = root.unwrap_or(here);
        let root = root.canonicalize().map_err(|source| Error::Read { path: root.to_owned(), source })?;
        let shape = |reason: String| Error::Datalist { path: datalist.to_owned(), reason };
        let document = match serde_json::from_slice(&text) {
            Ok(Value::Object(document)) => document,
            Ok(other) => return Err(shape(format!("is {}, expected an object with lists of cases", kind(&other)))),
            Err(error) => return Err(shape(error.to_string())),
        };
        let (section, entries) = choose(&document, section).map_err(shape)?;
        let cases = entries.iter().enumerate().map(|(index, entry)| {
            let place = format!("{section}[{index}]");
            Entry { place, root: &root }.case(index + 1, entry)
        });
        let cases = cases.collect::<Result<Vec<Case>, Error>>()?;
        distinct(section, &cases)?;
        alike(section, &cases)?;
        Ok(Dataset { section: section.to_owned(), cases })
    }

    /// Whether the labels are classes, not files.
    pub fn is_classified(&self) -> bool {
        self.cases.iter().any(|case| matches!(case.truth, Truth::Class(_)))
    }
}

/// The section that was asked for, or a held-out one.
fn choose<'a>(document: &'a Map<String, Value>, asked: Option<&str>) -> Result<(&'a str, &'a [Value]), String> {
    let lists = || {
        let names = document.iter().filter(|(_, value)| value.is_array()).map(|(name, _)| format!("`{name}`"));
        let names: Vec<String> = names.collect();
        if names.is_empty() { "there is no list".to_owned() } else { format!("there is {}", names.join(", ")) }
    };
    let found = match asked {
        Some(asked) => document.get_key_value(asked).ok_or_else(|| format!("has no section `{asked}`; {}", lists()))?,
        None => HELD_OUT.iter().find_map(|name| document.get_key_value(*name)).ok_or_else(|| {
            format!("has no section `testing` or `validation`; {}; name another one by --section", lists())
        })?,
    };
    match found {
        (name, Value::Array(entries)) if !entries.is_empty() => Ok((name, entries)),
        (name, Value::Array(_)) => Err(format!("the section `{name}` is empty")),
        (name, other) => Err(format!("the section `{name}` is {}, expected a list of cases", kind(other))),
    }
}

/// One entry of a section, for reading.
struct Entry<'a> {
    place: String,
    root: &'a Path,
}

impl Entry<'_> {
    fn fail(&self, key: &str, reason: String) -> Error {
        Error::Entry { place: format!("{}{key}", self.place), reason }
    }

    fn case(&self, number: usize, entry: &Value) -> Result<Case, Error> {
        let Value::Object(entry) = entry else {
            return Err(self.fail("", format!("is {}, expected an object with `image` and `label`", kind(entry))));
        };
        let field = |key: &str| {
            let keys = || entry.keys().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            entry.get(key).ok_or_else(|| self.fail("", format!("lacks `{key}`; it has {}", keys())))
        };
        let images = match field("image")? {
            Value::String(path) => vec![self.file(".image", path)?],
            Value::Array(paths) if !paths.is_empty() => {
                let paths = paths.iter().enumerate().map(|(index, path)| match path {
                    Value::String(path) => self.file(&format!(".image[{index}]"), path),
                    other => {
                        Err(self.fail(&format!(".image[{index}]"), format!("is {}, expected a path", kind(other))))
                    }
                });
                paths.collect::<Result<_, _>>()?
            }
            other => return Err(self.fail(".image", format!("is {}, expected a path or a list of paths", kind(other)))),
        };
        let truth = match field("label")? {
            Value::String(path) => Truth::Map(self.file(".label", path)?),
            Value::Number(class) => {
                let class = class.as_u64().and_then(|class| u16::try_from(class).ok());
                Truth::Class(class.ok_or_else(|| self.fail(".label", "is no number of a class".to_owned()))?)
            }
            other => {
                return Err(
                    self.fail(".label", format!("is {}, expected a path or the number of a class", kind(other)))
                );
            }
        };
        let mut others = entry.clone();
        others.retain(|key, _| key != "image" && key != "label");
        Ok(Case { number, images, truth, others })
    }

    /// A file that is there, below the root when all links are followed.
    fn file(&self, key: &str, path: &str) -> Result<PathBuf, Error> {
        let found =
            self.root.join(path).canonicalize().map_err(|error| self.fail(key, format!("names no file: {error}")))?;
        if !found.starts_with(self.root) {
            return Err(
                self.fail(key, "lies outside of the data root; name a folder above it by --data-root".to_owned())
            );
        }
        if found.is_file() { Ok(found) } else { Err(self.fail(key, "names a folder, expected a file".to_owned())) }
    }
}

fn distinct(section: &str, cases: &[Case]) -> Result<(), Error> {
    let mut seen = HashMap::new();
    for (index, case) in cases.iter().enumerate() {
        if let Some(first) = seen.insert(&case.images, index) {
            return Err(Error::Duplicate {
                first: format!("{section}[{first}]"),
                second: format!("{section}[{index}]"),
            });
        }
    }
    Ok(())
}

fn alike(section: &str, cases: &[Case]) -> Result<(), Error> {
    let is_class = |case: &Case| matches!(case.truth, Truth::Class(_));
    match cases.iter().position(|case| is_class(case) != is_class(&cases[0])) {
        Some(other) => {
            let (here, first) = if is_class(&cases[0]) { ("a file", "a class") } else { ("a class", "a file") };
            Err(Error::Entry {
                place: format!("{section}[{other}].label"),
                reason: format!("is {here}, that of {section}[0] {first}; all must be of one kind"),
            })
        }
        None => Ok(()),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

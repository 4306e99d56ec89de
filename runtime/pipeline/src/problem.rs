use std::collections::HashSet;
use std::fmt;

use monai_bundle::{Component, Config, Mode, Place, Value, nearest};

/// Most problems that are kept.
const MOST: usize = 1000;

/// One reason why a bundle cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Problem {
    /// File, relative to the bundle.
    pub file: String,
    /// Line of the file, from 1; `None` for a whole file.
    pub line: Option<u32>,
    /// Id of the config item or name of the tensor; empty for a whole file.
    pub id: String,
    /// Found and expected, and the nearest that is supported where there is one.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`", self.file)?;
        if let Some(line) = self.line {
            write!(formatter, " line {line}")?;
        }
        if !self.id.is_empty() {
            write!(formatter, ", `{}`", self.id)?;
        }
        write!(formatter, ": {}", self.reason)
    }
}

impl From<monai_bundle::Error> for Problem {
    fn from(error: monai_bundle::Error) -> Self {
        Problem { file: error.file().to_owned(), line: error.line(), id: error.id().to_owned(), reason: error.reason() }
    }
}

/// All problems of a bundle, at least one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the bundle cannot be served:{}", lines(.problems))]
pub struct Report {
    /// The problems in the order in which they were found.
    pub problems: Vec<Problem>,
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}

/// Collects problems, each once.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: Vec<Problem>,
    known: HashSet<Problem>,
}

impl Problems {
    pub(crate) fn push(&mut self, problem: impl Into<Problem>) {
        let mut problem = problem.into();
        // A bundle's text must not steer a terminal or begin a line of its own.
        for text in [&mut problem.file, &mut problem.id, &mut problem.reason] {
            if text.contains(char::is_control) {
                *text = text.replace(char::is_control, " ");
            }
        }
        if self.found.len() < MOST && self.known.insert(problem.clone()) {
            self.found.push(problem);
        }
    }

    pub(crate) fn extend(&mut self, errors: impl IntoIterator<Item = monai_bundle::Error>) {
        errors.into_iter().for_each(|error| self.push(error));
    }

    pub(crate) fn add<'p>(&mut self, place: impl Into<At<'p>>, id: &str, reason: impl Into<String>) {
        let At { file, line } = place.into();
        self.push(Problem { file: file.to_owned(), line, id: id.to_owned(), reason: reason.into() });
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    pub(crate) fn report(self) -> Report {
        Report { problems: self.found }
    }
}

/// Where a problem is: a place of a config, or a whole file.
pub(crate) struct At<'p> {
    file: &'p str,
    line: Option<u32>,
}

impl<'p> From<&'p Place> for At<'p> {
    fn from(place: &'p Place) -> Self {
        At { file: &place.file, line: place.line }
    }
}

impl<'p> From<&'p str> for At<'p> {
    fn from(file: &'p str) -> Self {
        At { file, line: None }
    }
}

/// What to add to a reason that names an unknown class.
pub(crate) fn hint<'a>(target: &str, supported: impl IntoIterator<Item = &'a str>) -> String {
    let name = target.rsplit('.').next().unwrap_or(target);
    nearest(name, supported).map(|near| format!("; the nearest that is supported is `{near}`")).unwrap_or_default()
}

/// The class that the item `id` names, where that much of it can be resolved.
pub(crate) fn target(config: &Config, id: &str) -> Option<String> {
    match config.resolve(&format!("{id}::_target_")) {
        Ok(Value::Str(target) | Value::Symbol(target)) => Some(target),
        _ => None,
    }
}

/// The component that the item `id` was resolved to, where it is `what`.
pub(crate) fn component(
    config: &Config,
    id: &str,
    what: &str,
    resolved: Result<Value, Vec<monai_bundle::Error>>,
    problems: &mut Problems,
) -> Option<Component> {
    match resolved {
        Ok(Value::Component(component)) if component.mode == Mode::Default => Some(component),
        Ok(other) => {
            problems.add(config.origin(id), id, format!("is {}, expected {what}", other.kind()));
            None
        }
        Err(errors) => {
            problems.extend(errors);
            None
        }
    }
}

/// A component's arguments as JSON, without its target.
pub(crate) fn arguments(component: &Component) -> serde_json::Value {
    component.args.iter().map(|(key, value)| (key.clone(), value.to_json())).collect::<serde_json::Map<_, _>>().into()
}

use std::fmt;

use monai_bundle::Component;

/// One reason why a bundle cannot be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// File, relative to the bundle.
    pub file: String,
    /// Id of the config item or name of the tensor; empty for a whole file.
    pub id: String,
    /// Found and expected.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id.as_str() {
            "" => write!(formatter, "`{}`: {}", self.file, self.reason),
            id => write!(formatter, "`{}`, `{id}`: {}", self.file, self.reason),
        }
    }
}

impl From<monai_bundle::Error> for Problem {
    fn from(error: monai_bundle::Error) -> Self {
        Problem { file: error.file().to_owned(), id: error.id().to_owned(), reason: error.reason() }
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
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl Problems {
    pub(crate) fn push(&mut self, problem: impl Into<Problem>) {
        let problem = problem.into();
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    pub(crate) fn add(&mut self, file: &str, id: &str, reason: impl Into<String>) {
        self.push(Problem { file: file.to_owned(), id: id.to_owned(), reason: reason.into() });
    }
}

/// A component's arguments as JSON, without its target.
pub(crate) fn arguments(component: &Component) -> serde_json::Value {
    component.args.iter().map(|(key, value)| (key.clone(), value.to_json())).collect::<serde_json::Map<_, _>>().into()
}

//! Attribute paths.

use std::fmt;

use crate::generated::tfplugin6::{AttributePath, attribute_path};

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// An attribute of an object.
    Attribute(String),
    /// An element of a map.
    Key(String),
    /// An element of a list.
    Index(i64),
}

/// Where in a configuration, plan or state something is. Elements of sets have no path: use the set's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The whole object.
    pub fn root() -> Self {
        Self::default()
    }

    /// An attribute, or a nested one where the text has dots: `local.port`.
    pub fn to(dotted: &str) -> Self {
        Self(dotted.split('.').map(|name| Step::Attribute(name.to_owned())).collect())
    }

    /// An attribute of the object that this path points at.
    pub fn attribute(mut self, name: &str) -> Self {
        self.0.push(Step::Attribute(name.to_owned()));
        self
    }

    /// An element of the map that this path points at.
    pub fn key(mut self, key: &str) -> Self {
        self.0.push(Step::Key(key.to_owned()));
        self
    }

    /// An element of the list that this path points at.
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Step::Index(index as i64));
        self
    }

    /// This path within what `outer` points at.
    pub fn within(mut self, outer: Step) -> Self {
        self.0.insert(0, outer);
        self
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    pub(crate) fn to_wire(&self) -> AttributePath {
        use attribute_path::step::Selector;
        let steps = self.0.iter().map(|step| attribute_path::Step {
            selector: Some(match step {
                Step::Attribute(name) => Selector::AttributeName(name.clone()),
                Step::Key(key) => Selector::ElementKeyString(key.clone()),
                Step::Index(index) => Selector::ElementKeyInt(*index),
            }),
        });
        AttributePath { steps: steps.collect() }
    }
}

impl From<&str> for Path {
    fn from(dotted: &str) -> Self {
        Self::to(dotted)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => out.write_str(name)?,
                Step::Attribute(name) => write!(out, ".{name}")?,
                Step::Key(key) => write!(out, "[{key:?}]")?,
                Step::Index(index) => write!(out, "[{index}]")?,
            }
        }
        Ok(())
    }
}

//! Where a check is, without making a path before one is needed.

use crate::Path;
use crate::schema::{Attribute, Field};

/// A place within an object; the places around it stay on the stack.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    outer: Option<&'a At<'a>>,
    step: Step<'a>,
    /// Whether nobody may see what is here.
    pub(super) secret: bool,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Root,
    Attribute(&'a str),
    Key(&'a str),
    Index(usize),
    /// An element of a set, which has no path of its own.
    Element,
}

impl<'a> At<'a> {
    pub(super) fn root() -> Self {
        Self { outer: None, step: Step::Root, secret: false }
    }

    /// The root of an object of which nobody may see anything.
    pub(super) fn hidden_root() -> Self {
        Self { secret: true, ..Self::root() }
    }

    pub(super) fn attribute(&'a self, attribute: &'a Attribute) -> At<'a> {
        let secret = self.secret || attribute.sensitive || attribute.write_only;
        At { outer: Some(self), step: Step::Attribute(&attribute.name), secret }
    }

    pub(super) fn field(&'a self, field: Field<'a>) -> At<'a> {
        match field.attribute {
            Some(attribute) => self.attribute(attribute),
            None => self.within(Step::Attribute(field.name)),
        }
    }

    pub(super) fn index(&'a self, index: usize) -> At<'a> {
        self.within(Step::Index(index))
    }

    pub(super) fn key(&'a self, key: &'a str) -> At<'a> {
        self.within(Step::Key(key))
    }

    pub(super) fn element(&'a self) -> At<'a> {
        self.within(Step::Element)
    }

    fn within(&'a self, step: Step<'a>) -> At<'a> {
        At { outer: Some(self), step, secret: self.secret }
    }

    pub(super) fn path(&self) -> Path {
        let outer = self.outer.map_or_else(Path::root, At::path);
        match self.step {
            Step::Root | Step::Element => outer,
            Step::Attribute(name) => outer.attribute(name),
            Step::Key(key) => outer.key(key),
            Step::Index(index) => outer.index(index),
        }
    }
}

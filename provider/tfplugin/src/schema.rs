//! Schemas: what attributes a resource has, what may be written, and what changing them does.

mod canonical;
mod check;
pub mod document;
mod effect;
mod identity;
mod kind;
mod modifier;
mod relation;
mod rule;
mod validate;
mod wire;

use std::collections::BTreeMap;

pub use canonical::Canonical;
pub(crate) use check::has_dynamic;
pub use identity::ForImport;
pub(crate) use identity::IdentitySchema;
pub(crate) use kind::{Field, Kind, Parts};
pub use modifier::{Condition, Keep, Replace};
pub use relation::Relation;
pub use rule::{Broken, Rule};
pub(crate) use validate::{is_secret, needs_computed_blocks, validate};

use crate::plan::{canonical_nested, has_spellings};
use crate::value::{Type, Value};

/// The schema of a resource, a data source or a provider.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Version of the state that this schema describes.
    pub version: i64,
    /// Markdown.
    pub description: String,
    /// Attributes and nested blocks.
    pub attributes: Vec<Attribute>,
}

/// An attribute or a nested block.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its name in HCL.
    pub name: String,
    /// Its type or its nested attributes.
    pub shape: Shape,
    /// Who may give its value.
    pub mode: Mode,
    /// Markdown.
    pub description: String,
    /// Why not to use it any more.
    pub deprecated: Option<String>,
    /// Terraform hides its value.
    pub sensitive: bool,
    /// It is in the configuration only, never in plan or state.
    pub write_only: bool,
    /// What it is where the configuration says nothing.
    pub default: Option<Value>,
    /// What a computed value is planned as when the resource changes.
    pub keep: Keep,
    /// Whether a change of it needs a new resource.
    pub replace: Replace,
    /// What a change of it does, where "in place" does not say it: completes "Changing this …".
    pub changing: Option<String>,
    /// What its value must obey.
    pub rules: Vec<Rule>,
    /// What it and attributes beside it must obey together.
    pub relations: Vec<Relation>,
    /// Which spellings of its value mean the same.
    pub canonical: Option<Canonical>,
    /// For a list or set of nested attributes or blocks: the attribute by whose value an element of the plan is known as
    /// one of the state. It is required and no two elements have the same.
    pub key: Option<String>,
    /// Set where it is part of the resource's identity: whether an import by identity must give it.
    pub identity: Option<ForImport>,
    /// Set where it is a block, with the number of blocks that may be written.
    pub block: Option<Limits>,
}

/// The type of an attribute.
#[derive(Debug, Clone)]
pub enum Shape {
    /// A type without attributes of its own.
    Plain(Type),
    /// Nested attributes.
    Nested(Nesting, Vec<Attribute>),
}

/// How nested attributes repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// One object that is never null; blocks only.
    Group,
    /// Ordered objects.
    List,
    /// Distinct objects without order.
    Set,
    /// Objects by name.
    Map,
}

/// Who may give the value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The configuration must.
    Required,
    /// The configuration may.
    Optional,
    /// The provider does.
    Computed,
    /// The configuration may; the provider does where it does not.
    OptionalComputed,
}

/// How many blocks may be written; a `max` of 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Least number.
    pub min: u32,
    /// Greatest number.
    pub max: u32,
}

impl Attribute {
    /// An optional attribute of this shape.
    pub fn new(name: &str, shape: Shape) -> Self {
        Self {
            name: name.to_owned(),
            shape,
            mode: Mode::Optional,
            description: String::new(),
            deprecated: None,
            sensitive: false,
            write_only: false,
            default: None,
            keep: Keep::default(),
            replace: Replace::default(),
            changing: None,
            rules: Vec::new(),
            relations: Vec::new(),
            canonical: None,
            key: None,
            identity: None,
            block: None,
        }
    }

    /// The same as an attribute of an object type, or of a collection of such objects, instead of nested attributes.
    ///
    /// # Panics
    /// A part says something that an object type has no place for: there each part is a name and a type.
    pub fn plain(mut self) -> Self {
        if let Shape::Nested(_, parts) = &self.shape {
            for part in parts {
                let given = !part.is_computed() && matches!(part.replace, Replace::Never) && part.rules.is_empty();
                let shown = !part.sensitive && !part.write_only && part.deprecated.is_none();
                let bare = given && shown && part.block.is_none() && part.key.is_none() && part.relations.is_empty();
                let (whole, name) = (&self.name, &part.name);
                assert!(
                    bare,
                    "{whole}.{name}: a part of a plain attribute has no other words than required and optional"
                );
            }
        }
        if let Shape::Nested(nesting, parts) = &self.shape
            && self.canonical.is_none()
            && parts.iter().any(has_spellings)
        {
            let (nesting, parts) = (*nesting, parts.clone());
            self.canonical = Some(Canonical::whole(move |value| canonical_nested(nesting, &parts, value)));
        }
        self.shape = Shape::Plain(self.ty());
        self
    }

    /// The type of its value.
    pub fn ty(&self) -> Type {
        self.shape.ty()
    }

    /// Whether the provider may give its value.
    pub fn is_computed(&self) -> bool {
        matches!(self.mode, Mode::Computed | Mode::OptionalComputed)
    }
}

impl Shape {
    /// The type of a value of this shape.
    pub fn ty(&self) -> Type {
        match self {
            Self::Plain(ty) => ty.clone(),
            Self::Nested(nesting, attributes) => match nesting {
                Nesting::Single | Nesting::Group => object(attributes),
                Nesting::List => Type::list(object(attributes)),
                Nesting::Set => Type::set(object(attributes)),
                Nesting::Map => Type::map(object(attributes)),
            },
        }
    }
}

/// The object type of attributes.
pub(crate) fn object(attributes: &[Attribute]) -> Type {
    Type::Object(
        attributes.iter().map(|attribute| (attribute.name.clone(), attribute.ty())).collect::<BTreeMap<_, _>>(),
    )
}

impl Schema {
    /// The type of the whole object.
    pub fn ty(&self) -> Type {
        object(&self.attributes)
    }
}

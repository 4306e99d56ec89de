//! Rust types as Terraform types.
//!
//! A field of a model is written once, with its plain type, and stands in three structs: in the model itself, where all is
//! known; in the plan, where each value is an [`Attr`]; and in the draft, where only what the provider computes is open.

mod collection;
mod error;
mod scalar;

use std::fmt::Debug;

pub use collection::Set;
pub use error::ReadError;
pub use scalar::Dynamic;
pub(crate) use scalar::normal;

use crate::path::Step;
use crate::schema::{Attribute, Nesting, Rule, Schema, Shape, object};
use crate::value::{Type, Value};
use crate::{Attr, Diagnostics};

/// A Rust type that is made from a value and made into one.
pub trait Convert: Sized + Clone + Debug + PartialEq + Send + Sync + 'static {
    /// Reads a value.
    ///
    /// # Errors
    /// The value is of another kind or out of range, or it is null or unknown where this type has no place for that.
    fn read(value: &Value) -> Result<Self, ReadError>;

    /// The value.
    fn write(&self) -> Value;
}

/// A Rust type that stands for a Terraform type: what the field of a model is written with.
pub trait Typed: Convert {
    /// The same where every part may be unknown: what validation and planning see.
    type Planned: Convert;
    /// The same where what the provider computes may be missing: what apply, read and delete see.
    type Drafted: Convert;

    /// Its type, or its nested attributes.
    fn shape() -> Shape;

    /// The canonical form of a single value of it: two spellings are the same where their canonical forms are equal. A
    /// list, set or map has that of its elements; nested attributes have each its own.
    fn canonical() -> Option<fn(&Value) -> Value> {
        None
    }

    /// What every value of it must obey, beside what an attribute says.
    fn rules() -> Vec<Rule> {
        Vec::new()
    }
}

/// A struct whose fields are attributes: the model, the schema and the documentation of one thing. Made by
/// `#[derive(Model)]`.
pub trait Model: Typed<Planned = Attr<<Self as Model>::Plan>, Drafted = <Self as Model>::Draft> {
    /// Every attribute as an [`Attr`].
    type Plan: Convert;
    /// Every attribute, those that the provider computes as an `Option`.
    type Draft: Draft<Model = Self>;

    /// The attributes that are marked `identity`, as an import gives them; [`NoIdentity`](crate::NoIdentity) where none is.
    type Identity: Convert;

    /// Its attributes.
    fn attributes() -> Vec<Attribute>;

    /// Its documentation, Markdown.
    fn description() -> &'static str;

    /// Its schema at this version.
    fn schema(version: i64) -> Schema {
        Schema { version, description: Self::description().to_owned(), attributes: Self::attributes() }
    }
}

/// A model of which the provider has not computed everything yet.
pub trait Draft: Convert {
    /// What it becomes.
    type Model: Model<Draft = Self>;

    /// The model, once everything is there.
    ///
    /// # Errors
    /// A computed attribute that is never null is missing; the message names it.
    fn settle(self) -> Result<Self::Model, Diagnostics> {
        Self::Model::read(&self.write()).map_err(|error| error.unsettled().into())
    }

    /// The same as a plan of which everything is known, for what looks at plans and drafts alike; what is missing is null.
    ///
    /// # Errors
    /// A type of the model reads back less than it writes.
    fn to_plan(&self) -> Result<<Self::Model as Model>::Plan, Diagnostics> {
        <Self::Model as Model>::Plan::read(&self.write()).map_err(|error| crate::Diagnostic::from(error).into())
    }
}

/// Reads one field of a model.
pub fn read_field<T: Convert>(value: &Value, name: &str) -> Result<T, ReadError> {
    T::read(value.get(name)).map_err(|error| error.within(Step::Attribute(name.to_owned())))
}

/// Reads a computed field of a draft: what is not known yet is missing.
pub fn read_computed<T: Convert>(value: &Value, name: &str) -> Result<Option<T>, ReadError> {
    match read_field(value, name) {
        Err(ReadError::Unknown { .. }) => Ok(None),
        read => read,
    }
}

/// Compiles only for types of which nothing is ever computed.
#[doc(hidden)]
pub const fn is_given<T: Typed<Drafted = T>>() {}

/// The shape of a derived model: one object.
pub fn model_shape<M: Model>() -> Shape {
    Shape::Nested(Nesting::Single, M::attributes())
}

/// The object type of a model.
pub fn model_type<M: Model>() -> Type {
    object(&M::attributes())
}

impl<T: Convert> Convert for Option<T> {
    fn read(value: &Value) -> Result<Self, ReadError> {
        if value.is_null() { Ok(None) } else { T::read(value).map(Some) }
    }

    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, Convert::write)
    }
}

impl<T: Typed> Typed for Option<T> {
    type Planned = T::Planned;
    type Drafted = Option<T::Drafted>;

    fn shape() -> Shape {
        T::shape()
    }

    fn canonical() -> Option<fn(&Value) -> Value> {
        T::canonical()
    }

    fn rules() -> Vec<Rule> {
        T::rules()
    }
}

//! How a user names an object that exists already.

use crate::Model;
use crate::model::{Convert, ReadError};
use crate::value::Value;

/// The object that is to be imported.
#[derive(Debug)]
pub enum ImportBy<'a, M: Model> {
    /// By the id of `terraform import` or of an `import` block.
    Id(&'a str),
    /// By the attributes that are marked `identity`, in an `import` block of Terraform 1.12 or newer. A model without
    /// such attributes is never imported so: `let ImportBy::Id(id) = by;` is all that its `import` needs.
    Identity(M::Identity),
}

/// The identity of a model that marks no attribute as `identity`: there is none.
#[derive(Debug, Clone, PartialEq)]
pub enum NoIdentity {}

impl Convert for NoIdentity {
    fn read(_: &Value) -> Result<Self, ReadError> {
        Err(ReadError::wrong("the resource has no identity"))
    }

    fn write(&self) -> Value {
        match *self {}
    }
}

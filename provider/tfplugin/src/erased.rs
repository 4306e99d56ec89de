//! What a catalog holds, without its types.

mod action;
mod data_source;
mod ephemeral;
mod function;
mod list;
mod resource;

use std::future::Future;
use std::pin::Pin;

pub(crate) use action::{AnyAction, ErasedAction};
pub(crate) use data_source::{AnyDataSource, ErasedDataSource};
pub(crate) use ephemeral::{AnyEphemeral, ErasedEphemeral};
pub(crate) use function::{AnyFunction, ErasedFunction, Refused};
pub(crate) use list::{AnyList, ErasedList};
pub(crate) use resource::{AnyResource, ErasedResource};

use crate::model::{Convert, ReadError};
use crate::schema::is_secret;
use crate::value::Value;
use crate::{Diagnostic, Diagnostics, Model};

pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, Diagnostics>> + Send + 'a>>;

/// Reads a configuration of which anything may be unknown.
pub(crate) fn read_plan<M: Model>(value: &Value) -> Result<M::Plan, Diagnostics> {
    M::Plan::read(value).map_err(refused::<M>)
}

/// Reads an object of which nothing is unknown but what the provider computes.
pub(crate) fn read_draft<M: Model>(value: &Value) -> Result<M::Draft, Diagnostics> {
    M::Draft::read(value).map_err(refused::<M>)
}

/// What the user is told of a value that does not fit; of a secret one, not what was found.
fn refused<M: Model>(error: ReadError) -> Diagnostics {
    let error = match error {
        ReadError::Wrong { path, .. } if is_secret(&M::attributes(), &path) => {
            ReadError::Wrong { path, reason: "the value does not fit".to_owned() }
        }
        error => error,
    };
    Diagnostic::from(error).into()
}

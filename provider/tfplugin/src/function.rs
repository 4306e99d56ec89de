//! Functions.

mod document;
mod error;
mod parameter;
mod signature;

pub use document::FunctionPage;
pub use error::FunctionError;
pub use parameter::{Parameter, Parameters, Unread, read_argument, read_rest};
pub use signature::Signature;

use crate::model::Typed;

/// A function that configurations call as `provider::note::lines(..)`. It is asked before the provider is configured, may
/// be asked often, and must always give the same answer for the same arguments: Terraform fails where it does not.
///
/// Its documentation is that of its arguments' struct: the first sentence is the summary.
pub trait Function: Send + Sync + 'static {
    /// Its arguments in order; an empty struct where it has none.
    type Arguments: Parameters;
    /// What it answers: `Option<T>` where that may be null, `Attr<T>` where it may also be unknown because an argument is.
    type Answer: Typed;

    /// Its name, without the provider's.
    const NAME: &'static str;
    /// Why not to use it any more, and what instead.
    const DEPRECATED: Option<&'static str> = None;

    /// Answers for these arguments.
    ///
    /// # Errors
    /// The arguments have no answer; the user is told why and of which argument.
    fn call(&self, arguments: Self::Arguments) -> Result<Self::Answer, FunctionError>;
}

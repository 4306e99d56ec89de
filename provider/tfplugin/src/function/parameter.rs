//! What a function is called with.

use crate::Diagnostics;
use crate::model::{Convert, ReadError, Typed};
use crate::plan::defaults;
use crate::schema::{Attribute, Shape, validate};
use crate::value::{Type, Value};

/// A struct whose fields are the arguments of a function, in order. Made by `#[derive(Parameters)]`.
pub trait Parameters: Sized + Send + 'static {
    /// Each parameter in order.
    fn parameters() -> Vec<Parameter>;

    /// What the function does, Markdown.
    fn description() -> &'static str;

    /// Reads the arguments; there is one for each parameter, and for a variadic one any number.
    ///
    /// # Errors
    /// An argument does not fit its type.
    fn read(arguments: &[Value]) -> Result<Self, Unread>;
}

/// One parameter of a function.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name, its type and what its value must obey; of a variadic one, that of each of its values.
    pub attribute: Attribute,
    /// Whether null reaches the function. Where it does not, Terraform refuses it.
    pub nullable: bool,
    /// Whether values that are unknown, or unknown in parts, reach the function. Where they do not, Terraform takes the
    /// answer for unknown.
    pub unknowable: bool,
    /// Whether it takes all the arguments that are left.
    pub variadic: bool,
}

impl Parameter {
    /// A parameter whose type says whether it may be null or unknown.
    pub fn of<T: Typed>(name: &str, description: &str, variadic: bool) -> Self {
        Self {
            attribute: Attribute { description: description.to_owned(), ..Attribute::new(name, T::shape()) },
            nullable: T::read(&Value::Null).is_ok(),
            unknowable: T::read(&Value::unknown()).is_ok(),
            variadic,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.attribute.name
    }

    /// Its type.
    pub fn ty(&self) -> Type {
        self.attribute.ty()
    }

    /// An argument with the defaults of its nested attributes; where it breaks a rule, which.
    pub(crate) fn checked(&self, argument: Value) -> Result<Value, String> {
        let attributes = std::slice::from_ref(&self.attribute);
        if self.attribute.rules.is_empty() && matches!(self.attribute.shape, Shape::Plain(_)) {
            return Ok(argument);
        }
        let given = Value::object([(self.name(), argument)]);
        let mut found = Diagnostics::default();
        validate(attributes, &given, true, &mut found);
        if found.has_errors() {
            return Err(found.into_iter().map(|found| found.detail).collect::<Vec<_>>().join("\n"));
        }
        Ok(defaults(attributes, &given, given.clone()).get(self.name()).clone())
    }
}

/// An argument that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Which argument, counted from 0.
    pub index: usize,
    /// Why.
    pub error: ReadError,
}

/// Reads one argument.
pub fn read_argument<T: Convert>(arguments: &[Value], index: usize) -> Result<T, Unread> {
    T::read(arguments.get(index).unwrap_or(&Value::Null)).map_err(|error| Unread { index, error })
}

/// Reads all arguments from this one on.
pub fn read_rest<T: Convert>(arguments: &[Value], from: usize) -> Result<Vec<T>, Unread> {
    (from..arguments.len()).map(|index| read_argument(arguments, index)).collect()
}

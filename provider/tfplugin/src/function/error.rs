use crate::model::ReadError;

/// Why a function has no answer. Terraform shows the text behind the name of the function, or of the argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    pub(crate) text: String,
    /// The name of an argument, and for the variadic one which of its values.
    pub(crate) about: Option<(String, usize)>,
}

impl FunctionError {
    /// What was found and what was expected, without a full stop: Terraform adds one. Never a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), about: None }
    }

    /// The same error about the argument of this name.
    pub fn about(self, argument: &str) -> Self {
        self.about_item(argument, 0)
    }

    /// The same error about one of the values of the variadic argument of this name, counted from 0.
    pub fn about_item(mut self, argument: &str, index: usize) -> Self {
        self.about = Some((argument.to_owned(), index));
        self
    }
}

/// A value that does not fit the type that the function wants; the argument is said by its place.
impl From<ReadError> for FunctionError {
    fn from(error: ReadError) -> Self {
        let (path, reason) = match error {
            ReadError::Unknown { path } => (path, "the value is not known yet".to_owned()),
            ReadError::Null { path } => (path, "the value is null".to_owned()),
            ReadError::Wrong { path, reason } => (path, reason),
        };
        Self::new(if path.steps().is_empty() { reason } else { format!("{path}: {reason}") })
    }
}

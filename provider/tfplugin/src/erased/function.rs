use crate::function::{Function, FunctionError, Parameters, Signature};
use crate::model::{Convert, ReadError};
use crate::value::Value;

/// A function of any arguments.
pub(crate) trait AnyFunction: Send + Sync {
    fn signature(&self) -> &Signature;
    /// The answer to arguments of which there are as many as the signature wants.
    fn call(&self, arguments: Vec<Value>) -> Result<Value, Refused>;
}

/// A call without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) text: String,
    /// The argument that it is about, by its place.
    pub(crate) argument: Option<usize>,
}

pub(crate) struct ErasedFunction<F> {
    function: F,
    signature: Signature,
}

impl<F: Function> ErasedFunction<F> {
    pub(crate) fn new(function: F) -> Self {
        Self { function, signature: Signature::of::<F>() }
    }
}

impl<F: Function> AnyFunction for ErasedFunction<F> {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, Refused> {
        let checked = |(index, argument): (usize, Value)| match self.signature.parameter(index) {
            Some(parameter) => parameter.checked(argument).map_err(|text| Refused { text, argument: Some(index) }),
            None => Ok(argument),
        };
        let arguments = arguments.into_iter().enumerate().map(checked).collect::<Result<Vec<_>, _>>()?;
        let read = match F::Arguments::read(&arguments) {
            Ok(read) => read,
            // The argument may be unknown, but not in the parts that are: the answer waits for them.
            Err(unread) if matches!(unread.error, ReadError::Unknown { .. }) => return Ok(Value::unknown()),
            Err(unread) => {
                let FunctionError { text, .. } = unread.error.into();
                return Err(Refused { text, argument: Some(unread.index) });
            }
        };
        match self.function.call(read) {
            Ok(answer) => Ok(answer.write()),
            Err(error) => Err(self.placed(error, arguments.len())),
        }
    }
}

impl<F> ErasedFunction<F> {
    /// The error with the argument's place instead of its name.
    fn placed(&self, FunctionError { text, about }: FunctionError, count: usize) -> Refused {
        let place = |(name, item): &(String, usize)| {
            self.signature.place(name).map(|place| place + item).filter(|place| *place < count)
        };
        match (about.as_ref().and_then(place), about) {
            // Terraform has no place for the name of what was not given.
            (None, Some((name, _))) => Refused { text: format!("{name}: {text}"), argument: None },
            (argument, _) => Refused { text, argument },
        }
    }
}

//! GetFunctions and CallFunction.

use super::guard::guard;
use super::{Inner, decode, encode};
use crate::erased::Refused;
use crate::generated::tfplugin6 as wire;
use crate::value::Value;
use crate::{Diagnostics, Provider};

pub(super) fn functions<P: Provider>(inner: &Inner<P>) -> wire::get_functions::Response {
    let functions =
        inner.catalog.function_signatures().map(|signature| (signature.name.to_owned(), signature.to_wire()));
    wire::get_functions::Response { functions: functions.collect(), diagnostics: Vec::new() }
}

pub(super) async fn call<P: Provider>(
    inner: &Inner<P>,
    request: wire::call_function::Request,
) -> wire::call_function::Response {
    let act = format!("call {}", request.name);
    let outcome = guard(&act, None, inner.stop(), async { Ok(answer(inner, request)) }).await;
    match outcome.unwrap_or_else(|found| Err(said(found))) {
        Ok(result) => wire::call_function::Response { result: Some(result), error: None },
        Err(Refused { text, argument }) => {
            // Terraform ends the sentence.
            let text = text.strip_suffix('.').map_or_else(|| text.clone(), str::to_owned);
            let function_argument = argument.and_then(|index| i64::try_from(index).ok());
            wire::call_function::Response { result: None, error: Some(wire::FunctionError { text, function_argument }) }
        }
    }
}

fn answer<P: Provider>(inner: &Inner<P>, request: wire::call_function::Request) -> Result<wire::DynamicValue, Refused> {
    let refused = |text: String, argument| Refused { text, argument };
    let Some(function) = inner.catalog.functions.get(request.name.as_str()) else {
        return Err(refused(format!("the provider {} has no function {}", P::NAME, request.name), None));
    };
    let signature = function.signature();
    let least = signature.parameters.iter().filter(|parameter| !parameter.variadic).count();
    let count = request.arguments.len();
    if count < least || (count > least && !signature.parameters.iter().any(|parameter| parameter.variadic)) {
        return Err(refused(format!("{signature} was called with {count} arguments"), None));
    }
    let mut arguments = Vec::with_capacity(count);
    for (index, sent) in request.arguments.into_iter().enumerate() {
        let Some(parameter) = signature.parameter(index) else { break };
        arguments.push(decode(Some(sent), &parameter.ty()).map_err(|found| refused(said(found).text, Some(index)))?);
    }
    let known = arguments.iter().all(Value::is_wholly_known);
    let answer = function.call(arguments)?;
    if known && !answer.is_wholly_known() {
        let text = "all arguments are known, but the answer is not. This is a fault of the provider";
        return Err(refused(text.to_owned(), None));
    }
    encode(&answer, &signature.answer).map_err(said)
}

/// A function has no diagnostics: what they say as one text.
fn said(found: Diagnostics) -> Refused {
    let texts = found.iter().map(|found| format!("{}: {}", found.summary, found.detail)).collect::<Vec<_>>();
    Refused { text: texts.join("\n"), argument: None }
}

impl From<Diagnostics> for Refused {
    fn from(found: Diagnostics) -> Self {
        said(found)
    }
}

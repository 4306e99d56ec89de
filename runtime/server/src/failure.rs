//! The one way in which a route refuses.

use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use monai_spec::{ErrorBody, ErrorCode};

use crate::inference::Refusal;

/// A refusal on its way to the client. The middleware that knows the request's id turns it into the body.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
    /// Seconds, for 429 and 503.
    pub(crate) retry_after: Option<u64>,
    /// For the log only.
    pub(crate) fault: Option<String>,
}

impl Failure {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into(), retry_after: None, fault: None }
    }

    pub(crate) fn retry_after(self, seconds: u64) -> Failure {
        Failure { retry_after: Some(seconds), ..self }
    }

    /// A fault of the server: the client gets no detail, the log gets `fault`.
    pub(crate) fn internal(fault: impl Into<String>) -> Failure {
        let message = "the server failed on this request; other requests are not affected";
        Failure { fault: Some(fault.into()), ..Failure::new(ErrorCode::Internal, message) }
    }

    /// The whole answer.
    pub(crate) fn answer(self, request_id: &str) -> Response {
        let body = ErrorBody {
            code: self.code,
            message: self.message,
            help: self.code.help().to_owned(),
            request_id: request_id.to_owned(),
        };
        let status = StatusCode::from_u16(self.code.status()).expect("the table holds statuses");
        let mut answer = (status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code == ErrorCode::Unauthenticated {
            answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        let code = match &refusal {
            Refusal::Malformed(_) => ErrorCode::Malformed,
            Refusal::UnknownFormat(_) => ErrorCode::UnsupportedMediaType,
            Refusal::Unsuitable { .. } => ErrorCode::UnsuitableInput,
            Refusal::TooLarge { .. } | Refusal::TooMuchMemory { .. } => ErrorCode::BodyTooLarge,
            Refusal::Fault(fault) => return Failure::internal(fault),
        };
        Failure::new(code, refusal.to_string())
    }
}

/// Carries the failure to the middleware as an extension of an otherwise empty answer.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut carrier = StatusCode::from_u16(self.code.status()).expect("the table holds statuses").into_response();
        carrier.extensions_mut().insert(self);
        carrier
    }
}

/// The failure that an answer carries, or the one for a method that the route does not have (`allowed` is the one it
/// has), which axum itself refuses.
pub(crate) fn adopt(answer: &Response, allowed: &str) -> Option<Failure> {
    let refused = || {
        (answer.status() == StatusCode::METHOD_NOT_ALLOWED)
            .then(|| Failure::new(ErrorCode::MethodNotAllowed, format!("this route takes {allowed}")))
    };
    answer.extensions().get::<Failure>().cloned().or_else(refused)
}

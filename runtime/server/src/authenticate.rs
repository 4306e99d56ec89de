//! Bearer API keys.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use monai_spec::{Auth, ErrorCode};
use subtle::Choice;

use crate::failure::Failure;
use crate::state::Server;

/// Who called: the key's id, `None` for an anonymous caller. An extension of the answer, for the log.
#[derive(Clone)]
pub(crate) struct Caller(pub(crate) Option<String>);

pub(crate) async fn authenticate(State(server): State<Server>, request: Request, next: Next) -> Response {
    match caller(&server.auth(), request.headers()) {
        Ok(caller) => {
            let mut answer = next.run(request).await;
            answer.extensions_mut().insert(caller);
            answer
        }
        Err(failure) => failure.into_response(),
    }
}

fn caller(auth: &Auth, headers: &HeaderMap) -> Result<Caller, Failure> {
    let Auth::ApiKeys(keys) = auth else {
        return Ok(Caller(None));
    };
    let refuse = |message: &str| Failure::new(ErrorCode::Unauthenticated, message);
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or_else(|| refuse("the header `Authorization` is missing"))?;
    if values.next().is_some() {
        return Err(refuse("the header `Authorization` was sent more than once"));
    }
    let bytes = value.as_bytes();
    let scheme = bytes.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case(b"bearer "));
    let presented =
        scheme.map(|_| &bytes[7..]).ok_or_else(|| refuse("the scheme of `Authorization` is not `Bearer`"))?;
    // Every key is tried, so that the time tells neither which key matched nor how many there are before it.
    let mut found = None;
    for key in keys {
        let matches: Choice = key.matches(presented);
        if bool::from(matches) {
            found = Some(key.id.clone());
        }
    }
    found.map(|id| Caller(Some(id))).ok_or_else(|| refuse("the key is not known here"))
}

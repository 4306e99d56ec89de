//! Limits on headers. hyper's own, larger ones lie beneath and answer without a body.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use monai_spec::ErrorCode;

use crate::failure::Failure;

const HEADERS: usize = 64;
const HEADER_BYTES: usize = 16 << 10;

pub(crate) async fn limit_headers(request: Request, next: Next) -> Response {
    match check(request.headers(), request.uri().path().len()) {
        Ok(()) => next.run(request).await,
        Err(failure) => failure.into_response(),
    }
}

fn check(headers: &HeaderMap, path: usize) -> Result<(), Failure> {
    let bytes = path + headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>();
    if headers.len() <= HEADERS && bytes <= HEADER_BYTES {
        return Ok(());
    }
    let found = format!("{} headers of {bytes} bytes in all", headers.len());
    let message = format!("found {found}, at most {HEADERS} headers of {HEADER_BYTES} bytes are allowed");
    Err(Failure::new(ErrorCode::HeadersTooLarge, message))
}

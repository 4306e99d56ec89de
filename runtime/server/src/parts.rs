//! The files of a request: its body, or the parts of a form.

use std::convert::Infallible;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use monai_spec::ErrorCode;
use monai_spec::api::PARTS_MEDIA_TYPE;
use multer::Multipart;

use crate::failure::Failure;
use crate::inference::Part;

/// Most parts of a form.
const MOST: usize = 64;

/// Splits a body (RFC 7578). The text of an error holds nothing of it.
pub(crate) async fn parts(headers: &HeaderMap, body: Bytes) -> Result<Vec<Part>, Failure> {
    let malformed = |message: &str| Failure::new(ErrorCode::Malformed, message);
    if body.is_empty() {
        return Err(malformed("the body has 0 bytes, expected an image"));
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.trim_start().to_ascii_lowercase().starts_with(PARTS_MEDIA_TYPE) {
        return Ok(vec![Part { name: None, bytes: body }]);
    }
    let boundary = multer::parse_boundary(kind).map_err(|_| malformed("the form's `Content-Type` has no boundary"))?;
    let whole = futures_util::stream::once(async { Ok::<_, Infallible>(body) });
    let mut form = Multipart::new(whole, boundary);
    let mut parts = Vec::new();
    loop {
        let field = form.next_field().await.map_err(|_| malformed("the form is damaged or ends early"))?;
        let Some(field) = field else { break };
        let name = field.name().map(str::to_owned).ok_or_else(|| malformed("a part of the form has no name"))?;
        let bytes = field.bytes().await.map_err(|_| malformed("a part of the form ends early"))?;
        if parts.len() == MOST {
            return Err(malformed(&format!("the form has more than {MOST} parts")));
        }
        parts.push(Part { name: Some(name), bytes });
    }
    if parts.is_empty() { Err(malformed("the form has no parts")) } else { Ok(parts) }
}

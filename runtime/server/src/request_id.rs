//! The id under which a request is found in the log.

use axum::http::HeaderMap;
use monai_spec::api::REQUEST_ID;

/// The caller's id where it is a UUID or 32 hexadecimal digits, else a fresh one. Other texts are not taken over: they
/// could carry patient data into the log.
pub(crate) fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).map(|text| text.replace('-', ""));
    match given {
        Some(id) if id.len() == 32 && id.chars().all(|c| c.is_ascii_hexdigit()) => id.to_ascii_lowercase(),
        _ => fresh(),
    }
}

fn fresh() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    hex::encode(bytes)
}

//! Content negotiation: what a request sends, and what it wants back.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use monai_spec::ErrorCode;
use monai_spec::api::{ACCEPTED_MEDIA_TYPES, PARTS_MEDIA_TYPE};

use crate::failure::Failure;

/// Refuses a body that is announced as something that is not read. No announcement is fine: content decides.
pub(crate) fn check_body_kind(headers: &HeaderMap) -> Result<(), Failure> {
    let refuse = |message: String| Err(Failure::new(ErrorCode::UnsupportedMediaType, message));
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding.as_bytes() != b"identity") {
        return refuse("`Content-Encoding` is not read; send the compressed file itself as application/gzip".into());
    }
    let Some(kind) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    let essence = kind.to_str().ok().map(|text| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    match essence {
        Some(essence) if essence == PARTS_MEDIA_TYPE || ACCEPTED_MEDIA_TYPES.contains(&essence.as_str()) => Ok(()),
        _ => {
            let known = ACCEPTED_MEDIA_TYPES.join(", ");
            refuse(format!("the `Content-Type` is none of {known}, {PARTS_MEDIA_TYPE}"))
        }
    }
}

/// The media type of the result: the first of `ours`, those of the model's results, with the highest weight in `Accept`.
pub(crate) fn media_type(headers: &HeaderMap, ours: &[&'static str]) -> Result<&'static str, Failure> {
    let texts: Vec<&str> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    if texts.is_empty() {
        return Ok(ours[0]);
    }
    let ranges: Vec<(String, u32)> = texts.iter().flat_map(|text| text.split(',')).map(range).collect();
    let mut best: Option<(&'static str, u32)> = None;
    for kind in ours {
        let weight = weight(kind, &ranges);
        if weight > best.map_or(0, |(_, weight)| weight) {
            best = Some((kind, weight));
        }
    }
    let message = || format!("results are {}", ours.join(", "));
    best.map(|(kind, _)| kind).ok_or_else(|| Failure::new(ErrorCode::NotAcceptable, message()))
}

/// One media range with its weight in thousandths.
fn range(text: &str) -> (String, u32) {
    let mut parts = text.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.parse::<f32>().ok()).unwrap_or(1.0);
    (kind, (weight.clamp(0.0, 1.0) * 1000.0) as u32)
}

/// The weight of the most specific range that covers `kind`.
fn weight(kind: &str, ranges: &[(String, u32)]) -> u32 {
    let whole = format!("{}/*", kind.split('/').next().unwrap_or_default());
    let candidates = [kind, whole.as_str(), "*/*"];
    let found = candidates.iter().find_map(|candidate| ranges.iter().find(|(range, _)| range == candidate));
    found.map_or(0, |(_, weight)| *weight)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use monai_spec::api::ResultKind;

    use super::*;

    #[test]
    fn accept_is_read_as_rfc_9110_says() {
        for (accept, expected) in [
            ("*/*", Some("application/gzip")),
            ("application/*", Some("application/gzip")),
            ("application/x-nifti", Some("application/x-nifti")),
            ("application/gzip;q=0.1, application/x-nifti", Some("application/x-nifti")),
            ("text/html, */*;q=0.5", Some("application/gzip")),
            ("application/gzip;q=0, */*", Some("application/x-nifti")),
            ("application/json", None),
            ("*/*;q=0", None),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            let ours = ResultKind::Nifti.media_types();
            assert_eq!(media_type(&headers, ours).ok(), expected, "{accept}");
        }
        let ours = ResultKind::Scores.media_types();
        assert_eq!(media_type(&HeaderMap::new(), ours).ok(), Some("application/json"));
    }
}

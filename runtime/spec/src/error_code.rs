//! The one table of what the HTTP interface answers when it does not answer with a result.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $status:literal, $help:literal;)+) => {
        /// Why a request got no result. Codes are stable; messages are for people and may change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum ErrorCode {
            $($(#[doc = $doc])+ #[serde(rename = $code)] $name,)+
        }

        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &[ErrorCode] = &[$(ErrorCode::$name),+];

            /// The code as it is written in an answer.
            pub fn code(self) -> &'static str {
                match self { $(ErrorCode::$name => $code),+ }
            }

            /// The HTTP status that goes with it.
            pub fn status(self) -> u16 {
                match self { $(ErrorCode::$name => $status),+ }
            }

            /// What the caller can do.
            pub fn help(self) -> &'static str {
                match self { $(ErrorCode::$name => $help),+ }
            }
        }
    };
}

codes! {
    /// The request is not well-formed.
    Malformed = "malformed", 400, "Send one complete image as the request body.";
    /// No key, or one that is not known.
    Unauthenticated = "unauthenticated", 401, "Send `Authorization: Bearer KEY` with a key of this endpoint.";
    /// No such route.
    NotFound = "not_found", 404, "Routes: POST /v1/predict, GET /v1/model, GET /v2/health/live, GET /v2/health/ready.";
    /// The route exists for another method.
    MethodNotAllowed = "method_not_allowed", 405, "Use the method that the header `Allow` names.";
    /// No result of the kinds that `Accept` names.
    NotAcceptable = "not_acceptable", 406, "Leave out `Accept`, or name one of the kinds in the message.";
    /// The body did not arrive in time.
    BodyTimeout = "body_timeout", 408, "Send the image in one go, over a faster connection or compressed.";
    /// The body is larger than the limit.
    BodyTooLarge = "body_too_large", 413, "Send a smaller or compressed image, or raise `max_volume`.";
    /// A body of a kind that is not read.
    UnsupportedMediaType = "unsupported_media_type", 415, "Send one of the media types in the message.";
    /// Well-formed, but not an input of this model.
    UnsuitableInput = "unsuitable_input", 422, "Compare the image with the inputs in GET /v1/model.";
    /// The queue is full.
    Overloaded = "overloaded", 429, "Try again after the seconds in `Retry-After`.";
    /// The headers are too many or too long.
    HeadersTooLarge = "headers_too_large", 431, "Send fewer and shorter headers.";
    /// A fault of the server.
    Internal = "internal", 500, "Tell the operator the request id; the server's log names the fault.";
    /// The model is still being loaded, or the server is about to stop.
    NotReady = "not_ready", 503, "Wait until GET /v2/health/ready answers 200, then send the request again.";
    /// The result was not there in time.
    Timeout = "timeout", 504, "Send a smaller image, or raise `timeout`.";
}

/// The body of every answer that is not a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorBody {
    /// What went wrong, for programs.
    pub code: ErrorCode,
    /// What went wrong, for people: found, expected, where.
    pub message: String,
    /// What the caller can do.
    pub help: String,
    /// Finds the request in the log.
    pub request_id: String,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ErrorCode;

    #[test]
    fn codes_differ_are_words_and_serialise_as_written() {
        let codes: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.code()).collect();
        assert_eq!(codes.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            assert!(code.code().chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{code:?}");
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert_eq!(serde_json::to_value(code).expect("a code serialises"), code.code());
        }
    }
}

//! The table of routes, and what surrounds every request.

use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::body::Body as _;
use monai_spec::ErrorCode;
use monai_spec::api::{BUNDLE_DIGEST, MODEL, MODEL_VERSION, REQUEST_ID, RUNTIME_VERSION};

use crate::authenticate::{Caller, authenticate};
use crate::failure::{self, Failure};
use crate::inference::Inference;
use crate::limits::limit_headers;
use crate::log::{Line, Outcome};
use crate::predict::{BodySize, Stages, predict};
use crate::request_id::request_id;
use crate::rest::Rest;
use crate::state::Server;
use crate::{health, model};

const LIVE: &str = "/v2/health/live";
const READY: &str = "/v2/health/ready";
const MODEL_CARD: &str = "/v1/model";
const PREDICT: &str = "/v1/predict";
/// Each route and the method it has.
const ROUTES: [(&str, &str); 4] = [(LIVE, "GET"), (READY, "GET"), (MODEL_CARD, "GET"), (PREDICT, "POST")];

/// The whole HTTP interface. Everything but the two health routes asks for a key, unknown routes included.
pub fn app(server: Server) -> Router {
    let open = Router::new().route(LIVE, get(health::live)).route(READY, get(health::ready));
    let guarded = Router::new()
        .route(MODEL_CARD, get(model::model))
        .route(PREDICT, post(predict))
        .fallback(unknown_route)
        .layer(middleware::from_fn_with_state(server.clone(), authenticate));
    guarded
        .merge(open)
        .layer(middleware::from_fn(limit_headers))
        .layer(middleware::from_fn_with_state(server.clone(), surround))
        .with_state(server)
}

async fn unknown_route() -> Response {
    Failure::new(ErrorCode::NotFound, "there is no such route").into_response()
}

/// Gives each request its id, its answer's headers and its log line.
async fn surround(State(server): State<Server>, request: Request, next: Next) -> Response {
    let (route, allowed) =
        ROUTES.into_iter().find(|(route, _)| *route == request.uri().path()).unwrap_or(("unknown", ""));
    let request_id = request_id(request.headers());
    let card = server.model().map(|inference| inference.model());
    let mut line = Line {
        log: server.log().clone(),
        start: Instant::now(),
        request_id: request_id.clone(),
        method: known_method(request.method().as_str()).to_owned(),
        route,
        model: card.map(|card| (card.name.clone(), card.version.clone(), card.digest.to_string())),
        outcome: None,
    };
    let (request, rest) = Rest::of(request);
    let mut answer = next.run(request).await;
    if !answer.status().is_success() {
        rest.discard().await;
    }
    let failure = failure::adopt(&answer, allowed);
    let caller = answer.extensions().get::<Caller>().and_then(|caller| caller.0.clone());
    let request_bytes = answer.extensions().get::<BodySize>().map(|size| size.0);
    let stages = answer.extensions().get::<Stages>().map(|stages| stages.0.clone()).unwrap_or_default();
    let (code, fault) = failure.as_ref().map(|failure| (failure.code.code(), failure.fault.clone())).unzip();
    if let Some(failure) = failure {
        answer = failure.answer(&request_id);
    }
    put_headers(&mut answer, &request_id, server.model().map(|inference| inference.as_ref()));
    line.outcome = Some(Outcome {
        status: answer.status().as_u16(),
        code,
        fault: fault.flatten(),
        caller,
        request_bytes,
        response_bytes: answer.body().size_hint().exact(),
        stages,
    });
    answer
}

fn put_headers(answer: &mut Response, request_id: &str, inference: Option<&dyn Inference>) {
    let headers = answer.headers_mut();
    let mut put = |name: &'static str, text: &str| {
        // A bundle may have any name; one that no header can carry is left out here and stands in the model card.
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name, value);
        }
    };
    put(REQUEST_ID, request_id);
    put(RUNTIME_VERSION, env!("CARGO_PKG_VERSION"));
    if let Some(card) = inference.map(Inference::model) {
        put(MODEL, &card.name);
        put(MODEL_VERSION, &card.version);
        put(BUNDLE_DIGEST, card.digest.as_str());
    }
}

/// A method of HTTP, or `OTHER`: an invented one could carry anything into the log.
fn known_method(method: &str) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"];
    known.into_iter().find(|name| *name == method).unwrap_or("OTHER")
}

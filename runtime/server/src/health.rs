//! `GET /v2/health/live` and `/v2/health/ready`: the only routes that anyone may call.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use monai_spec::api::Health;

use crate::state::Server;

pub(crate) async fn live(State(server): State<Server>) -> Response {
    Json(Health { live: true, ready: server.ready().is_ok() }).into_response()
}

pub(crate) async fn ready(State(server): State<Server>) -> Response {
    match server.ready() {
        Ok(_) => Json(Health { live: true, ready: true }).into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, Json(Health { live: true, ready: false })).into_response(),
    }
}

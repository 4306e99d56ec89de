//! `GET /v1/model`: the model card.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::failure::Failure;
use crate::state::Server;

pub(crate) async fn model(State(server): State<Server>) -> Result<Response, Failure> {
    Ok(Json(server.loaded()?.model()).into_response())
}

//! `POST /v1/predict`: one image in, one result out, on the same grid where it is an image.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use monai_spec::ErrorCode;
use monai_spec::api::ResultKind;
use monai_spec::quantity::duration_text;
use tokio::time::{Instant, timeout_at};

use crate::accept;
use crate::failure::Failure;
use crate::inference::Answer;
use crate::parts::parts;
use crate::state::Server;

/// The stages of an answer, for the log.
#[derive(Clone)]
pub(crate) struct Stages(pub(crate) Vec<(&'static str, Duration)>);

/// The size of the request's body, for the log.
#[derive(Clone)]
pub(crate) struct BodySize(pub(crate) usize);

pub(crate) async fn predict(State(server): State<Server>, request: Request) -> Response {
    let start = Instant::now();
    let (size, outcome) = run(&server, request, start).await;
    let mut answer =
        outcome.map_or_else(Failure::into_response, |(answer, result, kind)| respond(answer, result, kind));
    if let Some(size) = size {
        answer.extensions_mut().insert(BodySize(size));
    }
    answer
}

type Outcome = Result<(Answer, ResultKind, &'static str), Failure>;

async fn run(server: &Server, request: Request, start: Instant) -> (Option<usize>, Outcome) {
    let admitted = (|| {
        let inference = server.loaded()?.clone();
        let kind = accept::media_type(request.headers(), inference.result().media_types())?;
        accept::check_body_kind(request.headers())?;
        refuse_announced_length(request.headers(), server.settings().max_volume)?;
        Ok::<_, Failure>((inference, kind, server.queue().admit()?))
    })();
    let (inference, kind, place) = match admitted {
        Ok(admitted) => admitted,
        Err(failure) => return (None, Err(failure)),
    };
    let allowed = server.settings().timeout;
    let deadline = start + allowed;
    let headers = request.headers().clone();
    let image = match timeout_at(deadline, collect(request.into_body(), server.settings().max_volume)).await {
        Ok(Ok(image)) => image,
        Ok(Err(failure)) => return (None, Err(failure)),
        Err(_) => {
            let message = format!("the body did not arrive within {}", duration_text(allowed));
            return (None, Err(Failure::new(ErrorCode::BodyTimeout, message)));
        }
    };
    let size = image.len();
    let parts = match parts(&headers, image).await {
        Ok(parts) => parts,
        Err(failure) => return (Some(size), Err(failure)),
    };
    let result = inference.result();
    let job = async {
        let turn = place.turn().await;
        // The turn moves into the job: a request that gave up frees its place only when its job has really ended.
        let job = tokio::task::spawn_blocking(move || {
            let outcome = inference.predict(parts);
            drop(turn);
            outcome
        });
        job.await
    };
    let outcome = match timeout_at(deadline, job).await {
        Ok(Ok(outcome)) => outcome.map(|answer| (answer, result, kind)).map_err(Failure::from),
        Ok(Err(_)) => Err(Failure::internal("the inference panicked")),
        Err(_) => {
            let message = format!("the result was not there within {}", duration_text(allowed));
            Err(Failure::new(ErrorCode::Timeout, message))
        }
    };
    (Some(size), outcome)
}

fn too_large(limit: u64) -> Failure {
    Failure::new(ErrorCode::BodyTooLarge, format!("the body is larger than the limit of {limit} bytes"))
}

fn refuse_announced_length(headers: &HeaderMap, limit: u64) -> Result<(), Failure> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit) { Err(too_large(limit)) } else { Ok(()) }
}

async fn collect(body: Body, limit: u64) -> Result<Bytes, Failure> {
    let limited = Limited::new(body, usize::try_from(limit).unwrap_or(usize::MAX));
    match limited.collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        Err(_) => Err(Failure::new(ErrorCode::Malformed, "the body ended before its announced length")),
    }
}

fn respond(answer: Answer, result: ResultKind, kind: &'static str) -> Response {
    let timing = |(name, time): &(&str, Duration)| format!("{name};dur={:.1}", time.as_secs_f64() * 1000.0);
    let timing = answer.stages.iter().map(timing).collect::<Vec<_>>().join(", ");
    let mut response = Body::from(answer.body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", result.file_name())) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    if let Ok(timing) = HeaderValue::from_str(&timing) {
        headers.insert("server-timing", timing);
    }
    response.extensions_mut().insert(Stages(answer.stages));
    response
}

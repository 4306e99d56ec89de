//! The services that go-plugin expects beside the provider's own: controller, stdio, broker and health.

use tokio_util::sync::CancellationToken;
use tonic::codegen::BoxStream;
use tonic::transport::server::Router;
use tonic::{Request, Response, Status, Streaming};

use crate::generated::health::health_check_response::ServingStatus;
use crate::generated::health::health_server::{Health, HealthServer};
use crate::generated::health::{HealthCheckRequest, HealthCheckResponse};
use crate::generated::plugin::grpc_broker_server::{GrpcBroker, GrpcBrokerServer};
use crate::generated::plugin::grpc_controller_server::{GrpcController, GrpcControllerServer};
use crate::generated::plugin::grpc_stdio_server::{GrpcStdio, GrpcStdioServer};
use crate::generated::plugin::{ConnInfo, Empty, StdioData};

/// Adds the services; a Shutdown cancels `stop`.
pub(super) fn add(router: Router, stop: &CancellationToken) -> Router {
    let companions = Companions { stop: stop.clone() };
    router
        .add_service(GrpcControllerServer::new(companions.clone()))
        .add_service(GrpcStdioServer::new(companions.clone()))
        .add_service(GrpcBrokerServer::new(companions.clone()))
        .add_service(HealthServer::new(companions))
}

#[derive(Clone)]
struct Companions {
    stop: CancellationToken,
}

#[tonic::async_trait]
impl GrpcController for Companions {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.stop.cancel();
        Ok(Response::new(Empty {}))
    }
}

#[tonic::async_trait]
impl GrpcStdio for Companions {
    /// Nothing is ever written to standard output, and Terraform reads standard error itself.
    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<BoxStream<StdioData>>, Status> {
        Ok(Response::new(Box::pin(tokio_stream::pending())))
    }
}

#[tonic::async_trait]
impl GrpcBroker for Companions {
    /// Terraform opens the stream and sends nothing.
    async fn start_stream(&self, _: Request<Streaming<ConnInfo>>) -> Result<Response<BoxStream<ConnInfo>>, Status> {
        Ok(Response::new(Box::pin(tokio_stream::pending())))
    }
}

#[tonic::async_trait]
impl Health for Companions {
    async fn check(&self, request: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        match request.get_ref().service.as_str() {
            "" | "plugin" => Ok(Response::new(HealthCheckResponse { status: ServingStatus::Serving.into() })),
            _ => Err(Status::not_found("no such service")),
        }
    }
}

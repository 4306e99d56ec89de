//! The resource `monai_model_endpoint`.

mod auth;
mod local;
mod model;
mod resource;
mod runtime;
mod settings;

pub(crate) use resource::EndpointResource;

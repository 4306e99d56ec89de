//! The HTTP server of the runtime: routes, authentication, limits, request log, graceful drain. Decodes no image and
//! runs no network: it calls an [`Inference`].

mod accept;
mod authenticate;
mod failure;
mod health;
mod inference;
mod limits;
mod listen;
mod log;
mod model;
mod parts;
mod predict;
mod queue;
mod request_id;
mod rest;
mod router;
mod state;

pub use inference::{Answer, Inference, Part, Refusal};
pub use listen::{Error, Stop, serve};
pub use log::Log;
pub use router::app;
pub use state::Server;

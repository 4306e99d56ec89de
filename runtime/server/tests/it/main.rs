//! The server through its router, and through real sockets where connections matter.

mod auth;
mod drain;
mod fake;
mod log;
mod parts;
mod queue;
mod refusals;
mod rest;
